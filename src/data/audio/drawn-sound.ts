/** Smaller ones are drawn larger, by a whole number, so that they are at least so wide. */
const LEAST_WIDTH = 160;
/** Of waveforms. */
const WAVE = { height: 64, width: 240 };
/** What is darkest and brightest: outside of it, a few values, all is one shade. */
const LIMITS = [0.01, 0.995] as const;

/** Drawings of one size. */
interface Drawn {
  height: number;
  width: number;
  /** [drawings, height, width] of each set, 0 to 255 */
  pixels: Uint8Array[];
}

/**
 * Draws what models are given of recordings: spectrograms with low frequencies below and time to the right, bright where they
 * are loud, all in the same shades; of waveforms how far they reach.
 * @param sets of recordings, [drawings, …shape] each; shades are those of the first
 * @param shape [mel bins, frames, 1], [frames, mel bins] or [samples, 1]
 */
export function drawnSound(sets: readonly Float32Array[], shape: readonly number[], drawings: number): Drawn {
  if (shape.length === 2 && shape[1] === 1) return drawnWaves(sets, shape[0], drawings);
  const isImage = shape.length === 3;
  const [bins, frames] = isImage ? shape : [shape[1], shape[0]];
  const scale = Math.ceil(LEAST_WIDTH / frames);
  const [height, width] = [bins * scale, frames * scale];
  const [least, most] = shades(sets[0]);
  const pixels = sets.map((values) =>
    Uint8Array.from({ length: drawings * height * width }, (_, index) => {
      const [x, y] = [Math.floor((index % width) / scale), Math.floor((Math.floor(index / width) % height) / scale)];
      const bin = bins - 1 - y;
      const start = Math.floor(index / (height * width)) * bins * frames;
      const value = values[start + (isImage ? bin * frames + x : x * bins + bin)];
      return Math.max(0, Math.min(255, (255 * (value - least)) / (most - least || 1)));
    }),
  );
  return { height, width, pixels };
}

function shades(values: Float32Array): [number, number] {
  const sorted = Float32Array.from(values).sort();
  const [least, most] = LIMITS.map((part) => sorted[Math.floor(part * (sorted.length - 1))]);
  return [least, most];
}

/** A line from the least to the greatest of the samples that a column stands for. */
function drawnWaves(sets: readonly Float32Array[], samples: number, drawings: number): Drawn {
  const { height, width } = WAVE;
  const top = sets[0].reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const pixels = sets.map((values) => {
    const drawn = new Uint8Array(drawings * height * width).fill(255);
    for (let column = 0; column < drawings * width; column++) {
      const [drawing, x] = [Math.floor(column / width), column % width];
      const from = drawing * samples + Math.floor((x * samples) / width);
      const part = values.subarray(
        from,
        Math.max(from + 1, drawing * samples + Math.floor(((x + 1) * samples) / width)),
      );
      const rowOf = (value: number): number => Math.round(((1 - value / top) / 2) * (height - 1));
      const [first, last] = [
        rowOf(part.reduce((a, b) => Math.max(a, b))),
        rowOf(part.reduce((a, b) => Math.min(a, b))),
      ];
      for (let y = Math.max(0, first); y <= Math.min(height - 1, last); y++) {
        drawn[(drawing * height + y) * width + x] = 40;
      }
    }
    return drawn;
  });
  return { height, width, pixels };
}
