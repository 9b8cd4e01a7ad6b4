import * as tf from '@tensorflow/tfjs';
import type { PositionEmbedding } from '../../config/schema/experiment.generated.js';
import { randomStream } from '../../random.js';
import { elementCount } from '../../tensorflow/element-count.js';
import { createInitializer, drawWeight } from '../initializers.js';
import { asSequence } from '../shape.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { apply, replaceCall, weightOf } from '../layer-parts/standard-layer.js';

/** A vector for each place, added to what stands there (KerasHub PositionEmbedding, whose output is added). */
export const positionEmbedding: LayerKind<PositionEmbedding> = {
  keepsMask: true,
  outputShape: asSequence,
  trainedParameters: (_, input) => elementCount(input),
  /** tfjs has none: a bias for each number of the sequence, of a depthwise convolution that changes nothing else. */
  build({ name, embeddings_initializer: initializer }, [input], { seed, trainable, inputShape }) {
    const count = elementCount(inputShape);
    const pixel = tf.layers.reshape({ name: `${name}/pixel`, targetShape: [1, 1, count] });
    const biased = tf.layers.depthwiseConv2d({
      name,
      trainable,
      kernelSize: 1,
      depthwiseInitializer: tf.initializers.ones(),
      biasInitializer: createInitializer(initializer, () =>
        drawWeight(initializer, inputShape, randomStream(seed, `weights/${name}/embeddings`)),
      ),
    });
    replaceCall(biased, (pixels) => tf.add(pixels, weightOf(biased, 'bias').read()));
    const output = apply(biased, apply(pixel, input));
    weightOf(biased, 'depthwise_kernel').trainable = false;
    return apply(tf.layers.reshape({ name: `${name}/sequence`, targetShape: [...inputShape] }), output);
  },
};
