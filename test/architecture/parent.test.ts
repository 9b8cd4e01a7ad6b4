import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

/** What the process of a command says that it has loaded (test/support/loaded-modules.js). */
function loadedBy(...command: string[]): string {
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', resolve('test/support/loaded-modules.js'), 'bin/ablate.js', ...command],
    { encoding: 'utf8' },
  );
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('loaded:'))
    .join('\n');
}

describe('the process of a command', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build.js']);
  });

  it.each([['--help'], ['check', 'experiments/baseline.yaml']])('has not loaded tfjs: %s', (...command) => {
    expect(loadedBy(...command)).toBe('loaded: no tfjs');
  });
});
