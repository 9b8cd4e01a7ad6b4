import * as tf from '@tensorflow/tfjs';
import type { MultiHeadAttention } from '../../config/schema/experiment.generated.js';
import { randomStream } from '../../random.js';
import { type Initializer, createInitializer, drawWeight } from '../initializers.js';
import { createRegularizer } from '../regularizers.js';
import { asSequence } from '../shape.js';
import { denseProduct } from './dense.js';
import { dropoutLayer } from './dropout.js';
import type { BuildContext, LayerKind } from '../layer-parts/layer-kind.js';
import { apply, optionalWeightOf, replaceCall, weightOf } from '../layer-parts/standard-layer.js';

type Context = Pick<BuildContext, 'seed' | 'trainable' | 'random'>;

/** What a sequence is projected to, and the length of it. */
type Part = 'query' | 'key' | 'value';

/**
 * Each step of a sequence takes from all steps what they hold, as much as its query and their keys agree: softmax(q kᵀ /
 * √key_dim) v, several times side by side (Vaswani et al., 2017; Keras MultiHeadAttention).
 */
export const multiHeadAttention: LayerKind<MultiHeadAttention> = {
  keepsMask: true,
  place: (layer, input, origin, graph) => graph.append(layer, input.mask ? [input, input.mask] : [input], origin),
  outputShape: asSequence,
  trainedParameters(layer, input) {
    const { num_heads: heads, key_dim: keys, use_bias: isBiased } = layer;
    const [values, channels] = [valueLength(layer), input.at(-1) ?? 0];
    const biases = heads * (2 * keys + values) + channels;
    return 2 * channels * heads * (keys + values) + (isBiased ? biases : 0);
  },
  flops(layer, [length, channels]) {
    const { num_heads: heads, key_dim: keys } = layer;
    const values = valueLength(layer);
    return 2 * length * heads * (2 * channels * (keys + values) + length * (keys + values));
  },
  build(layer, inputs, context) {
    const [input, mask] = inputs as [tf.SymbolicTensor, tf.SymbolicTensor?];
    const { name, num_heads: heads } = layer;
    const [length, channels] = context.inputShape;
    const padding = mask && apply(tf.layers.reshape({ name: `${name}/padding`, targetShape: [1, length] }), mask);
    const outputs = Array.from({ length: heads }, (_, head) => lookOf(layer, head, input, padding, channels, context));
    const all = heads === 1 ? outputs[0] : apply(tf.layers.concatenate({ name: `${name}/heads`, axis: -1 }), outputs);
    const [kernel, bias] = [[heads, valueLength(layer), channels], [channels]].map((shape, place) =>
      drawn(layer, 'attention_output', place === 0 ? 'kernel' : 'bias', shape, context),
    );
    return projection(layer, `${name}/attention_output`, channels, { kernel, bias }, context, all);
  },
};

const valueLength = ({ key_dim: keys, value_dim: values }: MultiHeadAttention): number => values ?? keys;

/** One of the looks: [length, channels] → [length, value_dim]. */
function lookOf(
  layer: MultiHeadAttention,
  head: number,
  input: tf.SymbolicTensor,
  padding: tf.SymbolicTensor | undefined,
  channels: number,
  context: Context,
): tf.SymbolicTensor {
  const { name, num_heads: heads, key_dim: keys, dropout } = layer;
  const own = `${name}/head_${head}`;
  const part = (which: Part, length: number): tf.SymbolicTensor => {
    const kernel = drawn(layer, which, 'kernel', [channels, heads, length], context);
    const bias = drawn(layer, which, 'bias', [heads, length], context);
    const weights = { kernel: columnsOf(kernel, heads, length, head), bias: columnsOf(bias, heads, length, head) };
    return projection(layer, `${name}/${which}/head_${head}`, length, weights, context, input);
  };
  const scale = tf.layers.rescaling({ name: `${own}/scale`, scale: 1 / Math.sqrt(keys), offset: 0 });
  const query = apply(scale, part('query', keys));
  const scores = apply(tf.layers.dot({ name: `${own}/scores`, axes: [2, 2] }), [query, part('key', keys)]);
  const masked = padding ? apply(tf.layers.add({ name: `${own}/masked` }), [scores, padding]) : scores;
  const shares = apply(tf.layers.activation({ name: `${own}/shares`, activation: 'softmax' }), masked);
  const kept =
    dropout === 0
      ? shares
      : apply(
          dropoutLayer({ name: `${own}/dropout`, rate: dropout }, context.random, (shape) => shape),
          shares,
        );
  const values = part('value', valueLength(layer));
  return apply(tf.layers.dot({ name: `${own}/values`, axes: [2, 1] }), [kept, values]);
}

/** A dense layer of each step. */
function projection(
  layer: MultiHeadAttention,
  name: string,
  units: number,
  { kernel, bias }: Record<'kernel' | 'bias', Float32Array>,
  { trainable }: Context,
  input: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const { kernel_initializer, bias_initializer, kernel_regularizer, use_bias: useBias } = layer;
  const given = (config: MultiHeadAttention['kernel_initializer'], values: Float32Array): Initializer =>
    createInitializer(config, () => values);
  const dense = tf.layers.dense({
    ...{ name, units, useBias, trainable },
    kernelInitializer: given(kernel_initializer, kernel),
    biasInitializer: given(bias_initializer, bias),
    kernelRegularizer: createRegularizer(kernel_regularizer),
  });
  replaceCall(dense, (x) => {
    const product = denseProduct(x, weightOf(dense, 'kernel').read());
    const added = optionalWeightOf(dense, 'bias')?.read();
    return added ? tf.add(product, added) : product;
  });
  return apply(dense, input);
}

/** The first values of a weight as Keras has it, of all heads at once. */
function drawn(
  layer: MultiHeadAttention,
  part: Part | 'attention_output',
  weight: 'kernel' | 'bias',
  shape: number[],
  { seed }: Context,
): Float32Array {
  const initializer = weight === 'kernel' ? layer.kernel_initializer : layer.bias_initializer;
  return drawWeight(initializer, shape, randomStream(seed, `weights/${layer.name}/${part}/${weight}`));
}

/** What a head has of a row-major [rows, heads, length]. */
function columnsOf(values: Float32Array, heads: number, length: number, head: number): Float32Array {
  return values.filter((_, index) => Math.floor(index / length) % heads === head);
}
