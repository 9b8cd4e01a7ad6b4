import type { ZeroPadding2D } from '../../config/schema/experiment.generated.js';
import { pair } from '../shape.js';

/** [[top, bottom], [left, right]], in pixels. */
export type Sides = [[number, number], [number, number]];

/** @param given one number for each side, [height, width], or all four */
export function sidesOf(given: ZeroPadding2D['padding']): Sides {
  const [rows, columns] = typeof given === 'number' ? [given, given] : given;
  return [pair(rows), pair(columns)];
}
