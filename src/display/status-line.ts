import type { RunProgress } from '../protocol/events.js';
import { type Output, isLive, outputOn } from './output.js';
import { visibleLine } from '../text/visible.js';
import { dataStatus } from './run-progress.js';

/** What a short task is doing: one line that changes on a terminal, nothing elsewhere. */
export interface StatusLine {
  update: (text: string) => void;
  onProgress: (progress: RunProgress) => void;
  clear: () => void;
}

export function showStatusLine(stream: NodeJS.WriteStream): StatusLine {
  return statusLine(outputOn(stream));
}

/** Likewise for a task that may take long: elsewhere than on a terminal plain lines tell how far it has come. */
export function showProgress(stream: NodeJS.WriteStream): StatusLine {
  return isLive(stream) ? showStatusLine(stream) : statusLine(plainLines(stream));
}

function statusLine({ update, clear }: Pick<Output, 'update' | 'clear'>): StatusLine {
  return {
    update,
    onProgress: (progress) => {
      if (progress.type === 'data-progress') update(dataStatus(progress));
      if (progress.type === 'compiled') update('Measuring training steps');
    },
    clear,
  };
}

/** Milliseconds. */
const FIRST_LINE_AFTER = 1000;
const LONGEST_WAIT = 60_000;

/** The latest text as a line of its own: after a second, then ever more rarely, at last once a minute, if it is another. */
function plainLines(stream: NodeJS.WriteStream): Pick<Output, 'update' | 'clear'> {
  let latest = '';
  let printed = '';
  let timer: NodeJS.Timeout | undefined;
  const printAfter = (wait: number): NodeJS.Timeout =>
    setTimeout(() => {
      if (latest !== printed) stream.write(`${visibleLine(latest)}\n`);
      printed = latest;
      timer = printAfter(Math.min(2 * wait, LONGEST_WAIT));
    }, wait).unref();
  return {
    update: (text) => {
      latest = text;
      timer ??= printAfter(FIRST_LINE_AFTER);
    },
    clear: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
