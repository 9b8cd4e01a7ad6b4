import { UserError } from '../text/errors.js';
import { AS_ARTIFACT, loadCursor, newCursor, saveCursor, whileCreating, type Cursor } from './cursor.js';
import type { Deliverable, DeliverableIdentity } from './deliverable.js';
import { pageAddress } from './mlflow/address.js';
import type { ArtifactEvent, DatasetEvent, JournalEvent } from './journal-events.js';
import {
  datasetInput,
  eventsToBatch,
  ERROR_TAG,
  identityTags,
  MLFLOW_STATUS,
  PARENT_ID_TAG,
  RUN_ID_TAG,
  runName,
  stateTags,
} from './mlflow-mapping.js';
import { adoptRun, experimentOf } from './mlflow-place.js';
import type { MlflowClient, MlflowRun } from './mlflow/client.js';
import { ArtifactsRefused, MlflowError } from './mlflow/errors.js';
import { batchItems, toBatch, type Batch, type BatchItem, type Text } from './mlflow/limits.js';
import { loggedModelName } from './mlflow/names.js';
import { runFile, type RunFile } from './run-files.js';

/** The model's folder in a run. */
const MODEL_NAME = 'model';
const PARENT_TAG = 'mlflow.parentRunId';

/** What a refusal begins with that is one of all artifacts. */
const ARTIFACTS = 'artifacts: ';

/** Whether something that was refused is all of the artifacts, by a server that takes none from its clients. */
export function isOfAllArtifacts(refused: string): boolean {
  return refused.startsWith(ARTIFACTS);
}

/** How far a delivery has come, in this process. */
export interface DeliveryCount {
  /** Metric points. */
  points: number;
  files: number;
}

export interface DeliveryOptions {
  /** Called whenever something has arrived. */
  onProgress?: (count: DeliveryCount) => void;
  /** The run on the server that this one becomes, unless it is there already; else it becomes a new one. */
  adopted?: string;
}

/** A run of which all there is has arrived at a server. */
export interface Delivered extends DeliveryCount {
  id: string;
  mlflow_run_id: string;
  /** Where the server shows the run. */
  url: string;
  /** What the server refused for good, in words. */
  refused: string[];
}

/**
 * Brings one run's journal and files to one MLflow server, and keeps a cursor of what has arrived. Whatever fails can
 * be tried again from the cursor: everything that was sent already is recognized by the server as the same.
 */
export class RunDelivery {
  readonly run: Deliverable;
  readonly client: MlflowClient;
  readonly count: DeliveryCount = { points: 0, files: 0 };
  /** Grows whenever something has arrived. */
  arrivals = 0;
  readonly #onProgress: (count: DeliveryCount) => void;
  readonly #adopted: string | undefined;
  #target: Target | undefined;

  constructor(run: Deliverable, client: MlflowClient, { onProgress, adopted }: DeliveryOptions = {}) {
    this.run = run;
    this.client = client;
    this.#onProgress = onProgress ?? (() => undefined);
    this.#adopted = adopted;
  }

  /**
   * Sends everything that the run's directory holds by now and the server doesn't.
   * @throws MlflowError, and UserError `mlflow-run-deleted`, `journal-corrupt`; what had arrived by then stays so
   */
  async drain(): Promise<Delivered> {
    const target = (this.#target ??= await this.#open());
    for (;;) {
      const { events, offset } = this.run.read(target.cursor.offset);
      if (offset === target.cursor.offset) break;
      await this.#sendEvents(target, events);
      target.cursor.offset = offset;
      this.#arrived(target.cursor);
    }
    await this.#deliverState(target);
    const { runId, experimentId } = target.mlflowRun;
    const url = pageAddress(this.client.uri, `experiments/${experimentId}/runs/${runId}`);
    return { id: this.run.id, mlflow_run_id: runId, url, ...this.count, refused: [...target.cursor.refused] };
  }

  /** Finds the run on the server, or creates it. */
  async #open(): Promise<Target> {
    const known = loadCursor(this.run, this.client.uri);
    const knownRun = known && (await this.client.getRun(known.mlflow_run_id));
    if (knownRun?.deleted) throw runDeleted(this.run, this.client.uri);
    if (known && knownRun) return { mlflowRun: knownRun, cursor: known };
    return whileCreating(this.run, this.client.uri, async () => {
      const mlflowRun = await this.#findOrCreate(this.run.identity());
      await this.#adoptChildren(mlflowRun);
      const cursor = newCursor(this.client.uri, mlflowRun.runId);
      saveCursor(this.run, cursor);
      return { mlflowRun, cursor };
    });
  }

  async #findOrCreate(identity: DeliverableIdentity): Promise<MlflowRun> {
    if (this.#adopted !== undefined) return adoptRun(this.#adopted, identity, this.client);
    const experimentId = await experimentOf(identity, this.client);
    const found = await this.#liveRuns(experimentId, identity.id);
    // Of several (an answer came too late, and another was created) the one that something was logged to.
    const existing = found.find(({ paramCount }) => paramCount > 0) ?? found.at(0);
    return (
      existing ??
      this.client.createRun({
        experimentId,
        name: runName(identity),
        user: identity.user,
        startTime: identity.time,
        tags: [...identityTags(identity), ...(await this.#parentTags(experimentId, identity))],
      })
    );
  }

  /** The tag that puts this run below its parent, if that has arrived already. */
  async #parentTags(experimentId: string, { parent }: DeliverableIdentity): Promise<Text[]> {
    const parentRun = parent ? (await this.#liveRuns(experimentId, parent)).at(0) : undefined;
    return parentRun ? [{ key: PARENT_TAG, value: parentRun.runId }] : [];
  }

  /** Puts those runs below this one that arrived before it, and couldn't know it. */
  async #adoptChildren({ runId, experimentId }: MlflowRun): Promise<void> {
    if (!this.run.isParent) return;
    const children = await this.#liveRuns(experimentId, this.run.id, PARENT_ID_TAG);
    for (const child of children.filter(({ tags }) => tags[PARENT_TAG] !== runId)) {
      const tags = [{ key: PARENT_TAG, value: runId }];
      await this.client.logBatch(child.runId, { metrics: [], params: [], tags });
    }
  }

  async #liveRuns(experimentId: string, id: string, key = RUN_ID_TAG): Promise<MlflowRun[]> {
    const runs = await this.client.findRuns(experimentId, { key, value: id });
    return runs.filter(({ deleted }) => !deleted);
  }

  async #sendEvents({ mlflowRun, cursor }: Target, events: JournalEvent[]): Promise<void> {
    await this.#sendBatch({ mlflowRun, cursor }, eventsToBatch(events));
    const datasets = events.filter((event) => event.type === 'dataset');
    if (datasets.length > 0) await this.#sendDatasets({ mlflowRun, cursor }, datasets);
    for (const event of events) {
      if (event.type === 'artifact') await this.#sendAnnounced({ mlflowRun, cursor }, event);
      if (event.type === 'state') Object.assign(cursor, { state: event, state_delivered: false });
    }
  }

  /** Sends a batch; of one that the server refuses, everything but the refused items, which it finds by halving. */
  async #sendBatch(target: Target, batch: Batch): Promise<void> {
    const items = batchItems(batch);
    if (items.length === 0) return;
    try {
      await this.client.logBatch(target.mlflowRun.runId, batch);
      this.count.points += batch.metrics.length;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (items.length === 1) return this.#refuse(target, describeItem(items[0]), error);
      await this.#confirmRun(target);
      await this.#sendBatch(target, toBatch(items.slice(0, items.length / 2)));
      await this.#sendBatch(target, toBatch(items.slice(items.length / 2)));
    }
  }

  async #sendDatasets(target: Target, events: DatasetEvent[]): Promise<void> {
    try {
      await this.client.logInputs(target.mlflowRun.runId, events.map(datasetInput));
    } catch (error) {
      if (events.length === 1 || !isRefusal(error)) return this.#refuse(target, `dataset ${events[0].name}`, error);
      for (const event of events) await this.#sendDatasets(target, [event]);
    }
  }

  /** Files of the model come with it when the run has ended: one that was sent as an artifact would be missing there. */
  async #sendAnnounced(target: Target, { path }: ArtifactEvent): Promise<void> {
    if (path.startsWith(`${MODEL_NAME}/`)) return;
    const file = runFile(this.run, path);
    if (file) await this.#sendFile(target, file, target.mlflowRun.artifactUri, file.path);
    else noteRefused(target.cursor, `artifact ${path}: no such file in the run's folder`);
  }

  /** The state comes last: a run that MLflow shows as finished has arrived in full. */
  async #deliverState(target: Target): Promise<void> {
    const { mlflowRun, cursor } = target;
    const { state } = cursor;
    if (!state) return;
    const hasEnded = state.status !== 'RUNNING';
    // Also when the state has arrived: the folder may have new files since.
    if (hasEnded) await this.#sendRecord(target);
    if (cursor.state_delivered) return;
    const identity = this.run.identity();
    const isLinked = PARENT_TAG in mlflowRun.tags;
    const tags = [...stateTags(state), ...(isLinked ? [] : await this.#parentTags(mlflowRun.experimentId, identity))];
    await this.#sendBatch(target, { metrics: [], params: [], tags });
    // What ended an earlier part of the run is no error of a resumed run.
    if (state.error === undefined && ERROR_TAG in mlflowRun.tags)
      await this.client.deleteTag(mlflowRun.runId, ERROR_TAG);
    await this.client.updateRun(mlflowRun.runId, MLFLOW_STATUS[state.status], hasEnded ? state.time : undefined);
    if (hasEnded) await this.#removeTwins(mlflowRun, identity.id);
    if (hasEnded) await this.#adoptChildren(mlflowRun);
    cursor.state_delivered = true;
    this.#arrived(cursor);
  }

  async #sendRecord(target: Target): Promise<void> {
    for (const file of this.run.records()) {
      await this.#sendFile(target, file, target.mlflowRun.artifactUri, file.path);
    }
    const files = this.run.model();
    if (files.length > 0) await this.#sendModel(target, files);
  }

  async #sendModel(target: Target, files: RunFile[]): Promise<void> {
    const { mlflowRun, cursor } = target;
    try {
      cursor.model ??= await this.#findOrCreateModel(mlflowRun);
    } catch (error) {
      if (!(error instanceof MlflowError && error.failure === 'no-endpoint')) throw error;
      // MLflow 2 has no logged models; there the model's files are artifacts like others.
      for (const file of files) await this.#sendFile(target, file, mlflowRun.artifactUri, file.path);
      return;
    }
    const { model } = cursor;
    for (const file of files) {
      await this.#sendFile(target, file, model.artifact_uri, file.path.slice(`${MODEL_NAME}/`.length));
      // `runs:/ID/model`: MLflow's own clients look there for a logged model of that name, which bears the run's, or this.
      await this.#sendFile(target, file, mlflowRun.artifactUri, file.path, `${AS_ARTIFACT}${file.path}`);
    }
    if (model.ready) return;
    await this.client.finalizeLoggedModel(model.id);
    await this.#logOutputOnce(mlflowRun, model.id);
    model.ready = true;
    this.#arrived(cursor);
  }

  /** The server refuses a model that is an output of the run already; another process may have made it one just now. */
  async #logOutputOnce({ runId }: MlflowRun, modelId: string): Promise<void> {
    const isLogged = async (): Promise<boolean> => (await this.client.getRun(runId))?.models.includes(modelId) ?? false;
    if (await isLogged()) return;
    try {
      await this.client.logOutput(runId, modelId, this.run.modelStep());
    } catch (error) {
      if (!(await isLogged())) throw error;
    }
  }

  async #findOrCreateModel(mlflowRun: MlflowRun): Promise<NonNullable<Cursor['model']>> {
    return whileCreating(this.run, this.client.uri, async () => {
      const existing = (await this.client.findLoggedModels(mlflowRun)).at(0);
      const model =
        existing ?? (await this.client.createLoggedModel(mlflowRun, loggedModelName(runName(this.run.identity()))));
      return { id: model.modelId, artifact_uri: model.artifactUri, ready: false };
    });
  }

  /** @param key of the cursor: a file may have two places there */
  async #sendFile(target: Target, file: RunFile, artifactUri: string, path: string, key = file.path): Promise<void> {
    const { cursor } = target;
    if (cursor.uploaded[key] === file.version) return;
    try {
      await this.client.uploadArtifact(artifactUri, path, file.file);
      if (key === file.path) this.count.files++;
    } catch (error) {
      await this.#refuse(target, `artifact ${file.path}`, error);
    }
    cursor.uploaded[key] = file.version;
    this.#arrived(cursor);
  }

  /** Removes what a creation has left whose answer came too late: runs of ours that nothing was ever logged to. */
  async #removeTwins({ runId, experimentId }: MlflowRun, id: string): Promise<void> {
    const twins = (await this.#liveRuns(experimentId, id)).filter((run) => run.runId !== runId && run.paramCount === 0);
    for (const twin of twins) await this.client.deleteRun(twin.runId);
  }

  /** Notes what the server refuses for good, so that it holds up nothing else; throws any other error again. */
  async #refuse(target: Target, what: string, error: unknown): Promise<void> {
    if (!isRefusal(error)) throw error;
    await this.#confirmRun(target);
    // The server's own answer, not a file's: each would say the same.
    const isOfServer = error instanceof ArtifactsRefused;
    noteRefused(
      target.cursor,
      isOfServer ? `${ARTIFACTS}${error.message}; ${error.hint ?? ''}` : `${what}: ${error.message}`,
    );
  }

  /** Tells a refusal of what was sent from one of the run itself, which may be gone meanwhile. */
  async #confirmRun({ mlflowRun }: Target): Promise<void> {
    const current = await this.client.getRun(mlflowRun.runId);
    if (current && !current.deleted) return;
    this.#target = undefined;
    if (current) throw runDeleted(this.run, this.client.uri);
    throw new MlflowError(`MLflow at ${this.client.uri} has lost run ${mlflowRun.runId}`, { failure: 'unavailable' });
  }

  #arrived(cursor: Cursor): void {
    saveCursor(this.run, cursor);
    this.arrivals++;
    this.#onProgress(this.count);
  }
}

interface Target {
  mlflowRun: MlflowRun;
  cursor: Cursor;
}

type Refusal = MlflowError | UserError;

function isRefusal(error: unknown): error is Refusal {
  if (error instanceof MlflowError) return error.failure === 'rejected';
  return error instanceof UserError && error.code === 'mlflow-invalid';
}

function noteRefused(cursor: Cursor, message: string): void {
  if (!cursor.refused.includes(message)) cursor.refused.push(message);
}

function describeItem({ list, item }: BatchItem): string {
  return `${list.slice(0, -1)} ${item.key}`;
}

function runDeleted(run: Deliverable, server: string): UserError {
  return new UserError(`run ${run.id} was deleted on MLflow at ${server}`, {
    code: 'mlflow-run-deleted',
    hint: `restore it there, or remove ${run.path}/.sync to have it sent as a new run`,
  });
}
