import type { DeliverableIdentity } from './deliverable.js';
import type { DatasetEvent, JournalEvent, RunStatus, StateEvent } from './journal-events.js';
import type { DatasetInput, MlflowStatus } from './mlflow/client.js';
import { fitText, PARAM_LIMIT, TAG_LIMIT, type Batch, type Text } from './mlflow/limits.js';
import { encodeName, isShortened, wholeNameTag } from './mlflow/names.js';
import { MAIN_SCORES } from '../text/main-metric.js';

/** The tag by which a run is found again on a server. */
export const RUN_ID_TAG = 'ablate.run_id';

/** Our id of the run, or the sweep, that a run is a part of. */
export const PARENT_ID_TAG = 'ablate.parent_run_id';

/** What variant of its sweep a run is, in words: by this MLflow's pages can show the seeds of a variant as one. */
export const VARIANT_TAG = 'variant';

/** On the runs of a sweep that has taken over earlier ones: the variant that a run is in that sweep. */
export function sweepTag(sweep: string): string {
  return `ablate.sweep.${sweep}`;
}

/** Why a run ended before its time. */
export const ERROR_TAG = 'ablate.error';

/** Tags of every experiment: without a kind, MLflow may open its view for language models. */
export const EXPERIMENT_TAGS: Text[] = [{ key: 'mlflow.experimentKind', value: 'custom_model_development' }];

/** MLflow knows four statuses; the tag `ablate.status` says which of ours it was. */
export const MLFLOW_STATUS: Record<RunStatus, MlflowStatus> = {
  RUNNING: 'RUNNING',
  FINISHED: 'FINISHED',
  FAILED: 'FAILED',
  KILLED: 'KILLED',
  PRUNED: 'KILLED',
  DIVERGED: 'FAILED',
};

/** A run's name: that of its variant and its seed, so that the runs of a sweep tell what they are. */
export function runName({ name, label, seed }: DeliverableIdentity): string {
  return label === undefined ? name : `${label} · seed ${seed}`;
}

/**
 * What a run says of itself, as tags: the file's, MLflow's own where it has some, the others under `ablate.`. Of two of one
 * name Ablate's own counts: by these a run is found again.
 */
export function identityTags(run: DeliverableIdentity): Text[] {
  return toTags({
    ...run.tags,
    [RUN_ID_TAG]: run.id,
    'ablate.config_hash': run.config_hash,
    'ablate.seed': run.seed?.toString(),
    [PARENT_ID_TAG]: run.parent,
    [VARIANT_TAG]: run.label,
    ...(run.description === undefined ? {} : { 'mlflow.note.content': run.description }),
    'mlflow.user': run.user,
    'mlflow.source.name': run.source,
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.git.commit': run.git_commit,
    ...prefixed('ablate.version.', run.versions),
    ...prefixed('ablate.machine.', run.machine),
  });
}

export function stateTags(state: StateEvent): Text[] {
  return toTags({ 'ablate.status': state.status, [ERROR_TAG]: state.error });
}

/**
 * The params, metric points and tags of some events. Names that MLflow would refuse are encoded, texts that it would cut
 * end in `…`; `config.yaml`, among the artifacts, has them in full.
 */
export function eventsToBatch(events: JournalEvent[]): Batch {
  const params: Batch['params'] = [];
  const metrics: Batch['metrics'] = [];
  const tags: Batch['tags'] = [];
  for (const event of events) {
    if (event.type === 'params') {
      for (const [name, value] of Object.entries(event.params)) {
        params.push({ key: encodeNameInto(tags, name), value: fitText(value, PARAM_LIMIT) });
      }
    } else if (event.type === 'metrics') {
      for (const [name, value] of Object.entries(event.values)) {
        metrics.push({ key: encodeNameInto(tags, name), value, timestamp: event.time, step: event.step });
      }
    } else if (event.type === 'system') {
      for (const [name, value] of Object.entries(event.values)) {
        metrics.push({ key: `system/${encodeNameInto(tags, name)}`, value, timestamp: event.time, step: event.sample });
      }
    } else if (event.type === 'tags') {
      tags.push(...toTags(event.tags));
    }
  }
  // The server lists metrics as they first came, and compares runs by the first: it should be one that tells them apart.
  return { params, metrics: metrics.toSorted((a, b) => rankOf(a.key) - rankOf(b.key)), tags };
}

/** Of a metric's name: the smaller, the more it says. */
function rankOf(key: string): number {
  if (key.startsWith('system/')) return 3;
  return MAIN_SCORES.some((name) => key === `val_${name}`) ? 0 : key.startsWith('val_') ? 1 : 2;
}

/** A dataset that a run read. The context is in its name: MLflow shows one of several inputs of the same name. */
export function datasetInput({ name, digest, source, context, samples, shape, classes }: DatasetEvent): DatasetInput {
  const features = [{ type: 'tensor', 'tensor-spec': { dtype: 'uint8', shape: [-1, ...shape] } }];
  const targets = [{ type: 'tensor', 'tensor-spec': { dtype: 'int32', shape: [-1] } }];
  return {
    name: `${name}/${context}`,
    digest,
    sourceType: 'local',
    source: { uri: source },
    // As MLflow's TensorDatasetSchema writes itself: JSON inside of JSON.
    schema: { mlflow_tensorspec: { features: JSON.stringify(features), targets: JSON.stringify(targets) } },
    profile: { num_rows: samples, num_classes: classes },
    context,
  };
}

function toTags(values: Record<string, string | undefined>): Text[] {
  const tags: Text[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) tags.push({ key: encodeNameInto(tags, name), value: fitText(value, TAG_LIMIT) });
  }
  return tags;
}

/** An encoded name; of one that had to be shortened, the whole is added to the tags. */
function encodeNameInto(tags: Text[], name: string): string {
  const encoded = encodeName(name);
  if (isShortened(encoded)) tags.push({ key: wholeNameTag(encoded), value: fitText(name, TAG_LIMIT) });
  return encoded;
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]));
}
