import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentationConfig } from '../../../src/config/schema/experiment.generated.js';
import { createAugmentation } from '../../../src/data/augmentation.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { StepRandom } from '../../../src/tensorflow/step-random.js';
import { startTensorFlow } from '../../support/tensorflow.js';
import { OFF, SEED, STEP } from './harness.js';

const [TEXTS, LENGTH] = [2000, 9];

/** Texts of 0 to 9 different words, from 2 on, padded at their end. */
const WORDS = Array.from({ length: TEXTS }, (_, text) =>
  Array.from({ length: LENGTH }, (__, at) => (at < text % (LENGTH + 1) ? 2 + at + 10 * text : 0)),
);

const wordsOf = (text: number[]): number[] => text.filter((word) => word !== 0);
const COUNT = WORDS.flatMap(wordsOf).length;

describe('the words of texts', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startTensorFlow();
  });

  function changed(config: Partial<AugmentationConfig>, seed = SEED): number[][] {
    const random = new StepRandom(runtime);
    const augment = createAugmentation({ ...OFF, ...config }, { random, runtime, classes: 2 });
    if (!augment) throw new Error('the configuration changes nothing');
    const inputs = [
      tf.tensor2d(WORDS, [TEXTS, LENGTH], 'int32'),
      tf.tensor1d(random.seeds({ augmentation: seed, dropout: seed }), 'int32'),
      tf.scalar(STEP, 'int32'),
    ];
    const specs = inputs.map(({ shape }) => ({ shape, dtype: 'int32' as const }));
    const program = runtime.compile('words', specs, ([words, seeds, step]) =>
      random.during(seeds, step, () => [augment(words, tf.zeros([TEXTS], 'int32')).images]),
    );
    const [result] = program.run(inputs);
    expect(result.dtype).toBe('int32');
    return result.arraySync() as number[][];
  }

  /** Within five standard deviations of a binomial distribution. */
  function expectShare(found: number, of: number, rate: number): void {
    expect(Math.abs(found - of * rate)).toBeLessThan(5 * Math.sqrt(of * rate * (1 - rate)));
  }

  it('become unknown, each with the rate, and padding stays', () => {
    const texts = changed({ word_dropout: 0.2 });
    texts.forEach((text, index) => {
      text.forEach((word, at) => {
        expect(word === 1 ? WORDS[index][at] !== 0 : word === WORDS[index][at]).toBe(true);
      });
    });
    expectShare(texts.flat().filter((word) => word === 1).length, COUNT, 0.2);
  });

  it('are left out, each with the rate, in their order, never all of them', () => {
    const texts = changed({ word_deletion: 0.3 });
    texts.forEach((text, index) => {
      const left = wordsOf(text);
      expect(text.slice(left.length).every((word) => word === 0)).toBe(true);
      expect(left).toEqual(WORDS[index].filter((word) => left.includes(word)));
      expect(left.length > 0).toBe(wordsOf(WORDS[index]).length > 0);
    });
    const long = WORDS.map((text, index) => ({ text, left: texts[index] })).filter(
      ({ text }) => text[LENGTH - 1] !== 0,
    );
    const kept = long.flatMap(({ left }) => wordsOf(left)).length;
    expectShare(long.length * LENGTH - kept, long.length * LENGTH, 0.3);
  });

  it('change places with a neighbour, and none is lost', () => {
    const texts = changed({ word_swap: 0.4 });
    let pairs = 0;
    texts.forEach((text, index) => {
      expect(text.toSorted()).toEqual(WORDS[index].toSorted());
      text.forEach((word, at) => {
        const from = WORDS[index].indexOf(word);
        if (word === 0) return;
        expect(Math.abs(from - at)).toBeLessThanOrEqual(1);
        if (from === at + 1) pairs++;
      });
    });
    // Of nine words there are four pairs, wherever they begin; of n words n ÷ 2 or (n − 1) ÷ 2.
    const possible = WORDS.reduce((sum, text) => sum + (wordsOf(text).length - 1) / 2, 0) + TEXTS / 20;
    expect(Math.abs(pairs - possible * 0.4)).toBeLessThan(0.03 * possible);
  });

  it('are changed by draws of the seed and the step alone', () => {
    const all = { word_swap: 0.2, word_deletion: 0.2, word_dropout: 0.2 };
    const bits = JSON.stringify(changed(all));
    expect(JSON.stringify(changed(all))).toBe(bits);
    expect(JSON.stringify(changed(all, SEED + 1))).not.toBe(bits);
  });
});
