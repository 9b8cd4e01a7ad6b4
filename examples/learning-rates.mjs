// Trains a network with several learning rates, and says which is best.
// Run it in a folder where `npm install ablate` was done: `node learning-rates.mjs`.
import { ConfigError, compare, sweep } from 'ablate';

/** @type {import('ablate').ExperimentInput} */
const experiment = {
  name: 'learning-rates',
  question: 'Which learning rate?',
  dataset: { name: 'mnist', train_fraction: 0.02 },
  model: { blocks: { count: 1, filters: 8 }, dense_units: [] },
  training: { epochs: 2, optimizer: 'adam' },
  sweep: { parameters: { 'training.optimizer.learning_rate': [0.001, 0.01] }, seeds: 3 },
};

// Ctrl-C ends the sweep with a checkpoint; the next start resumes it.
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

try {
  const { id, status } = await sweep(experiment, {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'trial-ended') console.log(event.trial.label, 'seed', event.trial.seed, event.end.value);
    },
  });
  if (status === 'FINISHED') console.log((await compare(id)).sentence);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  for (const { path, message, suggestion } of error.problems) console.error(path, message, suggestion ?? '');
}
