import { createLogUpdate } from 'log-update';
import type { RunProgress } from '../run-events.js';
import { dataStatus } from './run-progress.js';

/** What a short task is doing: one line that changes on a terminal, nothing elsewhere. */
export interface StatusLine {
  update: (text: string) => void;
  onProgress: (progress: RunProgress) => void;
  clear: () => void;
}

export function showStatusLine(stream: NodeJS.WriteStream): StatusLine {
  const line = stream.isTTY && !process.env.CI ? createLogUpdate(stream) : undefined;
  const update = (text: string): void => line?.(text);
  return {
    update,
    onProgress: (progress) => {
      if (progress.type === 'data-progress') update(dataStatus(progress));
      if (progress.type === 'compiled') update('Measuring training steps');
    },
    clear: () => line?.clear(),
  };
}
