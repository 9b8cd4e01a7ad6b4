import {
  allPages,
  checkedAnswer,
  mappingOf,
  type ExperimentJson,
  type MlflowAnswers,
  type ModelJson,
  type RunJson,
} from './answers.js';
import type { MlflowConnection } from './connection.js';
import { ArtifactsRefused, hasErrorCode } from './errors.js';
import {
  DATASET_DIGEST_LIMIT,
  EXPERIMENT_NAME_LIMIT,
  fitText,
  splitBatch,
  TAG_LIMIT,
  validateBatch,
  validateTexts,
  validateTime,
  type Batch,
  type Text,
} from './limits.js';
import { encodeArtifactPath, quote } from './names.js';
import { ModelRegistry } from './registry.js';

/** Runs in an answer: each comes with all of its params and tags. */
const PAGE_SIZE = 500;

/** The statuses of a run that MLflow knows; any other word it takes and ignores. */
export type MlflowStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

/** What `MLFLOW_EXPERIMENT_ID` and `MLFLOW_EXPERIMENT_NAME` say. */
export interface WantedExperiment {
  experimentId?: string;
  experimentName?: string;
}

export interface MlflowRun {
  runId: string;
  experimentId: string;
  status: string;
  /** Deleted runs are kept, but take nothing more until they are restored. */
  deleted: boolean;
  artifactUri: string;
  tags: Record<string, string>;
  paramCount: number;
  /** Ids of the logged models that are outputs of the run. */
  models: string[];
}

export interface NewRun {
  experimentId: string;
  name: string;
  user?: string;
  startTime: number;
  tags: Text[];
}

export interface DatasetInput {
  name: string;
  digest: string;
  sourceType: string;
  /** Any JSON value. */
  source: unknown;
  schema: unknown;
  profile: unknown;
  /** `training`, `validation`, `test`. */
  context: string;
}

export interface LoggedModel {
  modelId: string;
  name: string | undefined;
  artifactUri: string;
  /** The run that has made it. */
  runId: string | undefined;
}

/**
 * The part of MLflow's REST API (`/api/2.0/mlflow/`) that a run's delivery needs. Every method throws `MlflowError`, and
 * `UserError` `mlflow-invalid` before it would send what the server stores wrongly. Nothing is sent twice here: a caller
 * that wants to try again does.
 */
export class MlflowClient {
  readonly registry: ModelRegistry;
  /** The experiment that the environment names, for runs that name none. */
  readonly wanted: WantedExperiment;
  readonly #connection: MlflowConnection;
  /** Experiments that are being looked for and prepared. */
  readonly #preparing = new Map<string, Promise<string | undefined>>();

  constructor(connection: MlflowConnection, wanted: WantedExperiment = {}) {
    this.#connection = connection;
    this.wanted = wanted;
    this.registry = new ModelRegistry(connection);
  }

  /** The server's address, without credentials. */
  get uri(): string {
    return this.#connection.uri;
  }

  /** Requests that failed since the last that didn't. */
  get failuresInARow(): number {
    return this.#connection.failuresInARow;
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#connection.close();
  }

  /**
   * The id of the experiment with this name, created if there is none, restored if it is deleted.
   * @param tags set on a new experiment, and where they are missing on an old one
   */
  ensureExperiment(name: string, tags: Text[]): Promise<string> {
    return this.#onceAtATime(`named ${name}`, async () => {
      const known = fitText(name, EXPERIMENT_NAME_LIMIT);
      const experiment = (await this.#experimentNamed(known)) ?? (await this.#createExperiment(known, tags));
      return this.#prepare(experiment, tags);
    });
  }

  /**
   * The same for the experiment with this id.
   * @returns undefined when the server has none
   */
  findExperiment(id: string, tags: Text[]): Promise<string | undefined> {
    return this.#onceAtATime(`with the id ${id}`, async () => {
      const answer = await this.#find('experiments/get', { experiment_id: id }, 'experiment');
      return answer && this.#prepare(answer.experiment, tags);
    });
  }

  /** Runs sent side by side share one look at their experiment: a server takes a new tag from one of several at once. */
  #onceAtATime<Id extends string | undefined>(which: string, prepare: () => Promise<Id>): Promise<Id> {
    const known = this.#preparing.get(which) as Promise<Id> | undefined;
    if (known) return known;
    const preparing = prepare().finally(() => this.#preparing.delete(which));
    this.#preparing.set(which, preparing);
    return preparing;
  }

  async #prepare(experiment: ExperimentJson, tags: Text[]): Promise<string> {
    const experimentId = experiment.experiment_id;
    if (experiment.lifecycle_stage === 'deleted') {
      await this.#post('experiments/restore', { experiment_id: experimentId });
    }
    const present = new Set(experiment.tags?.map(({ key }) => key));
    for (const tag of tags.filter(({ key }) => !present.has(key))) {
      await this.setExperimentTag(experimentId, tag);
    }
    return experimentId;
  }

  async setExperimentTag(experimentId: string, tag: Text): Promise<void> {
    await this.#post('experiments/set-experiment-tag', { experiment_id: experimentId, ...tag });
  }

  async createRun({ experimentId, name, user, startTime, tags }: NewRun): Promise<MlflowRun> {
    validateTime('the start of a run', startTime);
    validateTexts('tag', tags, TAG_LIMIT);
    const body = { experiment_id: experimentId, run_name: name, user_id: user, start_time: startTime, tags };
    return toRun((await this.#post('runs/create', body, 'run')).run);
  }

  /** @returns undefined when the server has no such run */
  async getRun(runId: string): Promise<MlflowRun | undefined> {
    const answer = await this.#find('runs/get', { run_id: runId }, 'run');
    return answer && toRun(answer.run);
  }

  /** The runs of an experiment that have this tag, deleted ones too, the oldest first. */
  async findRuns(experimentId: string, { key, value }: Text): Promise<MlflowRun[]> {
    const endpoint = 'runs/search';
    const search = {
      experiment_ids: [experimentId],
      filter: `tags."${key}" = ${quote(value)}`,
      run_view_type: 'ALL',
      order_by: ['attributes.start_time ASC'],
      max_results: PAGE_SIZE,
    };
    const runs = await allPages({ uri: this.uri, endpoint }, async (token) => {
      const { runs, next_page_token } = await this.#post(endpoint, { ...search, page_token: token }, 'runs');
      return { items: runs, token: next_page_token };
    });
    return runs.map(toRun);
  }

  /** @param endTime given when the run has ended */
  async updateRun(runId: string, status: MlflowStatus, endTime?: number): Promise<void> {
    if (endTime !== undefined) validateTime('the end of a run', endTime);
    await this.#post('runs/update', { run_id: runId, status, end_time: endTime });
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#post('runs/delete', { run_id: runId });
  }

  /**
   * Logs metrics, params and tags, in as many requests as the server's limits ask for. Sending the same again changes
   * nothing; a param that the run has with another value is refused, together with what is in the same request.
   */
  async logBatch(runId: string, batch: Batch): Promise<void> {
    validateBatch(batch);
    for (const { metrics, params, tags } of splitBatch(batch)) {
      await this.#post('runs/log-batch', { run_id: runId, metrics: metrics.map(toMetricJson), params, tags });
    }
  }

  /** Removes a tag of a run; one that isn't there is no error. */
  async deleteTag(runId: string, key: string): Promise<void> {
    try {
      await this.#post('runs/delete-tag', { run_id: runId, key });
    } catch (error) {
      if (!hasErrorCode(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    }
  }

  /** Logs what a run read. Of one name and digest the server keeps the first context only: give each its own name. */
  async logInputs(runId: string, inputs: DatasetInput[]): Promise<void> {
    const datasets = inputs.map((input) => ({
      dataset: {
        name: fitText(input.name, EXPERIMENT_NAME_LIMIT),
        digest: input.digest.slice(0, DATASET_DIGEST_LIMIT),
        source_type: input.sourceType,
        source: JSON.stringify(input.source),
        schema: JSON.stringify(input.schema),
        profile: JSON.stringify(input.profile),
      },
      tags: [{ key: 'mlflow.data.context', value: input.context }],
    }));
    await this.#post('runs/log-inputs', { run_id: runId, datasets });
  }

  /**
   * Uploads a file to a run's or a model's artifacts, through the server; what is there of that path is replaced.
   * @param artifactUri the run's or the model's
   * @param path relative to that, with `/`
   */
  async uploadArtifact(artifactUri: string, path: string, file: string): Promise<void> {
    await this.#connection.upload(artifactEndpoint(artifactUri, path), file);
  }

  /** Creates a model that has the status pending until it is finalized. */
  async createLoggedModel(run: MlflowRun, name: string): Promise<LoggedModel> {
    const body = { experiment_id: run.experimentId, name, source_run_id: run.runId };
    return toModel((await this.#post('logged-models', body, 'model')).model);
  }

  /** The models that a run has made, the oldest first. */
  async findLoggedModels(run: MlflowRun): Promise<LoggedModel[]> {
    const search = {
      experiment_ids: [run.experimentId],
      filter: `source_run_id = ${quote(run.runId)}`,
      order_by: [{ field_name: 'creation_time', ascending: true }],
    };
    const { models = [] } = await this.#post('logged-models/search', search, 'models');
    return models.map(toModel);
  }

  /** A model by its id. @returns undefined when the server has no such model */
  async getLoggedModel(modelId: string): Promise<LoggedModel | undefined> {
    const answer = await this.#find(`logged-models/${encodeURIComponent(modelId)}`, {}, 'model');
    return answer && toModel(answer.model);
  }

  /**
   * Downloads a file of a run's or a model's artifacts, through the server.
   * @param path relative to them, with `/`
   * @param limit bytes
   */
  async downloadArtifact(artifactUri: string, path: string, file: string, limit: number): Promise<void> {
    await this.#connection.download(artifactEndpoint(artifactUri, path), file, limit);
  }

  /** Says that all of a model's files have arrived. */
  async finalizeLoggedModel(modelId: string): Promise<void> {
    const json = { model_id: modelId, status: 'LOGGED_MODEL_READY' };
    await this.#connection.request('PATCH', `mlflow/logged-models/${encodeURIComponent(modelId)}`, { json });
  }

  /** Makes a model an output of a run, at a step. The server takes this once: see `MlflowRun.models`. */
  async logOutput(runId: string, modelId: string, step: number): Promise<void> {
    await this.#post('runs/outputs', { run_id: runId, models: [{ model_id: modelId, step }] });
  }

  async #experimentNamed(name: string): Promise<ExperimentJson | undefined> {
    const answer = await this.#find('experiments/get-by-name', { experiment_name: name }, 'experiment');
    return answer?.experiment;
  }

  async #createExperiment(name: string, tags: Text[]): Promise<ExperimentJson> {
    try {
      const { experiment_id } = await this.#post('experiments/create', { name, tags }, 'newExperiment');
      return { experiment_id, tags };
    } catch (error) {
      // Someone else has just created it.
      const existing = hasErrorCode(error, 'RESOURCE_ALREADY_EXISTS') && (await this.#experimentNamed(name));
      if (existing) return existing;
      throw error;
    }
  }

  async #find<Kind extends keyof MlflowAnswers>(
    endpoint: string,
    query: Record<string, string>,
    kind: Kind,
  ): Promise<MlflowAnswers[Kind] | undefined> {
    try {
      const answer = await this.#connection.request('GET', `mlflow/${endpoint}`, { query });
      return checkedAnswer(kind, answer, { uri: this.uri, endpoint });
    } catch (error) {
      if (hasErrorCode(error, 'RESOURCE_DOES_NOT_EXIST')) return undefined;
      throw error;
    }
  }

  #post(endpoint: string, json: unknown): Promise<object>;
  #post<Kind extends keyof MlflowAnswers>(endpoint: string, json: unknown, kind: Kind): Promise<MlflowAnswers[Kind]>;
  async #post(endpoint: string, json: unknown, kind: keyof MlflowAnswers = 'any'): Promise<object> {
    const answer = await this.#connection.request('POST', `mlflow/${endpoint}`, { json });
    return checkedAnswer(kind, answer, { uri: this.uri, endpoint });
  }
}

function toRun({ info, data, outputs }: RunJson): MlflowRun {
  return {
    runId: info.run_id,
    experimentId: info.experiment_id,
    status: info.status,
    deleted: info.lifecycle_stage === 'deleted',
    artifactUri: info.artifact_uri,
    tags: mappingOf(data?.tags),
    paramCount: data?.params?.length ?? 0,
    models: (outputs?.model_outputs ?? []).map((output) => output.model_id),
  };
}

function toModel({ info }: ModelJson): LoggedModel {
  return { modelId: info.model_id, name: info.name, artifactUri: info.artifact_uri, runId: info.source_run_id };
}

/** JSON has no NaN and no infinities, but the server takes their names. Of an infinity it makes ±1.797e308. */
function toMetricJson(metric: Batch['metrics'][number]): object {
  return { ...metric, value: Number.isFinite(metric.value) ? metric.value : String(metric.value) };
}

/**
 * The path of `mlflow-artifacts:/1/<run>/artifacts` below the server's artifact proxy.
 * @throws MlflowError when the server has its clients write to the storage themselves
 */
function proxiedPath(artifactUri: string): string {
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(artifactUri);
  if (proxied) return proxied[1];
  const scheme = /^(\w[\w+.-]*):/.exec(artifactUri)?.[1] ?? 'file';
  throw new ArtifactsRefused(`MLflow keeps the artifacts in ${scheme} storage, which it doesn't pass on to`);
}

function artifactEndpoint(artifactUri: string, path: string): string {
  const segments = [...proxiedPath(artifactUri).split('/'), ...encodeArtifactPath(path).split('/')];
  return `mlflow-artifacts/artifacts/${segments.filter(Boolean).map(encodeURIComponent).join('/')}`;
}
