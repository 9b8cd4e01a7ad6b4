import type { InstallProgress } from '../python/managed-python.js';
import { count, duration } from './format.js';
import { isLive, outputOn } from './output.js';

/** Shows how far an installation is. */
export interface InstallDisplay {
  onProgress: (progress: InstallProgress) => void;
  /** Removes the line that a terminal shows. */
  clear: () => void;
}

/** Elsewhere than on a terminal, how often a step in progress is reported again. */
const REPEAT_SECONDS = 15;
/** Downloads smaller than this are over before their size could be read, and aren't worth a line of a log. */
const LARGE_BYTES = 5e6;

/** One line that changes on a terminal; in a log a line for every step that takes long. */
export function showInstallProgress(stream: NodeJS.WriteStream): InstallDisplay {
  return isLive(stream) ? liveLine(stream) : log(stream);
}

/** The progress as a line of text: `Downloading tensorflow_cpu 2.21.0: 104 of 274 MB (0:12)`. */
export function describeInstallProgress({ phase, subject, bytes, elapsedSeconds }: InstallProgress): string {
  const elapsed = `(${duration(elapsedSeconds)})`;
  switch (phase) {
    case 'waiting':
      return `Waiting: ${subject} ${elapsed}`;
    case 'preparing':
      return `Making a virtual environment of Python in ${subject} ${elapsed}`;
    case 'resolving':
      return `Collecting ${subject} ${elapsed}`;
    case 'downloading':
      return `Downloading ${distribution(subject)}${bytes && bytes.total >= LARGE_BYTES ? `: ${amount(bytes)}` : ''} ${elapsed}`;
    case 'installing':
      return `Installing ${subject} ${elapsed}`;
  }
}

function liveLine(stream: NodeJS.WriteStream): InstallDisplay {
  const { update, clear } = outputOn(stream);
  return {
    onProgress: (progress) => {
      update(describeInstallProgress(progress));
    },
    clear,
  };
}

function log(stream: NodeJS.WriteStream): InstallDisplay {
  let step = '';
  let reported = 0;
  return {
    onProgress: (progress) => {
      const { phase, subject, bytes, elapsedSeconds } = progress;
      // Of collecting many small packages one line tells enough.
      const isSmall = phase === 'resolving' || (bytes !== undefined && bytes.total < LARGE_BYTES);
      const current = isSmall ? 'small' : `${phase} ${subject}`;
      if (current === step && elapsedSeconds < reported + REPEAT_SECONDS) return;
      [step, reported] = [current, elapsedSeconds];
      stream.write(`${describeInstallProgress(progress)}\n`);
    },
    clear: () => undefined,
  };
}

/** A wheel's file name begins with its distribution's name and version. */
function distribution(file: string): string {
  return file.split('-', 2).join(' ');
}

function amount({ done, total }: { done: number; total: number }): string {
  return `${count(done / 1e6)} of ${count(total / 1e6)} MB`;
}
