import { dirname } from 'node:path';
import type { Experiment } from '../config/experiment.js';
import { messageOf } from '../errors.js';
import type { CreatedEvent } from '../run-events.js';
import type { Deliverable } from '../tracking/deliverable.js';
import type { Follower, FollowEnd } from '../tracking/follower.js';

/** What isn't delivered, and why; it waits in the run for `ablate sync`. */
export type Undelivered = Extract<FollowEnd, { error: unknown }>;

/** A run's way to the MLflow server, while it goes on. */
export interface RunTracking {
  /** The run, once it has begun. */
  readonly run: { id: string; path: string } | undefined;
  created: (event: CreatedEvent) => void;
  /** Delivers the rest, after the run has ended. @returns what kept something from being delivered */
  finish: () => Promise<Undelivered | undefined>;
}

/**
 * Follows a run's journal to the server that `MLFLOW_TRACKING_URI` names; without it the journal just keeps everything,
 * for a later `ablate sync`.
 * @param say shows a line to the user
 */
export function trackRun(config: Experiment, say: (message: string) => void): RunTracking {
  let run: RunTracking['run'];
  let tracking: Tracking | undefined;
  return {
    get run() {
      return run;
    },
    created({ id, path }) {
      run = { id, path };
      tracking = track(config, () => loadRun(id, path), say);
    },
    finish: async () => tracking?.finish(),
  };
}

/** The way of something to the MLflow server, while it goes on. */
export interface Tracking {
  /** Delivers the rest, after it has ended. @returns what kept something from being delivered */
  finish: () => Promise<Undelivered | undefined>;
}

/**
 * Follows the journal of a run or a sweep to the server that `MLFLOW_TRACKING_URI` names.
 * @param load called if there is such a server, and the experiment is tracked
 */
export function track(
  { tracking }: Experiment,
  load: () => Promise<Deliverable>,
  say: (message: string) => void,
): Tracking {
  const isTracked = tracking !== 'none' && Boolean(process.env.MLFLOW_TRACKING_URI);
  const following = isTracked ? follow(load, say).catch(sayWhyNot) : undefined;
  function sayWhyNot(error: unknown): undefined {
    say(`MLflow: ${messageOf(error)}; training goes on and keeps its journal for \`ablate sync\``);
  }
  return {
    async finish() {
      const end = await (await following)?.finish();
      return end && 'error' in end ? end : undefined;
    },
  };
}

async function loadRun(id: string, path: string): Promise<Deliverable> {
  const { runDirectory } = await import('../tracking/run-store.js');
  const { deliverableRun } = await import('../tracking/deliverable.js');
  return deliverableRun(runDirectory(dirname(path), id));
}

async function follow(load: () => Promise<Deliverable>, say: (message: string) => void): Promise<Follower | undefined> {
  const { MlflowClient } = await import('../tracking/mlflow/client.js');
  const { connectionFromEnvironment } = await import('../tracking/mlflow/connection.js');
  const { Follower } = await import('../tracking/follower.js');
  const connection = connectionFromEnvironment(process.env);
  return connection && new Follower(await load(), new MlflowClient(connection), { onMessage: say });
}
