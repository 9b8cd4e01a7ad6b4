/** Which metric is watched, and what counts as an improvement: as Keras callbacks have it. */
export interface MonitorConfig {
  /** Name of the metric: `val_loss`. */
  monitor: string;
  mode: 'auto' | 'min' | 'max';
  min_delta: number;
}

/**
 * Whether a value is better than the best so far by more than `min_delta`. The first value always is. A value that isn't
 * finite never is: Keras would keep a NaN as the best for ever.
 * @param best null: none so far
 */
export function isImprovement(
  { monitor, mode, min_delta }: MonitorConfig,
  value: number,
  best: number | null,
): boolean {
  if (!Number.isFinite(value)) return false;
  if (best === null) return true;
  const smaller = mode === 'min' || (mode === 'auto' && /_(loss|error)$/.test(monitor));
  return smaller ? value + min_delta < best : value - min_delta > best;
}

/** The watched metric among those of an epoch. */
export function monitoredValue({ monitor }: MonitorConfig, metrics: Readonly<Record<string, number>>): number {
  if (!(monitor in metrics)) throw new Error(`internal: ${monitor} is monitored and not measured`);
  return metrics[monitor];
}
