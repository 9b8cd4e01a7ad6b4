import pc from 'picocolors';
import type { Summary } from '../tracking/run-store.js';

/** A run's status in its colour. `UNFINISHED` goes on or was cut short; the summary of `UNREADABLE` is damaged. */
export function statusText(status: Summary['status'] | 'UNFINISHED' | 'UNREADABLE'): string {
  if (status === 'FINISHED') return pc.green(status);
  return status === 'UNFINISHED' || status === 'PRUNED' ? pc.yellow(status) : pc.red(status);
}
