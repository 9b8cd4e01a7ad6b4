import type { SweepConfig } from '../config/experiment.js';

/**
 * What a sweep varies, as params of a tracking server: `sweep.model.kernel_size` → `[3, 5]`, or a distribution as it is
 * written.
 */
export function sweepParams({ parameters }: SweepConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, parameter]) => [
      `sweep.${key}`,
      'values' in parameter ? `[${parameter.values.map(valueText).join(', ')}]` : JSON.stringify(parameter),
    ]),
  );
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
