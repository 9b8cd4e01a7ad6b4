import { beforeAll, describe, it } from 'vitest';
import { PortableRuntime } from '../../src/tensorflow/portable-runtime.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { PARITY_CASES } from './parity-cases.js';
import { type Behaviour, askKeras, behaviourOf, expectSame } from './parity.js';

/** The same without native TensorFlow, in JavaScript. A process has one engine, hence a file of its own. */
describe('layers in JavaScript as in Keras', () => {
  let runtime: Runtime;
  let keras: Record<string, Behaviour>;

  beforeAll(async () => {
    runtime = await PortableRuntime.start();
    keras = await askKeras(PARITY_CASES);
  });

  it.each(Object.keys(PARITY_CASES))('%s', (name) => {
    expectSame(behaviourOf(runtime, PARITY_CASES[name]), keras[name]);
  });
});
