import { createLogUpdate } from 'log-update';

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
  const update = createLogUpdate(stream);
  return {
    print: (line) => {
      update.clear();
      stream.write(`${line}\n`);
    },
    update,
    clear: () => {
      update.clear();
    },
  };
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
