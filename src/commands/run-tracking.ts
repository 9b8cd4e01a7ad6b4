import { dirname } from 'node:path';
import type { Experiment } from '../config/experiment.js';
import { messageOf } from '../errors.js';
import type { CreatedEvent } from '../run-events.js';
import type { Follower, FollowEnd } from '../tracking/follower.js';

/** A run's way to the MLflow server, while it goes on. */
export interface RunTracking {
  /** The run, once it has begun. */
  readonly run: { id: string; path: string } | undefined;
  created: (event: CreatedEvent) => void;
  /** Delivers the rest, after the run has ended. @returns what kept something from being delivered */
  finish: () => Promise<Undelivered | undefined>;
}

/** What isn't delivered, and why; it waits in the run for `ablate sync`. */
export type Undelivered = Extract<FollowEnd, { error: unknown }>;

/**
 * Follows a run's journal to the server that `MLFLOW_TRACKING_URI` names; without it the journal just keeps everything,
 * for a later `ablate sync`.
 * @param say shows a line to the user
 */
export function trackRun({ tracking }: Experiment, say: (message: string) => void): RunTracking {
  let run: RunTracking['run'];
  let following: Promise<Follower | undefined> | undefined;
  return {
    get run() {
      return run;
    },
    created({ id, path }) {
      run = { id, path };
      if (tracking === 'none' || !process.env.MLFLOW_TRACKING_URI) return;
      following = follow(id, path, say).catch((error: unknown) => {
        say(`MLflow: ${messageOf(error)}; the run goes on and keeps its journal for \`ablate sync\``);
        return undefined;
      });
    },
    async finish() {
      const follower = await following;
      if (!follower) return;
      const end = await follower.finish();
      return 'error' in end ? end : undefined;
    },
  };
}

async function follow(id: string, path: string, say: (message: string) => void): Promise<Follower | undefined> {
  const { MlflowClient } = await import('../tracking/mlflow/client.js');
  const { connectionFromEnvironment } = await import('../tracking/mlflow/connection.js');
  const { Follower } = await import('../tracking/follower.js');
  const { runDirectory } = await import('../tracking/run-store.js');
  const connection = connectionFromEnvironment(process.env);
  if (!connection) return undefined;
  return new Follower(runDirectory(dirname(path), id), new MlflowClient(connection), { onMessage: say });
}
