import type { RandomStream } from '../random.js';

/** A column that loses more of its length than this when the others are projected out is projected once more. */
const CANCELLATION = Math.SQRT1_2;

/**
 * A matrix whose columns (or rows, if it is wide) are orthonormal, uniformly distributed among all such (Saxe et al.,
 * 2014; Keras Orthogonal): the Q of a random normal matrix's QR decomposition with a positive diagonal of R. By the
 * modified Gram–Schmidt process in double precision with "twice is enough" reorthogonalization (Giraud et al., 2005).
 * @param values row-major [product of all but the last length of `shape`, the last], filled in place
 * @param gain what each number is multiplied by
 */
export function orthogonalMatrix(
  values: Float32Array,
  shape: readonly number[],
  gain: number,
  stream: RandomStream,
): Float32Array {
  const columns = shape.at(-1) ?? 1;
  const rows = values.length / columns;
  const basis = orthonormalVectors(Math.min(rows, columns), Math.max(rows, columns), stream);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = gain * (rows < columns ? basis[row][column] : basis[column][row]);
    }
  }
  return values;
}

function orthonormalVectors(count: number, length: number, stream: RandomStream): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let index = 0; index < count; index++) {
    const vector = Float64Array.from({ length }, () => stream.normal());
    const before = norm(vector);
    projectOut(vector, vectors);
    if (norm(vector) < CANCELLATION * before) projectOut(vector, vectors);
    const scale = 1 / norm(vector);
    vectors.push(vector.map((value) => value * scale));
  }
  return vectors;
}

function projectOut(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (const direction of basis) {
    const component = dot(vector, direction);
    for (let index = 0; index < vector.length; index++) vector[index] -= component * direction[index];
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index] * b[index];
  return sum;
}

const norm = (vector: Float64Array): number => Math.sqrt(dot(vector, vector));
