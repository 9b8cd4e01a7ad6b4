import { columnsOf } from '../text/broken-lines.js';
import { createLogUpdate } from 'log-update';
import { terminalText, unguarded } from '../text/visible.js';

/** How a display puts text on its stream. */
export interface Output {
  /** A line that stays. */
  print: (line: string) => void;
  /** The lines that change; nothing where there is no terminal. */
  update: (text: string) => void;
  /** Removes the lines that change. */
  clear: () => void;
}

/** Whether lines can change there: on a terminal that someone watches. */
export function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env.CI;
}

export function outputOn(stream: NodeJS.WriteStream): Output {
  return isLive(stream) ? terminal(stream) : log(stream);
}

function terminal(stream: NodeJS.WriteStream): Output {
  const raw = unguarded(stream);
  const update = createLogUpdate(raw);
  let shown = '';
  stream.on('resize', () => {
    if (shown === '') return;
    // The terminal has broken the lines anew: they are removed as they stand there now.
    raw.write(`\r${'\u001b[1A'.repeat(rowsOf(shown, stream.columns))}\u001b[J`);
    update.done();
    shown = '';
  });
  const clear = (): void => {
    update.clear();
    shown = '';
  };
  return {
    print: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    update: (text) => {
      shown = terminalText(text);
      update(shown);
    },
    clear,
  };
}

/** How many rows of a terminal a text takes, whose lines it breaks. */
function rowsOf(text: string, width: number): number {
  const lines = text.split('\n');
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(columnsOf(line) / width)), 0);
}

function log(stream: NodeJS.WriteStream): Output {
  return {
    print: (line) => {
      stream.write(`${line}\n`);
    },
    update: () => undefined,
    clear: () => undefined,
  };
}
