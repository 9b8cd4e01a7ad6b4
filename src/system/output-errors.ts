import { codeOf, explanationOf } from '../text/errors.js';

/** What a shell tells of a program that a closed pipe ended: 128 and SIGPIPE's number, which Node never gets. */
const BROKEN_PIPE = 141;

/** Whoever read the output has gone: `head` has its lines, the pager is closed, the terminal hung up. */
const GONE = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

/**
 * Keeps the program going when its output can't be written, so that what it does is done: a training is neither ended nor
 * left without its record because nobody reads its progress any more. What was to be printed is lost, which the exit code
 * tells of standard output, unless something worse sets it. Called once, when the program begins.
 */
export function surviveOutputErrors({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process): void {
  stderr.on('error', () => undefined);
  stdout.on('error', (error: Error) => {
    process.exitCode ||= GONE.includes(codeOf(error) ?? '') ? BROKEN_PIPE : told(error, stderr);
  });
}

/** Says why standard output couldn't be written, such as a full disk, and gives the exit code. */
function told(error: Error, stderr: NodeJS.WriteStream): number {
  stderr.write(`error standard output can't be written: ${explanationOf(error)}\n`);
  return 1;
}
