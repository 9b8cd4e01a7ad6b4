import type { SweepConfig } from '../config/schema/experiment.generated.js';
import { jsonText, type Json } from '../config/text/tree.js';

/**
 * What a sweep varies, as params of a tracking server: `sweep.model.kernel_size` → `[3, 5]`, or a distribution as it is
 * written.
 */
export function sweepParams({ parameters }: SweepConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, parameter]) => [
      `sweep.${key}`,
      'values' in parameter
        ? `[${parameter.values.map((value) => jsonText(value as Json)).join(', ')}]`
        : JSON.stringify(parameter),
    ]),
  );
}
