import { dirname } from 'node:path';
import type { Experiment } from '../../config/schema/experiment.generated.js';
import type { CreatedEvent } from '../../protocol/events.js';
import type { Deliverable } from '../../tracking/deliverable.js';
import { asUserError, type FollowEnd } from '../../tracking/follow-end.js';
import type { Follower } from '../../tracking/follower.js';
import { takeRunId } from '../../tracking/mlflow/adopted-run.js';
import { ablate } from '../../system/shell.js';

/** Who has something followed to MLflow. */
export interface TrackingListener {
  /** Takes a line for people. */
  say: (message: string) => void;
  /** The variables that name the server. */
  environment: NodeJS.ProcessEnv;
}

/** A run's way to the MLflow server, while it is in progress. */
export interface RunTracking {
  /** The run, once it has begun. */
  readonly run: { id: string; path: string } | undefined;
  created: (event: CreatedEvent) => void;
  /** Delivers the rest, after the run has ended. @returns how the delivery ended; undefined where nothing is followed */
  finish: () => Promise<FollowEnd | undefined>;
}

/**
 * Follows a run's journal to the server that `MLFLOW_TRACKING_URI` names; without it the journal just keeps everything,
 * for a later `ablate sync`.
 */
export function trackRun(config: Experiment, listener: TrackingListener): RunTracking {
  let run: RunTracking['run'];
  let tracking: Tracking | undefined;
  return {
    get run() {
      return run;
    },
    created({ id, path }) {
      run = { id, path };
      tracking = track(config, () => loadRun(id, path), listener);
    },
    finish: async () => tracking?.finish(),
  };
}

/** The way of something to the MLflow server, while it is in progress. */
export interface Tracking {
  /** Delivers the rest, after it has ended. @returns how the delivery ended; undefined where nothing is followed */
  finish: () => Promise<FollowEnd | undefined>;
}

/**
 * Follows the journal of a run or a sweep to the server that `MLFLOW_TRACKING_URI` names.
 * @param load called if there is such a server, and the experiment is tracked
 */
export function track(
  { tracking }: Experiment,
  load: () => Promise<Deliverable>,
  listener: TrackingListener,
): Tracking {
  const { say, environment } = listener;
  const isTracked = tracking !== 'none' && Boolean(environment.MLFLOW_TRACKING_URI);
  const following = isTracked ? follow(load, listener, takeRunId(environment)).catch(sayWhyNot) : undefined;
  function sayWhyNot(error: unknown): Pick<Follower, 'finish'> {
    const reason = asUserError(error);
    const hint = reason.hint === undefined ? '' : `\n${reason.hint}`;
    say(`MLflow: ${reason.message}; training continues and keeps its journal for \`${ablate('sync')}\`${hint}`);
    return { finish: () => Promise.resolve({ pendingPoints: null, error: reason }) };
  }
  return {
    finish: async () => (await following)?.finish(),
  };
}

async function loadRun(id: string, path: string): Promise<Deliverable> {
  const { runDirectory } = await import('../../tracking/run-store.js');
  const { deliverableRun } = await import('../../tracking/deliverable.js');
  return deliverableRun(runDirectory(dirname(path), id));
}

async function follow(
  load: () => Promise<Deliverable>,
  { say, environment }: TrackingListener,
  adopted: string | undefined,
): Promise<Follower | undefined> {
  const { clientFromEnvironment } = await import('../../tracking/mlflow/environment.js');
  const { Follower } = await import('../../tracking/follower.js');
  const client = clientFromEnvironment(environment);
  return client && new Follower(await load(), client, { onMessage: say, adopted });
}
