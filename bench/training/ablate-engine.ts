// Trains the network of an experiment file with Ablate's own engine, an epoch for each line of standard input, and answers
// with a line of JSON: the counterpart of tensorflow_engines.py. What is timed is what Keras's `fit` does in an epoch: all
// batches of a shuffled epoch, with loss and accuracy; tracing and validation are left out of both.
import { createInterface } from 'node:readline';
import { loadExperiment } from '../../src/config/load.js';
import { loadDataset } from '../../src/data/load.js';
import { setUpRun, trainingInputs } from '../../src/run/setup.js';
import { ensureTensorFlow } from '../../src/tensorflow/library/install.js';
import { startRuntime } from '../../src/tensorflow/start.js';
import { train } from '../../src/training/trainer.js';
import { Evaluator } from '../../src/training/evaluation.js';

const [file, ...overrides] = process.argv.slice(2);
const { config } = loadExperiment(file, { overrides });
const threads = Number(process.env.BENCH_THREADS ?? 0);
const library = await ensureTensorFlow();
const runtime = await startRuntime({ backend: 'tensorflow', library, cudaLibraryDirectories: [], threads });
const dataset = await loadDataset(config.dataset, { baseDirectory: '.' });
const setup = setUpRun(config, dataset, runtime);
const evaluator = new Evaluator(setup.parts);
console.log(JSON.stringify({ Ablate: runtime.version }));

for await (const engine of createInterface({ input: process.stdin })) {
  let started = 0;
  let answer: object = {};
  await train({
    config: { ...config.training, epochs: 1 },
    ...trainingInputs(setup),
    evaluator,
    onEvent: (event) => {
      if (event.type === 'compiled') started = performance.now();
      if (event.type === 'epoch') {
        const seconds = (performance.now() - started) / 1000;
        answer = { engine, samples_per_second: setup.train.length / seconds, loss: event.metrics.train_loss };
      }
    },
  });
  console.log(JSON.stringify(answer));
}
process.exit();
