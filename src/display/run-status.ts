import { colors as pc } from '../text/visible.js';
import type { Summary } from '../tracking/run-store.js';

/** A status in its colour. `UNFINISHED` was interrupted; the summary of `UNREADABLE` is damaged. */
export function statusText(status: Summary['status'] | 'RUNNING' | 'UNFINISHED' | 'UNREADABLE'): string {
  if (status === 'FINISHED') return pc.green(status);
  if (status === 'RUNNING') return pc.cyan(status);
  return status === 'UNFINISHED' || status === 'PRUNED' ? pc.yellow(status) : pc.red(status);
}
