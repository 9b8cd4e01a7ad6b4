import { allPages, checkedAnswer, mappingOf, type MlflowAnswers, type VersionJson } from './answers.js';
import type { MlflowConnection } from './connection.js';
import { hasErrorCode } from './errors.js';
import type { Text } from './limits.js';
import { quote } from './names.js';

/** A version of a registered model. */
export interface ModelVersion {
  version: string;
  /** Where it was registered from: `models:/m-…`, `runs:/…`, `mlflow-artifacts:/…`. */
  source: string;
  tags: Record<string, string>;
}

const PAGE_SIZE = 200;

/** The part of MLflow's model registry that registering a run's model, and finding it again, needs. Errors are those of the connection. */
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
    const answer = await this.#post('model-versions/create', body);
    return toVersion(this.#checked('modelVersion', answer, 'model-versions/create').model_version);
  }

  /** The version with a number or an alias. @returns undefined when there is none */
  async find(name: string, wanted: { version: string } | { alias: string }): Promise<ModelVersion | undefined> {
    const endpoint = 'alias' in wanted ? 'registered-models/alias' : 'model-versions/get';
    try {
      const query = { name, ...wanted };
      const answer = await this.#connection.request('GET', `mlflow/${endpoint}`, { query });
      return toVersion(this.#checked('modelVersion', answer, endpoint).model_version);
    } catch (error) {
      // The latter is what the server says of an alias that no version has.
      if (hasErrorCode(error, 'RESOURCE_DOES_NOT_EXIST', 'INVALID_PARAMETER_VALUE')) return undefined;
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
      if (!hasErrorCode(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    }
  }

  async #versions(name: string): Promise<ModelVersion[]> {
    const endpoint = 'model-versions/search';
    const search = { filter: `name=${quote(name)}`, max_results: String(PAGE_SIZE) };
    const versions = await allPages({ uri: this.#connection.uri, endpoint }, async (token) => {
      const query = token ? { ...search, page_token: token } : search;
      const answer = await this.#connection.request('GET', `mlflow/${endpoint}`, { query });
      const { model_versions, next_page_token } = this.#checked('modelVersions', answer, endpoint);
      return { items: model_versions, token: next_page_token };
    });
    return versions.map(toVersion);
  }

  #checked<Kind extends keyof MlflowAnswers>(kind: Kind, answer: unknown, endpoint: string): MlflowAnswers[Kind] {
    return checkedAnswer(kind, answer, { uri: this.#connection.uri, endpoint });
  }

  #post(endpoint: string, json: unknown): Promise<unknown> {
    return this.#connection.request('POST', `mlflow/${endpoint}`, { json });
  }
}

function toVersion({ version, source, tags }: VersionJson): ModelVersion {
  return { version: String(version), source, tags: mappingOf(tags) };
}
