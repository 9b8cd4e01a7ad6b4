/** How many values a tensor of a shape holds; 1 of a scalar, whose shape is empty. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, length) => count * length, 1);
}
