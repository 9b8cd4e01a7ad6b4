import { UserError } from '../../text/errors.js';

/** The limits of MLflow's REST API (`mlflow/utils/validation.py`), in characters where they are of texts. */
export const NAME_LIMIT = 250;
export const PARAM_LIMIT = 6000;
export const TAG_LIMIT = 8000;
export const EXPERIMENT_NAME_LIMIT = 500;
export const DATASET_DIGEST_LIMIT = 36;
const BATCH_LIMITS = { metrics: 1000, params: 100, tags: 100 };
const BATCH_TOTAL = 1000;
/** Of the request's 1,000,000, less what surrounds the items. */
const BATCH_BYTES = 950_000;

export interface Metric {
  key: string;
  value: number;
  /** Milliseconds since 1970-01-01 UTC, an integer: of a fraction the server makes 0. */
  timestamp: number;
  step: number;
}

export interface Text {
  key: string;
  value: string;
}

export interface Batch {
  metrics: Metric[];
  params: Text[];
  tags: Text[];
}

/** One item of a batch with the list that it belongs to. */
export type BatchItem = { [List in keyof Batch]: { list: List; item: Batch[List][number] } }[keyof Batch];

/**
 * Refuses what the server would answer with 200 and store wrongly: times that aren't integers, texts that it would cut,
 * numbers where it wants a string.
 * @throws UserError `mlflow-invalid`
 */
export function validateBatch(batch: Batch): void {
  for (const { key, value, timestamp, step } of batch.metrics) {
    check(typeof value === 'number', `the value of metric "${key}" to be a number`, value);
    check(isCount(timestamp), `the timestamp of metric "${key}" to be in integer milliseconds`, timestamp);
    check(Number.isSafeInteger(step), `the step of metric "${key}" to be an integer`, step);
  }
  validateTexts('param', batch.params, PARAM_LIMIT);
  validateTexts('tag', batch.tags, TAG_LIMIT);
  const names = Object.values(batch).flatMap((items: { key: string }[]) => items.map(({ key }) => key));
  const refused = names.find((name) => name === '' || name.length > NAME_LIMIT);
  check(refused === undefined, `names of 1 to ${NAME_LIMIT} characters`, refused);
}

/** @throws UserError `mlflow-invalid` when a text is none, or would be cut */
export function validateTexts(kind: string, texts: Text[], limit: number): void {
  for (const { key, value } of texts) {
    check(typeof value === 'string', `the value of ${kind} "${key}" to be a string`, value);
    check(value.length <= limit, `the value of ${kind} "${key}" to have at most ${limit} characters`, value.length);
  }
}

/** @throws UserError `mlflow-invalid` unless a time is in integer milliseconds */
export function validateTime(name: string, time: number): void {
  check(isCount(time), `${name} to be in integer milliseconds`, time);
}

/** Cuts a text that is over a limit where everyone sees it: at a `…`. */
export function fitText(text: string, limit: number): string {
  // Half of a surrogate pair is no character.
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A batch as several that the server takes each, in the same order. */
export function splitBatch(batch: Batch): Batch[] {
  const batches: Batch[] = [];
  let bytes = 0;
  for (const entry of batchItems(batch)) {
    const size = Buffer.byteLength(JSON.stringify(entry.item)) + 1;
    const last = batches.at(-1);
    const fits = last && batchSize(last) < BATCH_TOTAL && last[entry.list].length < BATCH_LIMITS[entry.list];
    if (fits && bytes + size <= BATCH_BYTES) {
      addItem(last, entry);
      bytes += size;
    } else {
      batches.push(toBatch([entry]));
      bytes = size;
    }
  }
  return batches;
}

/** The items of a batch in the order in which the server stores them. */
export function batchItems(batch: Batch): BatchItem[] {
  return [
    ...batch.params.map((item) => ({ list: 'params' as const, item })),
    ...batch.metrics.map((item) => ({ list: 'metrics' as const, item })),
    ...batch.tags.map((item) => ({ list: 'tags' as const, item })),
  ];
}

export function toBatch(items: BatchItem[]): Batch {
  const batch: Batch = { metrics: [], params: [], tags: [] };
  for (const item of items) addItem(batch, item);
  return batch;
}

function batchSize({ metrics, params, tags }: Batch): number {
  return metrics.length + params.length + tags.length;
}

function addItem(batch: Batch, entry: BatchItem): void {
  if (entry.list === 'metrics') batch.metrics.push(entry.item);
  else batch[entry.list].push(entry.item);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function check(holds: boolean, expected: string, received: unknown): void {
  if (holds) return;
  throw new UserError(`expected ${expected}, got ${JSON.stringify(received)}`, { code: 'mlflow-invalid' });
}
