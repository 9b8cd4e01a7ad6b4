import * as tf from '@tensorflow/tfjs';
import type { Embedding } from '../../config/schema/experiment.generated.js';
import { randomStream } from '../../random.js';
import { createInitializer, drawWeight } from '../initializers.js';
import { createRegularizer } from '../regularizers.js';
import { shapeText } from '../shape.js';
import { rowsOf } from '../weights.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply, replaceCall, weightOf } from '../layer-parts/standard-layer.js';

/** A vector for each word of a text (Keras Embedding): [length] of words' numbers to [length, output_dim]. */
export const embedding: LayerKind<Embedding> = {
  place(layer, input, origin, graph) {
    const tokens = input.layer.type === 'input' ? input.layer.tokens : undefined;
    if (tokens === undefined) {
      graph.report(origin.path, notOfWords(layer, input.layer.type === 'input', shapeText(input.outputShape)));
    }
    const { input_dim: own } = layer;
    if (own !== undefined && tokens !== undefined && own < tokens) {
      const message = `"${layer.name}" has vectors for ${own} words, and the text has ${tokens}`;
      const hint = 'leave input_dim out, or give the text as many max_tokens';
      graph.report(origin.path, {
        key: 'input_dim',
        message,
        expected: `at least ${tokens}`,
        received: String(own),
        hint,
      });
    }
    const whole = { ...layer, input_dim: own ?? tokens ?? 1 };
    const embedded = graph.append(whole, [input], origin);
    if (layer.mask_zero) {
      const mask = { type: 'padding_mask' as const, name: `${layer.name}/mask` };
      embedded.mask = graph.append(mask, [input], origin);
    }
    return embedded;
  },
  outputShape: ({ output_dim: size }, input) => [input[0], size],
  trainedParameters: ({ input_dim: words = 0, output_dim: size }) => words * size,
  build({ name, input_dim: words = 1, output_dim: size, ...layer }, [input], { seed, trainable }) {
    const { embeddings_initializer: initializer, embeddings_regularizer: regularizer } = layer;
    const standard = tf.layers.embedding({
      name,
      trainable,
      inputDim: words,
      outputDim: size,
      embeddingsInitializer: createInitializer(initializer, (shape) =>
        drawWeight(initializer, shape, randomStream(seed, `weights/${name}/embeddings`)),
      ),
      embeddingsRegularizer: createRegularizer(regularizer),
    });
    replaceCall(standard, (indices) => rowsOf(weightOf(standard, 'embeddings'), tf.cast(indices, 'int32')));
    return apply(standard, input);
  },
};

function notOfWords({ name }: Embedding, isFirst: boolean, shape: string) {
  if (!isFirst) {
    const message = `"${name}" needs the words of a text, and comes after another layer`;
    return { message, hint: 'let the embedding be the first layer', concerns: 'rank' as const };
  }
  return {
    message: `"${name}" needs the words of a text, and ${shape} numbers reach it`,
    expected: 'an input of type text with output_mode: int',
    hint: 'remove the embedding, or give dataset.inputs a text',
    concerns: 'rank' as const,
  };
}
