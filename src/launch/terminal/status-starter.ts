import { showLaunch } from '../../display/launch-events.js';
import type { StatusLine } from '../../display/status-line.js';
import type { RunProgress } from '../../protocol/events.js';
import type { Starter } from '../engine.js';

/** Starts work of which a line tells how far it is. */
export function statusStarter(status: StatusLine): Starter<RunProgress> & { clear: () => void } {
  const launch = showLaunch(process.stderr);
  return {
    environment: process.env,
    onEvent: (event) => {
      if (event.type === 'notice' || event.type === 'install-progress') launch.onEvent(event);
      else status.onProgress(event);
    },
    clear: () => {
      launch.clear();
      status.clear();
    },
  };
}
