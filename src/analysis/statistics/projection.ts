/** Relative to its length before: what is left of a column that the basis spans already is rounding. */
const DEPENDENT = 1e-9;

/**
 * Orthonormal directions of what the columns span beyond an orthonormal basis; as many as the rank they add. Gram-Schmidt,
 * twice over ("twice is enough": Giraud, Langou, Rozložník 2005).
 * @param basis orthonormal, each of n values
 * @param columns each of n values
 */
export function directionsBeyond(basis: readonly Float64Array[], columns: readonly Float64Array[]): Float64Array[] {
  const added: Float64Array[] = [];
  for (const column of columns) {
    const direction = Float64Array.from(column);
    const known = [...basis, ...added];
    removeComponents(direction, known);
    removeComponents(direction, known);
    const length = Math.sqrt(dot(direction, direction));
    if (length > DEPENDENT * Math.sqrt(dot(column, column))) added.push(direction.map((value) => value / length));
  }
  return added;
}

/** Of the values' sum of squares, the part along these orthonormal directions. */
export function sumOfSquaresAlong(directions: readonly Float64Array[], values: Float64Array): number {
  return directions.reduce((sum, direction) => sum + dot(direction, values) ** 2, 0);
}

/** Takes from a vector, in place, its components along orthonormal directions. */
export function removeComponents(vector: Float64Array, directions: readonly Float64Array[]): void {
  for (const direction of directions) {
    const component = dot(direction, vector);
    for (let i = 0; i < vector.length; i++) vector[i] -= component * direction[i];
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
