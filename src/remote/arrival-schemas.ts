import { RUN_ID } from '../tracking/run-store.js';

/** JSON Schemas of what workers and senders tell each other beside trials, whose own is in trial-message.ts. */
const TEXT = { type: 'string', maxLength: 4096 };
/** The end of what a process printed, or an error with its stack. */
const LONG_TEXT = { type: 'string', maxLength: 2 ** 20 };
const NUMBER = { type: 'number' };
const COUNT = { type: 'integer', minimum: 0 };
const RUN_ID_TEXT = { type: 'string', maxLength: 200, pattern: RUN_ID.source };
const DIGEST = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const TEXTS = { type: 'array', maxItems: 10_000, items: TEXT };
const NAME = { minLength: 1, maxLength: 250, not: { const: '__proto__' } };
const NUMBERS = { type: 'object', maxProperties: 10_000, propertyNames: NAME, additionalProperties: NUMBER };

type Properties = Record<string, object>;

/** An object with all of these properties, some of which may be missing, and no others. */
function object(required: Properties, optional: Properties = {}): object {
  const properties = { ...required, ...optional };
  return { type: 'object', additionalProperties: false, required: Object.keys(required), properties };
}

/** One of several objects that their `type` tells apart. */
function byType(kinds: Record<string, [required: Properties, optional?: Properties]>): object {
  const oneOf = Object.entries(kinds).map(([type, [required, optional]]) =>
    object({ type: { const: type }, ...required }, optional),
  );
  return { type: 'object', required: ['type'], discriminator: { propertyName: 'type' }, oneOf };
}

export const PROGRESS = byType({
  created: [{ id: RUN_ID_TEXT, path: TEXT }],
  'data-progress': [{ step: TEXT, subject: TEXT, done: NUMBER, total: NUMBER, unit: TEXT }],
  ready: [
    { dataset: TEXT, train: COUNT, validation: COUNT, test: COUNT, parameters: COUNT, device: TEXT, version: TEXT },
  ],
  initialized: [{ from: TEXT, taken: TEXTS, fresh: TEXTS }],
  pruned: [{ pruned: COUNT, weights: COUNT }],
  warning: [{ message: LONG_TEXT }],
  tested: [{ metrics: NUMBERS }],
  compiled: [{ seconds: NUMBER, stepsPerEpoch: COUNT, epochs: COUNT }],
  resumed: [{ epoch: COUNT, step: COUNT }],
  unfrozen: [{ epoch: COUNT, layers: TEXTS }],
  progress: [
    { epoch: COUNT, step: COUNT, loss: NUMBER, samplesPerSecond: NUMBER },
    { accuracy: NUMBER, mean_absolute_error: NUMBER, dice: NUMBER },
  ],
  epoch: [{ epoch: COUNT, step: COUNT, metrics: NUMBERS, samplesPerSecond: NUMBER }],
});

export const END_REQUEST = object({ status: { enum: ['KILLED', 'PRUNED'] }, reason: TEXT });

export const PLAIN_ERROR = object({ message: LONG_TEXT }, { code: TEXT, hint: LONG_TEXT, stack: LONG_TEXT });

const ARCHIVE_FIELDS = { run: RUN_ID_TEXT, bytes: COUNT, digest: DIGEST };
export const ARCHIVE = object(ARCHIVE_FIELDS);

const TENSORFLOW = {
  anyOf: [{ type: 'null' }, object({ version: TEXT, device: TEXT })],
};

/** As `Summary`; what newer versions add is let through. */
const SUMMARY = {
  ...object(
    {
      id: RUN_ID_TEXT,
      name: TEXT,
      status: { enum: ['FINISHED', 'FAILED', 'KILLED', 'PRUNED', 'DIVERGED'] },
      seed: COUNT,
      config_hash: DIGEST,
      metrics: NUMBERS,
      epochs: COUNT,
      steps: COUNT,
      weights_epoch: COUNT,
      samples_per_second: NUMBER,
      duration_seconds: NUMBER,
      parameters: COUNT,
      tensorflow: TENSORFLOW,
      error: { anyOf: [{ type: 'null' }, LONG_TEXT] },
    },
    {
      dataset_digest: TEXT,
      training_seconds: NUMBER,
      flops: NUMBER,
      samples: object({ training: COUNT, validation: COUNT, test: COUNT }),
      given_validation: { const: true },
      chance: object({ validation: NUMBER, test: NUMBER }),
      thresholds: NUMBERS,
    },
  ),
  additionalProperties: true,
};

export const OUTCOME = byType({
  done: [{ answer: SUMMARY }],
  failed: [{ error: PLAIN_ERROR }],
  crashed: [{ reason: LONG_TEXT, log: LONG_TEXT }],
  withdrawn: [{}],
});

const FILE = object({ path: TEXT, bytes: COUNT, digest: DIGEST });

export const ANSWER = object(
  { outcome: OUTCOME },
  {
    archive: object({ ...ARCHIVE_FIELDS, key: TEXT }),
    logged: object({
      run: RUN_ID_TEXT,
      mlflowRun: { type: 'string', pattern: '^[\\w-]{1,100}$' },
      files: { type: 'array', maxItems: 100_000, items: FILE },
    }),
  },
);

export const SLURM_TASK = object({ array: { type: 'string', pattern: '^\\d{1,20}$' }, index: COUNT });
