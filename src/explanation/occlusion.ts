import * as tf from '@tensorflow/tfjs';

/** Patches that are tried together. */
const BATCH = 64;

/** What is laid over the image. */
export interface OcclusionOptions {
  /** The patch's side, in pixels. */
  size: number;
  /** From one place of it to the next, in pixels. */
  stride: number;
}

/**
 * Occlusion (Zeiler and Fergus 2014): by how much the class's output (its probability, after a softmax) falls when a patch of the baseline hides a part
 * of the image. Each pixel has the mean over the patches that hide it.
 * @param input one normalized image, [1, height, width, channels]
 * @param baseline what the patch shows, of the same shape
 * @returns [height, width], row-major; negative where the patch helps
 */
export function occlusion(
  model: tf.LayersModel,
  input: tf.Tensor,
  baseline: tf.Tensor,
  classIndex: number,
  options: OcclusionOptions,
): Float32Array {
  const [, height, width] = input.shape as [number, number, number];
  const patches = patchesOf(height, width, options);
  const drops = dropsOf(patches, { model, input, baseline, classIndex });
  const sums = new Float32Array(height * width);
  const counts = new Int32Array(height * width);
  patches.forEach((patch, index) => {
    forEachPixel(patch, width, (pixel) => {
      sums[pixel] += drops[index];
      counts[pixel] += 1;
    });
  });
  return sums.map((sum, pixel) => sum / counts[pixel]);
}

interface Patch {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** Every pixel lies under one at least; at the edges the patches are cut. */
function patchesOf(height: number, width: number, { size, stride }: OcclusionOptions): Patch[] {
  const starts = (length: number): number[] => {
    const first = -Math.floor((size - 1) / 2);
    return Array.from({ length: Math.ceil((length - first) / stride) }, (_, index) => first + index * stride);
  };
  return starts(height).flatMap((top) =>
    starts(width).map((left) => ({
      top: Math.max(0, top),
      left: Math.max(0, left),
      bottom: Math.min(height, top + size),
      right: Math.min(width, left + size),
    })),
  );
}

interface Question {
  model: tf.LayersModel;
  input: tf.Tensor;
  baseline: tf.Tensor;
  classIndex: number;
}

function dropsOf(patches: Patch[], { model, input, baseline, classIndex }: Question): number[] {
  const [, height, width] = input.shape as [number, number, number];
  const outputOf = (images: tf.Tensor): number[] =>
    tf.tidy(() => {
      const output = model.apply(images, { training: false }) as tf.Tensor;
      return [...tf.slice(output, [0, classIndex], [-1, 1]).dataSync()];
    });
  const [whole] = outputOf(input);
  const drops: number[] = [];
  for (let start = 0; start < patches.length; start += BATCH) {
    const some = patches.slice(start, start + BATCH);
    const masks = new Float32Array(some.length * height * width);
    some.forEach((patch, index) => {
      forEachPixel(patch, width, (pixel) => {
        masks[index * height * width + pixel] = 1;
      });
    });
    const outputs = tf.tidy(() => {
      const mask = tf.tensor4d(masks, [some.length, height, width, 1]);
      return outputOf(tf.add(tf.mul(input, tf.sub(1, mask)), tf.mul(baseline, mask)));
    });
    drops.push(...outputs.map((hidden) => whole - hidden));
  }
  return drops;
}

function forEachPixel({ top, left, bottom, right }: Patch, width: number, visit: (pixel: number) => void): void {
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) visit(y * width + x);
}
