import { targetKind } from './columns/kinds.js';
import type { DatasetColumns, InputColumn } from './dataset.js';

const OUTPUTS_ARE: Partial<Record<string, 'classes' | 'labels'>> = {
  category: 'classes',
  mask: 'classes',
  multi_label: 'labels',
};

/** What a model of these data may be given of a row, and how many outputs it has: `ModelShape`. */
export function modelShape({ inputs, target }: DatasetColumns): {
  inputs: readonly InputColumn[];
  outputs: number;
  outputsAre: 'classes' | 'labels' | 'numbers';
  pixels?: readonly [number, number];
} {
  const outputs = targetKind(target.type).outputs(target);
  const pixels = target.shape ? { pixels: target.shape } : {};
  return { inputs, outputs, outputsAre: OUTPUTS_ARE[target.type] ?? 'numbers', ...pixels };
}
