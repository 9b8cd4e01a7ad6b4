import { Ajv } from 'ajv';
import { configHash } from '../config/hash.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import { experimentOf } from '../config/remote-config.js';
import type { Json } from '../config/text/tree.js';
import { explanationOf, UserError } from '../text/errors.js';
import type { Job, Origin, SweepTrial } from '../protocol/job.js';
import { RUN_ID } from '../tracking/run-store.js';
import { decode, encode } from './encoding.js';

/** Of the messages below; raised whenever an older worker would do something else than what is meant. */
const MESSAGE_VERSION = 2;

/** A trial on its way to a worker on another machine: a configuration, and nothing that could be run. */
export interface TrialMessage {
  version: typeof MESSAGE_VERSION;
  config: Experiment;
  /** `configHash` of the configuration, as the sender's version of Ablate has it. */
  configHash: string;
  /** A remark: the worker opens nothing there. */
  origin: Origin;
  sweep?: SweepTrial;
  /** The run to resume. */
  resume?: string;
  checkpointSeconds?: number;
  /** Of TensorFlow; 0 for one a core. With other numbers, results differ in their last bits. */
  threads: number;
  /** Tells the sender's runs directory from all others: see `storageId`. */
  storage: string;
  /** Address of the MLflow server that the sender fetches files from, without credentials; where it has none, absent. */
  mlflow?: string;
}

/** What all messages of a sender have in common. */
export type SenderFacts = Pick<TrialMessage, 'threads' | 'storage' | 'mlflow'>;

const SAME_VERSION = 'install the same version of Ablate where trials are sent and where they are trained';

const TEXT = { type: 'string', maxLength: 4096 };

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'config', 'configHash', 'origin', 'threads', 'storage'],
  properties: {
    version: { const: MESSAGE_VERSION },
    config: { type: 'object' },
    configHash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    origin: {
      type: 'object',
      additionalProperties: false,
      required: ['source'],
      properties: { source: TEXT, gitCommit: TEXT },
    },
    sweep: {
      type: 'object',
      additionalProperties: false,
      required: ['id', 'values', 'label'],
      properties: { id: TEXT, values: { type: 'object' }, label: TEXT },
    },
    resume: { type: 'string', maxLength: 200, pattern: RUN_ID.source },
    checkpointSeconds: { type: 'number', minimum: 0 },
    threads: { type: 'integer', minimum: 0, maximum: 127 },
    storage: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    mlflow: TEXT,
  },
};

/** A message's text. */
export function writeMessage(
  { config, configHash: hash, source, origin = { source }, sweep, resume, checkpointSeconds }: Job,
  { threads, storage, mlflow }: SenderFacts,
): string {
  const message: TrialMessage = {
    version: MESSAGE_VERSION,
    config,
    configHash: hash,
    origin,
    sweep,
    resume,
    checkpointSeconds,
    threads,
    storage,
    mlflow,
  };
  return encode(message);
}

let ajv: Ajv | undefined;

/**
 * What a message says, checked like an experiment file.
 * @throws UserError `message-version`, `message-invalid`
 */
export function readMessage(data: string): TrialMessage {
  const message = parse(data);
  requireVersion(message);
  // It compiles the schema once.
  ajv ??= new Ajv({ allErrors: true });
  if (!ajv.validate(SCHEMA, message)) throw invalid(ajv.errorsText(ajv.errors, { dataVar: 'message' }));
  const checked = message as TrialMessage;
  const config = configOf(checked);
  if (configHash(config) !== checked.configHash) throw invalid('its configuration has another hash here');
  return { ...checked, config };
}

function parse(data: string): unknown {
  try {
    return decode(data);
  } catch {
    throw invalid('not JSON');
  }
}

function requireVersion(message: unknown): void {
  const version = (message as { version?: unknown } | null)?.version;
  if (version === MESSAGE_VERSION) return;
  throw new UserError(
    `the trial is a message of version ${JSON.stringify(version)}; this worker reads ${MESSAGE_VERSION}`,
    { code: 'message-version', hint: SAME_VERSION },
  );
}

function configOf({ config }: TrialMessage): Experiment {
  try {
    return experimentOf(config as unknown as Json, '<trial>');
  } catch (error) {
    throw invalid(explanationOf(error));
  }
}

function invalid(problem: string): UserError {
  return new UserError(`the trial can't be read: ${problem}`, { code: 'message-invalid', hint: SAME_VERSION });
}
