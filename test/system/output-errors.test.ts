import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surviveOutputErrors } from '../../src/system/output-errors.js';
import { Workspace } from '../support/program.js';

/** A pipe whose reader has gone, as after `| head` has its lines. */
const closedPipe = (descriptor: 1 | 2): string => `exec ${descriptor}> >(exec true); sleep 0.2`;

describe('what standard output and standard error say', () => {
  let before: typeof process.exitCode;
  const streams = (): { stdout: PassThrough; stderr: PassThrough } & NodeJS.Process =>
    ({ stdout: new PassThrough(), stderr: new PassThrough() }) as never;
  const failure = (code: string): Error => Object.assign(new Error(`${code}: write`), { code });

  beforeEach(() => {
    before = process.exitCode;
  });
  afterEach(() => {
    process.exitCode = before;
  });

  it.each([
    ['EPIPE', undefined, 141, ''],
    ['EIO', undefined, 141, ''],
    ['EPIPE', 1, 1, ''],
    ['EPIPE', 130, 130, ''],
    [
      'ENOSPC',
      undefined,
      1,
      /^error standard output can't be written: ENOSPC.*\nmake room on the disk, then try again\n$/,
    ],
  ])('%s on standard output, where the exit code is %s', (code, set, expected, said) => {
    const { stdout, stderr } = streams();
    surviveOutputErrors({ stdout, stderr });
    process.exitCode = set;
    stdout.emit('error', failure(code));
    expect(process.exitCode).toBe(expected);
    expect(String((stderr.read() as Buffer | null) ?? '')).toMatch(said);
  });

  it('nothing, where nobody can be told', () => {
    const { stdout, stderr } = streams();
    surviveOutputErrors({ stdout, stderr });
    process.exitCode = undefined;
    stderr.emit('error', failure('EPIPE'));
    expect(process.exitCode).toBeUndefined();
  });
});

it.each([
  [['--help'], closedPipe(1), 141, ''],
  [['ls', '--json'], closedPipe(1), 141, ''],
  [['nonsense'], closedPipe(2), 2, ''],
  [
    ['ls', '--json'],
    'exec > /dev/full',
    1,
    /^error standard output can't be written: ENOSPC[^\n]*\nmake room[^\n]*\n$/,
  ],
])('ablate %j after `%s` exits with %i', async (words, shell, code, said) => {
  const ended = await new Workspace().ablate(words, {}, shell);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toMatch(said);
});
