import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { UserError } from '../../text/errors.js';
import type { MlflowClient } from '../../tracking/mlflow/client.js';
import { MlflowError } from '../../tracking/mlflow/errors.js';
import { runDirectory } from '../../tracking/run-store.js';
import { retryDelay } from '../../tracking/sync.js';
import { fetchRun, type LoggedRun } from '../logged-run.js';
import type { TrialIdentity } from '../trial-identity.js';
import { receiveRun } from './archives.js';
import { LinkWatch } from './link-watch.js';
import type { TrialAnswer } from './queue.js';
import { ablate } from '../../system/shell.js';

/** Where runs come from, and where they are to go. */
export interface Home {
  runsDirectory: string;
  /** Whose run it must be. */
  trial: TrialIdentity;
  redis: Redis;
  mlflow: MlflowClient | undefined;
  /** Aborted, what is away isn't waited for any longer. */
  signal: AbortSignal | undefined;
  /** A line for the user. */
  say: (message: string) => void;
}

/**
 * Fetches the files of a run that a worker has answered with, unless they are home already.
 * @throws MlflowError, UserError `archive-damaged`, `logged-run-damaged`, `mlflow-uri`
 */
export async function bringHome({ archive, logged }: TrialAnswer, home: Home): Promise<void> {
  if (logged) await fetchPatiently(logged, home);
  if (archive) await receive(archive, home);
}

async function receive(
  archive: NonNullable<TrialAnswer['archive']>,
  { runsDirectory, redis, trial }: Home,
): Promise<void> {
  // Another coordinator of the same trial may have been here first.
  const isHome = existsSync(runDirectory(runsDirectory, archive.run).summary) && !(await redis.exists(archive.key));
  if (!isHome) await receiveRun(redis, archive.key, archive, runsDirectory, trial);
  await redis.del(archive.key);
}

/** Waits for a server that is away: the run is safe there. */
async function fetchPatiently(logged: LoggedRun, { runsDirectory, trial, mlflow, signal, say }: Home): Promise<void> {
  if (!mlflow) throw withoutMlflow(logged);
  const link = new LinkWatch(`MLflow at ${mlflow.uri}`, say);
  for (let failures = 1; ; failures++) {
    try {
      await fetchRun(logged, mlflow, runsDirectory, trial);
      link.mended();
      return;
    } catch (error) {
      if (!(error instanceof MlflowError && error.retryable) || signal?.aborted) throw error;
      link.broke(error);
      await sleep(retryDelay(failures, error));
    }
  }
}

function withoutMlflow({ run }: LoggedRun): UserError {
  return new UserError(`run ${run} has ended, and its files are with the MLflow server that it was sent with`, {
    code: 'mlflow-uri',
    hint: `set MLFLOW_TRACKING_URI to its address, and run \`${ablate('resume')}\``,
  });
}
