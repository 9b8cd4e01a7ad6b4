import { Ajv, type ValidateFunction } from 'ajv';
import { MlflowError } from './errors.js';

/** What of a server's answers is used. Whatever else they say is let through: servers differ by their versions. */
export interface MlflowAnswers {
  any: object;
  experiment: { experiment: ExperimentJson };
  newExperiment: { experiment_id: string };
  run: { run: RunJson };
  runs: { runs?: RunJson[]; next_page_token?: string };
  model: { model: ModelJson };
  models: { models?: ModelJson[] };
  modelVersion: { model_version: VersionJson };
  modelVersions: { model_versions?: VersionJson[]; next_page_token?: string };
}

export interface TagJson {
  key: string;
  /** An empty one may be left out. */
  value?: string;
}

export interface ExperimentJson {
  experiment_id: string;
  name?: string;
  lifecycle_stage?: string;
  tags?: TagJson[];
}

export interface RunJson {
  info: { run_id: string; experiment_id: string; status: string; lifecycle_stage?: string; artifact_uri: string };
  data?: { tags?: TagJson[]; params?: TagJson[] };
  outputs?: { model_outputs?: { model_id: string }[] };
}

export interface ModelJson {
  info: { model_id: string; name?: string; artifact_uri: string; source_run_id?: string };
}

export interface VersionJson {
  version: string | number;
  source: string;
  tags?: TagJson[];
}

const TEXT = { type: 'string', maxLength: 100_000 };
/** Of what the server has made; none may be a way to somewhere else in an address. */
const id = { type: 'string', pattern: String.raw`^[\w-]{1,256}$` };
const listOf = (items: object): object => ({ type: 'array', items });
const object = (properties: Record<string, object>, ...optional: string[]): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
});

const tag = object({ key: TEXT, value: TEXT }, 'value');
const tags = listOf(tag);
const experiment = object(
  { experiment_id: id, name: TEXT, lifecycle_stage: TEXT, tags },
  'name',
  'lifecycle_stage',
  'tags',
);
const run = object(
  {
    info: object(
      { run_id: id, experiment_id: id, status: TEXT, lifecycle_stage: TEXT, artifact_uri: TEXT },
      'lifecycle_stage',
    ),
    data: object({ tags, params: tags }, 'tags', 'params'),
    outputs: object({ model_outputs: listOf(object({ model_id: id })) }, 'model_outputs'),
  },
  'data',
  'outputs',
);
const model = object({
  info: object({ model_id: id, name: TEXT, artifact_uri: TEXT, source_run_id: TEXT }, 'name', 'source_run_id'),
});
const version = object({ version: { type: ['string', 'integer'], maxLength: 100 }, source: TEXT, tags }, 'tags');

const SCHEMAS: Record<keyof MlflowAnswers, object> = {
  any: { type: 'object' },
  experiment: object({ experiment }),
  newExperiment: object({ experiment_id: id }),
  run: object({ run }),
  runs: object({ runs: listOf(run), next_page_token: TEXT }, 'runs', 'next_page_token'),
  model: object({ model }),
  models: object({ models: listOf(model) }, 'models'),
  modelVersion: object({ model_version: version }),
  modelVersions: object(
    { model_versions: listOf(version), next_page_token: TEXT },
    'model_versions',
    'next_page_token',
  ),
};

const validators = new Map<keyof MlflowAnswers, ValidateFunction>();

/**
 * A server's answer, once it is what such an answer has to be.
 * @param from the server and the endpoint, for the message
 * @throws MlflowError `invalid-answer`
 */
export function checkedAnswer<Kind extends keyof MlflowAnswers>(
  kind: Kind,
  answer: unknown,
  from: { uri: string; endpoint: string },
): MlflowAnswers[Kind] {
  const validate = validators.get(kind) ?? new Ajv({ allowUnionTypes: true }).compile(SCHEMAS[kind]);
  validators.set(kind, validate);
  if (validate(answer)) return answer as MlflowAnswers[Kind];
  const [problem] = validate.errors ?? [];
  const place = `answer${problem.instancePath.replaceAll('/', '.')}`;
  throw invalidAnswer(from, `${place} ${problem.message ?? 'is wrong'}`);
}

/** @param reason what is wrong with it */
export function invalidAnswer({ uri, endpoint }: { uri: string; endpoint: string }, reason: string): MlflowError {
  return new MlflowError(`${uri} answered ${endpoint} as no MLflow server does: ${reason}`, {
    failure: 'invalid-answer',
    hint: 'set MLFLOW_TRACKING_URI to the address of an MLflow server (2 or 3), and look what else answers there',
  });
}

/** Tags, and params, as a mapping. */
export function mappingOf(tags: readonly TagJson[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value = '' }) => [key, value]));
}

/** More pages than this are no list of runs, but a server that doesn't end. */
const MOST_PAGES = 1000;

/**
 * All items of a list that comes in pages.
 * @param ask for the page after a token
 * @throws MlflowError `invalid-answer` when the pages don't end
 */
export async function allPages<Item>(
  from: { uri: string; endpoint: string },
  ask: (token: string | undefined) => Promise<{ items: Item[] | undefined; token: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items = [], token: next } = await ask(token);
    all.push(...items);
    if (!next) return all;
    if (next === token) throw invalidAnswer(from, 'the page after this is this');
    token = next;
  }
  throw invalidAnswer(from, `over ${MOST_PAGES} pages`);
}
