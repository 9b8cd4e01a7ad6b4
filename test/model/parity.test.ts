import { beforeAll, describe, it } from 'vitest';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { startTensorFlow } from '../support/tensorflow.js';
import { PARITY_CASES } from './parity-cases.js';
import { type Behaviour, askKeras, behaviourOf, expectSame } from './parity.js';

/** Every layer as Keras computes it, forward and backward, traced into a graph function of native TensorFlow. */
describe('layers as in Keras', () => {
  let runtime: Runtime;
  let keras: Record<string, Behaviour>;

  beforeAll(async () => {
    runtime = await startTensorFlow();
    keras = await askKeras(PARITY_CASES);
  });

  it.each(Object.keys(PARITY_CASES))('%s', (name) => {
    expectSame(behaviourOf(runtime, PARITY_CASES[name]), keras[name]);
  });
});
