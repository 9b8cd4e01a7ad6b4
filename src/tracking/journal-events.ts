/** Where a run stands. All but `RUNNING` end it; a later `RUNNING` means that it was resumed. */
export const RUN_STATUSES = ['RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'PRUNED', 'DIVERGED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The run's identity: the first event of every journal. */
export interface RunEvent {
  type: 'run';
  time: number;
  id: string;
  name: string;
  /** The MLflow experiment that the run belongs to. */
  experiment: string;
  seed: number;
  config_hash: string;
  description?: string;
  /** The file's, words with the value `true`. */
  tags?: Record<string, string>;
  /** Of a trial, how its sweep's tables call its variant: `kernel_size=3 pooling=max`. */
  label?: string;
  /** The id of the sweep that this run is a part of. */
  parent?: string;
  /** The experiment file. */
  source?: string;
  git_commit?: string;
  user?: string;
  /** Program → version: `ablate`, `node`, `tensorflow`. */
  versions: Record<string, string>;
  /** Property → value: `hostname`, `cpu`, `memory`. */
  machine: Record<string, string>;
}

/** What the configuration says, flat: `model.kernel_size` → `3`. */
export interface ParamsEvent {
  type: 'params';
  time: number;
  params: Record<string, string>;
}

/** One point of each of several metrics. */
export interface MetricsEvent {
  type: 'metrics';
  time: number;
  /** Training steps (batches) done so far. */
  step: number;
  epoch?: number;
  values: Record<string, number>;
}

/** The machine, every few seconds. */
export interface SystemEvent {
  type: 'system';
  time: number;
  /** Counted from 0. */
  sample: number;
  /** `cpu_utilization_percentage`, `system_memory_usage_megabytes`, `gpu_0_utilization_percentage`, … */
  values: Record<string, number>;
}

export interface TagsEvent {
  type: 'tags';
  time: number;
  tags: Record<string, string>;
}

export interface DatasetEvent {
  type: 'dataset';
  time: number;
  name: string;
  digest: string;
  /** Where the data came from: a path, an address, a package. */
  source: string;
  /** What the run used it for: `training`, `validation`, `test`. */
  context: string;
  samples: number;
  /** Of one sample: height, width, channels; of several inputs how many numbers they have. */
  shape: number[];
  /** What the model may be given of a sample, where that is more than an image. */
  inputs?: { name: string; shape: number[]; tokens?: number }[];
  classes: number;
}

/** A file that is complete and can be sent. */
export interface ArtifactEvent {
  type: 'artifact';
  time: number;
  /** Relative to the run's directory, with `/`. */
  path: string;
}

export interface StateEvent {
  type: 'state';
  time: number;
  status: RunStatus;
  error?: string;
}

/** One line of a journal; `time` is in integer milliseconds since 1970-01-01 UTC. */
export type JournalEvent =
  RunEvent | ParamsEvent | MetricsEvent | SystemEvent | TagsEvent | DatasetEvent | ArtifactEvent | StateEvent;

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isInteger: Check = (value) => Number.isSafeInteger(value);
const isStatus: Check = (value) => RUN_STATUSES.includes(value as RunStatus);
const isNumber: Check = (value) => typeof value === 'number';
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const mapOf =
  (check: Check): Check =>
  (value) =>
    isMapping(value) && Object.values(value).every(check);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** What each type's fields must be. Other fields are let through: a newer version may have added them. */
const FIELDS: Record<JournalEvent['type'], Record<string, Check>> = {
  run: {
    id: isString,
    name: isString,
    experiment: isString,
    seed: isInteger,
    config_hash: isString,
    description: optional(isString),
    tags: optional(mapOf(isString)),
    label: optional(isString),
    parent: optional(isString),
    source: optional(isString),
    git_commit: optional(isString),
    user: optional(isString),
    versions: mapOf(isString),
    machine: mapOf(isString),
  },
  params: { params: mapOf(isString) },
  metrics: { step: isCount, epoch: optional(isCount), values: mapOf(isNumber) },
  system: { sample: isCount, values: mapOf(isNumber) },
  tags: { tags: mapOf(isString) },
  dataset: {
    name: isString,
    digest: isString,
    source: isString,
    context: isString,
    samples: isCount,
    shape: listOf(isCount),
    classes: isCount,
  },
  artifact: { path: isString },
  state: { status: isStatus, error: optional(isString) },
};

/** One journal line, without the newline. */
export function encodeEvent(event: JournalEvent): string {
  if (event.type !== 'metrics') return JSON.stringify(event);
  return JSON.stringify({ ...event, values: encodeNumbers(event.values) });
}

/**
 * The event that a journal line holds.
 * @throws Error whose message says what is wrong with the line
 */
export function decodeEvent(line: string): JournalEvent {
  const event: unknown = JSON.parse(line);
  if (!isMapping(event)) throw new Error('expected a JSON object');
  if (typeof event.type !== 'string' || !Object.hasOwn(FIELDS, event.type)) {
    throw new Error(`expected an event type of this version of Ablate, got ${JSON.stringify(event.type)}`);
  }
  if (event.type === 'metrics' && isMapping(event.values)) event.values = decodeNumbers(event.values);
  const fields = Object.entries({ time: isCount, ...FIELDS[event.type as JournalEvent['type']] });
  const wrong = fields.find(([field, check]) => !check(event[field]));
  if (wrong) throw new Error(`the field ${wrong[0]} of a ${event.type} event is missing or not of its type`);
  return event as unknown as JournalEvent;
}

/** JSON has no NaN and no infinities, so these become the strings `NaN`, `Infinity` and `-Infinity`, as in MLflow. */
export function encodeNumbers(values: Record<string, number>): Record<string, number | string> {
  return mapValues(values, (value) => (Number.isFinite(value) ? value : String(value)));
}

/** The inverse of `encodeNumbers`; anything else stays as it is, to be found wrong by the caller. */
export function decodeNumbers(values: Record<string, unknown>): Record<string, unknown> {
  return mapValues(values, (value) => NON_FINITE.get(value) ?? value);
}

const NON_FINITE = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function mapValues<From, To>(values: Record<string, From>, convert: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, convert(value)]));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
