import { describe, expect, it } from 'vitest';
import { describeInstallProgress, showInstallProgress } from '../../src/display/install-progress.js';
import type { InstallProgress } from '../../src/python/managed-python.js';

const WHEEL = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

function downloading(done: number, elapsedSeconds: number): InstallProgress {
  return { phase: 'downloading', subject: WHEEL, bytes: { done, total: 273.8e6 }, elapsedSeconds };
}

describe('the progress of an installation', () => {
  it('is told in a line', () => {
    expect(describeInstallProgress(downloading(104e6, 72))).toBe(
      'Downloading tensorflow_cpu 2.21.0: 104 of 274 MB (1:12)',
    );
    expect(describeInstallProgress({ phase: 'resolving', subject: 'keras', elapsedSeconds: 3 })).toBe(
      'Collecting keras (0:03)',
    );
  });

  it('is told in a log when a step begins, and every 15 seconds while it is in progress', () => {
    const written: string[] = [];
    const stream = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    const { onProgress } = showInstallProgress(stream);
    onProgress({ phase: 'preparing', subject: 'cache', elapsedSeconds: 0 });
    onProgress({ phase: 'resolving', subject: 'tensorflow-cpu', elapsedSeconds: 1 });
    for (let second = 2; second < 20; second++) onProgress(downloading(10e6 * second, second));
    for (const subject of ['absl-py', 'numpy']) onProgress({ phase: 'resolving', subject, elapsedSeconds: 20 });
    onProgress({ phase: 'installing', subject: '36 packages', elapsedSeconds: 21 });
    expect(written.map((line) => line.trimEnd())).toEqual([
      'Making a virtual environment of Python in cache (0:00)',
      'Collecting tensorflow-cpu (0:01)',
      'Downloading tensorflow_cpu 2.21.0: 20 of 274 MB (0:02)',
      'Downloading tensorflow_cpu 2.21.0: 170 of 274 MB (0:17)',
      'Collecting absl-py (0:20)',
      'Installing 36 packages (0:21)',
    ]);
  });
});
