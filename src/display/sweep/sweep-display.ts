import type { SweepProgress } from '../../sweep/sweep-progress.js';
import { isLive, type Output, outputOn } from '../output.js';
import type { SweepView } from './sweep-view.js';

/** Shows a sweep while it is in progress. */
export interface SweepDisplay {
  onProgress: (progress: SweepProgress) => void;
  /** A line for the user, between the others. */
  message: (text: string) => void;
  end: () => void;
}

/** A terminal's table is drawn anew at most so often. */
const REDRAW_MILLISECONDS = 100;
/** Elsewhere a line tells so often how far the sweep is. */
const REPORT_MILLISECONDS = 60_000;

/**
 * On a terminal a table that changes, under lines for what went wrong; elsewhere a line for each trial that has ended, and
 * one a minute.
 */
export function showSweep(view: SweepView, stream: NodeJS.WriteStream): SweepDisplay {
  const output = outputOn(stream);
  return isLive(stream) ? liveTable(view, stream, output) : plainLines(view, output);
}

function liveTable(view: SweepView, stream: NodeJS.WriteStream, { print, update, clear }: Output): SweepDisplay {
  const timer = setInterval(() => {
    update(view.table(stream.rows - 1, stream.columns));
  }, REDRAW_MILLISECONDS);
  return {
    onProgress: (progress) => {
      const lines = view.next(progress);
      // The table itself shows what went well.
      const isGood = progress.type === 'trial-ended' && ['FINISHED', 'PRUNED'].includes(progress.end.status);
      if (!isGood) lines.forEach(print);
    },
    message: print,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}

function plainLines(view: SweepView, { print }: Output): SweepDisplay {
  const timer = setInterval(() => {
    print(view.status());
  }, REPORT_MILLISECONDS);
  return {
    onProgress: (progress) => {
      view.next(progress).forEach(print);
    },
    message: print,
    end: () => {
      clearInterval(timer);
    },
  };
}
