import * as tf from '@tensorflow/tfjs';
import type { AugmentationConfig } from '../../config/schema/experiment.generated.js';
import type { RandomSource, RandomStreams } from '../../tensorflow/random-source.js';
import { PADDING, UNKNOWN_NUMBER } from '../text/vocabulary.js';
import { augmentationStream } from './draws.js';

/** Changes the words of training texts: int32 [batch, length] of their numbers, padded at the end. */
export type WordOperation = (words: tf.Tensor) => tf.Tensor;

/**
 * The changes of words that a configuration asks for, in their order: neighbours swapped and words left out (Wei and Zou,
 * 2019), words made unknown (Iyyer et al., 2015). Each draws from a stream of its own.
 */
export function wordOperations(config: AugmentationConfig, random: RandomStreams): WordOperation[] {
  const { word_swap: swap, word_deletion: deletion, word_dropout: dropout } = config;
  const source = (name: string): RandomSource => augmentationStream(random, name);
  return [
    ...(swap ? [swapped(swap, source('word_swap'))] : []),
    ...(deletion ? [deleted(deletion, source('word_deletion'))] : []),
    ...(dropout ? [dropped(dropout, source('word_dropout'))] : []),
  ];
}

/** Words change places with the next one: pairs that begin at every second place, from the first or the second on. */
function swapped(rate: number, source: RandomSource): WordOperation {
  return (words) => {
    const [batch, length] = words.shape;
    // A draw for each pair, and one that says where the pairs begin.
    const draws = source.uniform([batch, length + 2]);
    const offset = tf.cast(tf.greaterEqual(tf.slice(draws, [0, length + 1], [batch, 1]), 0.5), 'int32');
    const places = tf.expandDims(tf.range(0, length, 1, 'int32'), 0);
    const isSecond = tf.mod(tf.add(places, offset), tf.scalar(2, 'int32'));
    const partner = tf.add(places, tf.sub(tf.scalar(1, 'int32'), tf.mul(isSecond, tf.scalar(2, 'int32'))));
    const inside = tf.clipByValue(partner, 0, length - 1);
    const begins = tf.add(tf.sub(places, isSecond), tf.scalar(1, 'int32'));
    const other = tf.gather(words, tf.cast(inside, 'int32'), 1, 1);
    const isDrawn = tf.less(tf.gather(draws, begins, 1, 1), rate);
    const areWords = tf.logicalAnd(tf.notEqual(words, PADDING), tf.notEqual(other, PADDING));
    const isPair = tf.equal(partner, tf.cast(inside, 'int32'));
    return tf.where(tf.logicalAnd(tf.logicalAnd(isDrawn, isPair), areWords), other, words);
  };
}

/** Words are left out, and those behind them move up; a text keeps one word at least. */
function deleted(rate: number, source: RandomSource): WordOperation {
  return (words) => {
    const [batch, length] = words.shape;
    const isWord = tf.notEqual(words, PADDING);
    const draws = tf.mul(source.uniform([batch, length]), tf.cast(isWord, 'float32'));
    const most = tf.max(draws, 1, true);
    const isKept = tf.logicalAnd(isWord, tf.logicalOr(tf.greaterEqual(draws, rate), tf.equal(draws, most)));
    const places = tf.range(0, length, 1, 'float32');
    // What is kept comes first, in its order: the greatest keys.
    const keys = tf.sub(tf.mul(tf.cast(isKept, 'float32'), 2 * length), tf.expandDims(places, 0));
    const { indices } = tf.topk(keys, length, true);
    const kept = tf.mul(words, tf.cast(isKept, 'int32'));
    return tf.gather(kept, indices, 1, 1);
  };
}

/** Words become unknown. */
function dropped(rate: number, source: RandomSource): WordOperation {
  return (words) => {
    const isDropped = tf.less(source.uniform(words.shape), rate);
    const isWord = tf.notEqual(words, PADDING);
    return tf.where(tf.logicalAnd(isDropped, isWord), tf.fill(words.shape, UNKNOWN_NUMBER, 'int32'), words);
  };
}
