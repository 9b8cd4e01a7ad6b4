import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { interrupted } from '../text/errors.js';

export interface SubprocessOptions {
  env: NodeJS.ProcessEnv;
  /** A file descriptor that the process inherits: a lock that it holds on to even when this process is killed. */
  inherited: number;
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

export interface SubprocessResult {
  /** 0 for success; null if a signal ended it. */
  exitCode: number | null;
  /** The last lines of what it wrote to either stream. */
  output: string[];
}

const KEPT_LINES = 200;

/**
 * Runs a program to its end and reads what it writes, line by line.
 * @throws UserError `interrupted` (exit code 130) when the signal aborted it, after it has ended
 */
export async function runSubprocess(
  command: string,
  parameters: readonly string[],
  { env, inherited, onLine, signal }: SubprocessOptions,
): Promise<SubprocessResult> {
  signal?.throwIfAborted();
  const child = spawn(command, parameters, { env, stdio: ['ignore', 'pipe', 'pipe', inherited] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr].filter((piped) => piped !== null)) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      if (output.length > KEPT_LINES) output.shift();
      onLine?.(line);
    });
  }
  const kill = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', kill);
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (signal?.aborted) throw interrupted();
    return { exitCode, output };
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}
