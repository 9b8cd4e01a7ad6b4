import type { RunProgress } from '../run-events.js';
import { outputOn } from './output.js';
import { dataStatus } from './run-progress.js';

/** What a short task is doing: one line that changes on a terminal, nothing elsewhere. */
export interface StatusLine {
  update: (text: string) => void;
  onProgress: (progress: RunProgress) => void;
  clear: () => void;
}

export function showStatusLine(stream: NodeJS.WriteStream): StatusLine {
  const { update, clear } = outputOn(stream);
  return {
    update,
    onProgress: (progress) => {
      if (progress.type === 'data-progress') update(dataStatus(progress));
      if (progress.type === 'compiled') update('Measuring training steps');
    },
    clear,
  };
}
