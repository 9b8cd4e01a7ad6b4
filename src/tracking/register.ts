import { UserError } from '../text/errors.js';
import { loadCursor } from './cursor.js';
import type { Deliverable } from './deliverable.js';
import type { MlflowClient } from './mlflow/client.js';

/** By what the versions of a registered model are compared. */
export interface Score {
  /** Of the metric. */
  name: string;
  goal: 'minimize' | 'maximize';
  value: number;
}

export interface Registration {
  name: string;
  version: string;
  /** Whether it is the best so far, and so has the alias `best`. */
  isBest: boolean;
}

/** The alias of the best version: `models:/NAME@best`. */
const BEST = 'best';
const METRIC_TAG = 'ablate.metric';
const VALUE_TAG = 'ablate.value';

/**
 * Makes the model of a run, which has been delivered, a version of a registered model, and the best one if no version has a
 * better score. Doing it twice changes nothing.
 * @throws UserError `no-model` when the run has none on this server; MlflowError
 */
export async function registerModel(
  run: Deliverable,
  client: MlflowClient,
  { name, score }: { name: string; score: Score },
): Promise<Registration> {
  const cursor = loadCursor(run, client.uri);
  if (!cursor?.model?.ready) throw noModel(run, client.uri);
  const model = { id: cursor.model.id, runId: cursor.mlflow_run_id };
  const tags = [
    { key: 'ablate.run_id', value: run.id },
    { key: METRIC_TAG, value: score.name },
    { key: VALUE_TAG, value: String(score.value) },
  ];
  const { version } = await client.registry.ensureVersion(name, model, tags);
  const best = await client.registry.find(name, { alias: BEST });
  const isBest = !best || best.version === version || isBetter(score, best.tags);
  if (isBest && best?.version !== version) await client.registry.setAlias(name, BEST, version);
  return { name, version, isBest };
}

/** Of scores of different metrics the later counts: someone has changed their mind. */
function isBetter({ name, goal, value }: Score, tags: Partial<Record<string, string>>): boolean {
  const before = Number(tags[VALUE_TAG]);
  if (tags[METRIC_TAG] !== name || !Number.isFinite(before)) return true;
  return goal === 'maximize' ? value > before : value < before;
}

function noModel({ id, path }: Deliverable, server: string): UserError {
  return new UserError(`run ${id} has no model at ${server} to register`, {
    code: 'no-model',
    hint: `only runs that finish keep one, in ${path}/model`,
  });
}
