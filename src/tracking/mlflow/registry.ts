import type { MlflowConnection } from './connection.js';
import { MlflowError } from './errors.js';
import type { Text } from './limits.js';

/** A version of a registered model. */
export interface ModelVersion {
  version: string;
  /** `models:/<id of the logged model>` */
  source: string;
  tags: Record<string, string>;
}

const PAGE_SIZE = 200;

/** The part of MLflow's model registry that registering a run's model needs. Errors are those of the connection. */
export class ModelRegistry {
  readonly #connection: MlflowConnection;

  constructor(connection: MlflowConnection) {
    this.#connection = connection;
  }

  /**
   * The version of a registered model that a logged model is; both are made if they aren't there.
   * @param tags set on a new version
   */
  async ensureVersion(name: string, model: { id: string; runId: string }, tags: Text[]): Promise<ModelVersion> {
    await this.#ensureModel(name);
    const source = `models:/${model.id}`;
    const known = (await this.#versions(name)).find((version) => version.source === source);
    if (known) return known;
    const body = { name, source, run_id: model.runId, model_id: model.id, tags };
    const answer = (await this.#post('model-versions/create', body)) as { model_version: VersionJson };
    return toVersion(answer.model_version);
  }

  /** The version that an alias names, if it names one. */
  async findByAlias(name: string, alias: string): Promise<ModelVersion | undefined> {
    try {
      const query = { name, alias };
      const answer = await this.#connection.request('GET', 'mlflow/registered-models/alias', { query });
      return toVersion((answer as { model_version: VersionJson }).model_version);
    } catch (error) {
      // What the server says of an alias that no version has.
      const missing = ['RESOURCE_DOES_NOT_EXIST', 'INVALID_PARAMETER_VALUE'];
      if (error instanceof MlflowError && missing.includes(error.errorCode ?? '')) return undefined;
      throw error;
    }
  }

  /** Gives a version an alias, which the others then no longer have. */
  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.#post('registered-models/alias', { name, alias, version });
  }

  async #ensureModel(name: string): Promise<void> {
    try {
      await this.#post('registered-models/create', { name });
    } catch (error) {
      if (!(error instanceof MlflowError && error.errorCode === 'RESOURCE_ALREADY_EXISTS')) throw error;
    }
  }

  async #versions(name: string): Promise<ModelVersion[]> {
    const versions: ModelVersion[] = [];
    let token: string | undefined;
    do {
      const query = {
        filter: `name='${name}'`,
        max_results: String(PAGE_SIZE),
        ...(token ? { page_token: token } : {}),
      };
      const answer = (await this.#connection.request('GET', 'mlflow/model-versions/search', { query })) as {
        model_versions?: VersionJson[];
        next_page_token?: string;
      };
      versions.push(...(answer.model_versions ?? []).map(toVersion));
      token = answer.next_page_token;
    } while (token);
    return versions;
  }

  #post(endpoint: string, json: unknown): Promise<unknown> {
    return this.#connection.request('POST', `mlflow/${endpoint}`, { json });
  }
}

interface VersionJson {
  version: string | number;
  source: string;
  tags?: Text[];
}

function toVersion({ version, source, tags = [] }: VersionJson): ModelVersion {
  return { version: String(version), source, tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) };
}
