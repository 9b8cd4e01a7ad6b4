import { dirname } from 'node:path';
import type { SweepBegunEvent, SweepWatchEvent } from '../../protocol/watching.js';
import { ablate } from '../../system/shell.js';
import { showLaunch } from '../launch-events.js';
import { showStatusLine } from '../status-line.js';
import { chanceFacts } from './chance-level.js';
import { showSweep, type SweepDisplay } from './sweep-display.js';
import { sizeText } from './sweep-summary.js';
import { SweepView } from './sweep-view.js';

/** Shows a sweep from its beginning. */
export interface SweepWatch {
  onEvent: (event: SweepWatchEvent) => void;
  /** Removes what changes. */
  end: () => void;
}

/** @param describe tells where the trials are trained: `2 workers of 1 thread` */
export function watchSweep(describe: (event: SweepBegunEvent) => string, stream: NodeJS.WriteStream): SweepWatch {
  const status = showStatusLine(stream);
  const launch = showLaunch(stream, (line) => {
    if (display) display.message(line);
    else stream.write(`${line}\n`);
  });
  let display: SweepDisplay | undefined;
  const end = (): void => {
    status.clear();
    launch.clear();
    display?.end();
    display = undefined;
  };
  return {
    onEvent: (event) => {
      switch (event.type) {
        case 'notice':
        case 'install-progress':
          launch.onEvent(event);
          break;
        case 'data-progress':
          status.onProgress(event);
          break;
        case 'sweep-begun':
          status.clear();
          display = showSweep(viewOf(event), stream);
          for (const line of beginning(event, describe(event))) display.message(line);
          break;
        case 'sweep-ended':
          end();
          if (event.summary.status !== 'FINISHED')
            stream.write(`\`${ablate('resume', event.summary.id)}\` resumes it\n`);
          break;
        default:
          launch.clear();
          display?.onProgress(event);
      }
    },
    end,
  };
}

function viewOf({ metric, trials: total, jobs, size, path }: SweepBegunEvent): SweepView {
  const seeds = size.leastSeeds === size.seeds ? size.seeds : undefined;
  const chanceOf = chanceFacts(dirname(dirname(path)));
  return new SweepView({ metric, total, jobs, seeds, chanceOf }, () => performance.now() / 1000);
}

function beginning({ id, size, trials, ended, resumed }: SweepBegunEvent, place: string): string[] {
  const most = ended === trials ? 'all' : String(ended);
  return [
    `${id}: ${sizeText(size)}, ${place}`,
    ...(resumed ? [`${most} of its trials have ended already (--force begins a new sweep)`] : []),
  ];
}
