import { targetKind } from './columns/kinds.js';
import type { DatasetColumns } from './dataset.js';
import { inputShape } from './inputs.js';

const OUTPUTS_ARE: Partial<Record<string, 'classes' | 'labels'>> = { category: 'classes', multi_label: 'labels' };

/** What a model of these data is given of a row, and how many outputs it has: `ModelShape`. */
export function modelShape({ inputs, target }: DatasetColumns): {
  input: readonly number[];
  tokens?: number;
  outputs: number;
  outputsAre: 'classes' | 'labels' | 'numbers';
} {
  const outputs = targetKind(target.type).outputs(target);
  const tokens = inputs.length === 1 ? inputs[0].tokens : undefined;
  const given = { input: inputShape(inputs), ...(tokens === undefined ? {} : { tokens }) };
  return { ...given, outputs, outputsAre: OUTPUTS_ARE[target.type] ?? 'numbers' };
}
