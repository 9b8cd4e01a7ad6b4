import { webcrypto } from 'node:crypto';
import { endianness } from 'node:os';
import type { TrainingState } from './state.js';

/** A training between two of its steps. */
export interface Checkpoint {
  state: TrainingState;
  values: CheckpointValues;
  origin: CheckpointOrigin;
}

/** The float32 values of all variables, in the order in which the training has them. */
export interface CheckpointValues {
  weights: Float32Array[];
  /** What the optimizer keeps of each weight. */
  slots: Float32Array[];
  /** The weights that early stopping would go back to; none where it keeps none. */
  bestWeights: Float32Array[];
}

/** What trained it: another engine may round the last bits differently. */
export interface CheckpointOrigin {
  /** TensorFlow's version. */
  engine: string;
  device: string;
  threads: number;
}

/** Why a file can't be resumed from; its message says so to the user. */
export class CheckpointProblem extends Error {}

const MAGIC = Buffer.from('ablateCP');
/** To be raised with every change of what the file or its values mean. */
export const CHECKPOINT_FORMAT = 1;
const DIGEST_OFFSET = MAGIC.length + 4;
const BODY_OFFSET = DIGEST_OFFSET + 32;
const HEADER_OFFSET = BODY_OFFSET + 4;
const GROUPS = ['weights', 'slots', 'bestWeights'] as const;

/** Group → the number of values of each variable. */
type Lengths = Record<(typeof GROUPS)[number], number[]>;

interface Header {
  state: TrainingState;
  origin: CheckpointOrigin;
  lengths: Lengths;
}

/**
 * A checkpoint as a file: `ablateCP`, the format's number (uint32), the SHA-256 of all that follows, the header's length
 * (uint32), the header (JSON, filled up to 4 bytes), the values; little-endian. The digest is computed off this thread.
 */
export async function encodeCheckpoint({ state, values, origin }: Checkpoint): Promise<Uint8Array> {
  const arrays = GROUPS.flatMap((group) => values[group]);
  const header = encodeHeader({ state, origin, lengths: lengthsOf(values) });
  const length = header.length + arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const file = Buffer.from(new ArrayBuffer(HEADER_OFFSET + length));
  MAGIC.copy(file);
  file.writeUInt32LE(CHECKPOINT_FORMAT, MAGIC.length);
  file.writeUInt32LE(header.length, BODY_OFFSET);
  header.copy(file, HEADER_OFFSET);
  let offset = HEADER_OFFSET + header.length;
  for (const array of arrays) {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  file.set(await digest(file.subarray(BODY_OFFSET)), DIGEST_OFFSET);
  return file;
}

/**
 * The checkpoint that a file holds.
 * @throws CheckpointProblem when it is damaged, or of another version of the format
 */
export async function decodeCheckpoint(file: Uint8Array): Promise<Checkpoint> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < HEADER_OFFSET || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new CheckpointProblem('is no checkpoint');
  }
  const format = bytes.readUInt32LE(MAGIC.length);
  if (format !== CHECKPOINT_FORMAT) {
    throw new CheckpointProblem(
      `is of another version of Ablate (format ${format}; this one reads ${CHECKPOINT_FORMAT})`,
    );
  }
  const expected = bytes.subarray(DIGEST_OFFSET, BODY_OFFSET);
  if (!expected.equals(await digest(bytes.subarray(BODY_OFFSET)))) throw new CheckpointProblem('is damaged');
  const headerLength = bytes.readUInt32LE(BODY_OFFSET);
  const header = decodeHeader(bytes.subarray(HEADER_OFFSET, HEADER_OFFSET + headerLength).toString('utf8'));
  return { ...header, values: splitValues(bytes.subarray(HEADER_OFFSET + headerLength), header.lengths) };
}

/** Whether a checkpoint's variables are those of a training, one by one as long. */
export function isAlike(values: CheckpointValues, weights: readonly number[], slots: readonly number[]): boolean {
  const lengths = lengthsOf(values);
  const isSame = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();
  const hasSameBest = lengths.bestWeights.length === 0 || isSame(lengths.bestWeights, weights);
  return isSame(lengths.weights, weights) && isSame(lengths.slots, slots) && hasSameBest;
}

function lengthsOf(values: CheckpointValues): Lengths {
  const lengths = (group: keyof Lengths): number[] => values[group].map(({ length }) => length);
  return { weights: lengths('weights'), slots: lengths('slots'), bestWeights: lengths('bestWeights') };
}

/** JSON has no NaN and no infinities, which metrics may be: they become strings. */
function encodeHeader(header: Header): Buffer {
  const text = JSON.stringify(header, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  const length = Buffer.byteLength(text);
  return Buffer.from(text + ' '.repeat((4 - (length % 4)) % 4));
}

function decodeHeader(text: string): Header {
  const numbers = new Map<unknown, number>([
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
  ]);
  const header = JSON.parse(text, (_, value: unknown) => numbers.get(value) ?? value) as Header;
  // Its name when there were only classes.
  const { correct, ...state } = header.state as TrainingState & { correct?: number };
  return { ...header, state: correct === undefined ? state : { ...state, score: correct } };
}

function splitValues(bytes: Buffer, lengths: Lengths): CheckpointValues {
  if (endianness() !== 'LE') throw new CheckpointProblem("can't be read on a big-endian machine");
  // A copy that begins at a multiple of 4, as a Float32Array must.
  const values = new Float32Array(Uint8Array.from(bytes).buffer);
  let offset = 0;
  const take = (length: number): Float32Array => values.slice(offset, (offset += length));
  return {
    weights: lengths.weights.map(take),
    slots: lengths.slots.map(take),
    bestWeights: lengths.bestWeights.map(take),
  };
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', bytes));
}
