import type { Size } from '../config/schema/experiment.generated.js';

/** One example's shape, without the batch: [height, width, channels], [length, channels] of a sequence or [features]. */
export type Shape = readonly number[];

/** What is wrong with a layer's place in the model. */
export interface LayerProblem {
  /** The key at fault; the whole layer if there is none. */
  key?: string;
  message: string;
  expected?: string;
  received?: string;
  hint?: string;
  /**
   * What it concerns, if the heights and widths that follow are guesses because of it: these themselves, or that there
   * are any (images) or none (vectors).
   */
  concerns?: 'size' | 'rank';
}

export type Report = (problem: LayerProblem) => void;

/** [height, width] of a number for both, or of a pair. */
export const pair = (size: Size): [number, number] => (typeof size === 'number' ? [size, size] : size);

/** `28×28×1`, `128`. */
export const shapeText = (shape: Shape): string => shape.join('×');

/**
 * The input of a layer that takes images, which can't follow a layer of vectors.
 * @returns [height, width, channels]
 */
export function asImage(layer: { name: string; type: string }, input: Shape, report: Report): Shape {
  if (input.length === 3) return input;
  report({
    message: `"${layer.name}" (${layer.type}) needs images, but ${nounOf(input)} of ${shapeText(input)} reaches it`,
    expected: 'height×width×channels',
    received: shapeText(input),
    hint: input.length === 2 ? 'for sequences there are conv1d, pooling1d and the like' : FLATTENED,
    concerns: 'rank',
  });
  return [1, 1, input.at(-1) ?? 1];
}

const FLATTENED = 'move it before the flatten or global_pooling2d layer';

/**
 * Likewise of a layer that takes sequences.
 * @returns [length, channels]
 */
export function asSequence(layer: { name: string; type: string }, input: Shape, report: Report): Shape {
  if (input.length === 2) return input;
  report({
    message: `"${layer.name}" (${layer.type}) needs sequences, but ${nounOf(input)} of ${shapeText(input)} reaches it`,
    expected: 'length×channels',
    received: shapeText(input),
    hint:
      input.length === 3
        ? 'for images there are conv2d, pooling2d and the like'
        : 'put "- {type: embedding, output_dim: 100}" before it, and move it before a flatten or global pooling',
    concerns: 'rank',
  });
  return [1, input.at(-1) ?? 1];
}

function nounOf(input: Shape): string {
  return input.length === 3 ? 'an image' : input.length === 2 ? 'a sequence' : 'a vector';
}
