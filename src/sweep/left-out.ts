import type { LeftOut } from '../analysis/answer-facts.js';
import type { TrialStatus } from './trial.js';

/** Counts what has no value to compare, by why it has none. */
export function leftOutOf(runs: readonly { status: TrialStatus | 'RUNNING'; value: number | null }[]): LeftOut {
  const without = runs.filter(({ value, status }) => value === null && status !== 'RUNNING');
  const count = (wanted: TrialStatus): number => without.filter(({ status }) => status === wanted).length;
  const [pruned, interrupted] = [count('PRUNED'), count('KILLED')];
  const failed = without.length - pruned - interrupted;
  return { failed, pruned, ...(interrupted > 0 && { interrupted }) };
}
