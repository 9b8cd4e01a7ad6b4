import type { Measured } from '../analysis/scope.js';
import type { SeedRange, SweepMetric } from '../config/schema/experiment.generated.js';
import type { GivenNames } from '../config/sweep/names.js';
import type { Values } from '../config/sweep/conditions.js';
import { messageOf, UserError } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import type { OriginFields } from '../tracking/run-description.js';
import { LineWriter } from '../tracking/lines.js';
import type { SweepDirectory, SweepStatus } from './sweep-store.js';
import { type TrialEnd, trialKey } from './trial.js';

/** A sweep of the same variants, whose results were there to be seen when this one was begun. */
export interface EarlierLook {
  sweep: string;
  /** Of each variant, at most. */
  seeds: number;
}

/** What a sweep is: the first event of its journal. */
export interface SweepEvent {
  type: 'sweep';
  id: string;
  name: string;
  /** The experiment file. */
  source: string;
  /** SHA-256 of its `config.yaml`, which mustn't change as long as it is resumed. */
  config_digest: string;
  question: string | null;
  method: string;
  metric: SweepMetric;
  seeds: number[];
  /** Trials in all, as far as they are known beforehand. */
  trials: number;
  /** Threads of each worker, the same whenever the sweep is resumed: other numbers give other last bits. */
  threads: number;
  /** Of seeds that are added until it is decided: each variant has at least, and at most, so many. */
  seed_range?: SeedRange;
  /** The smallest difference of the metric that matters. */
  margin?: number | null;
  /** The chance of a false claim, and the label of the variant that all others are compared with, where the file states them. */
  alpha?: number;
  baseline?: string;
  /** What its answer is about, unless that says so itself: as far as it is known before its runs. */
  scope?: { measured: Measured; dataset: string };
  /** What the datasets are called, of a sweep that asks the same of several. */
  datasets?: string[];
  /** Of a cross-validation: each seed has as many runs. */
  folds?: number;
  /** Sweeps of the same variants with other seeds, whose results were there to be seen. */
  earlier_looks?: EarlierLook[];
  /** What the user called: `run` or `sweep`, with these overrides of the file. */
  command?: { name: string; overrides: string[] };
  /** Whether finished runs of other sweeps are left aside. */
  force: boolean;
  /** Who and what began it, as its runs say it of themselves. */
  origin?: OriginFields;
  /** Of `random`: whether what meant the same as a variant before was drawn anew. */
  distinct?: boolean;
  /** What it varies, flat: `sweep.parameters.model.kernel_size.values` → `[3, 5]`. */
  params?: Record<string, string>;
}

/** The sweep continues, or has ended. */
export interface SweepStateEvent {
  type: 'state';
  status: SweepStatus | 'RUNNING';
  /** Workers side by side. */
  jobs: number;
  error?: string;
}

/** A search has proposed a variant. */
export interface ProposalEvent {
  type: 'cell';
  cell: number;
  values: Values;
}

/** Seeds are added, for what is undecided. */
export interface SeedsEvent {
  type: 'seeds';
  /** Trials in all, with those that are added. */
  trials: number;
  /** In words. */
  reason: string;
}

/** A trial's run has begun, or is resumed. */
export interface TrialEvent {
  type: 'trial';
  cell: number;
  seed: number;
  /** Of the variant. */
  label: string;
  run: string;
  /** From 1. */
  attempt: number;
}

/** A trial is to be stopped early. */
export interface StoppedEarlyEvent {
  type: 'prune';
  run: string;
  reason: string;
}

export interface TrialEndEvent extends TrialEnd {
  type: 'end';
  cell: number;
  seed: number;
  label: string;
  values: Values;
  /** What the experiment file calls the variant and its values, where it does. */
  names?: GivenNames;
}

/** The user has named or tagged it. */
export interface SweepTagsEvent {
  type: 'tags';
  tags: Record<string, string>;
}

export type SweepJournalEvent =
  | SweepTagsEvent
  | SweepEvent
  | SweepStateEvent
  | ProposalEvent
  | SeedsEvent
  | TrialEvent
  | StoppedEarlyEvent
  | TrialEndEvent;

const TYPES: readonly string[] = [
  'sweep',
  'state',
  'cell',
  'seeds',
  'trial',
  'prune',
  'end',
  'tags',
] satisfies SweepJournalEvent['type'][];

/** Writes down what happens in a sweep, so that it can be resumed after the end of this process at any instant. */
export class SweepJournal {
  readonly #lines: LineWriter;

  constructor(sweep: SweepDirectory) {
    this.#lines = new LineWriter(sweep.journal);
  }

  /** @throws UserError `journal-not-written` */
  append(event: SweepJournalEvent): void {
    // Trials are durable in their own runs; of a sweep only its beginning and its end need outlive a power cut.
    const sync = event.type === 'sweep' || event.type === 'state';
    this.#lines.append(JSON.stringify({ time: Date.now(), ...event }), { sync });
  }

  close(): void {
    this.#lines.close();
  }
}

/** An event as it stands in the journal: with its time, in milliseconds since 1970-01-01 UTC. */
export type TimedSweepEvent = SweepJournalEvent & { time: number };

/** What the journal of a sweep says. */
export interface SweepRecord {
  begun: SweepEvent;
  state: SweepStateEvent;
  /** When the last session began, in milliseconds since 1970-01-01 UTC. */
  since: number;
  /** When the last event happened. */
  until: number;
  /** Trial (`trialKey`) → its newest run. */
  runs: Map<string, string>;
  /** Trial (`trialKey`) → how it began, if it hasn't ended since. */
  open: Map<string, TrialEvent & { time: number }>;
  /** Trial (`trialKey`) → its newest end. */
  ends: Map<string, TrialEndEvent>;
  /** Run → why it was to be stopped early. */
  stoppedEarly: Map<string, string>;
  /** What a search proposed and how those trials ended, in order. */
  search: (ProposalEvent | TrialEndEvent)[];
  /** Trials in all, as far as they are known by now. */
  trials: number;
}

/** @throws UserError `journal-corrupt` */
export function readSweepRecord(sweep: SweepDirectory): SweepRecord {
  const events = readEvents(sweep.journal);
  const begun = events.find(({ type }) => type === 'sweep');
  if (begun?.type !== 'sweep') throw corrupt(sweep.journal, 1, "it doesn't begin with a sweep event");
  const record = beginRecord(begun);
  for (const event of events) include(event, record);
  return record;
}

/** What the first event of a journal says. */
export function beginRecord(begun: SweepEvent & { time: number }): SweepRecord {
  return {
    begun,
    state: { type: 'state', status: 'RUNNING', jobs: 1 },
    since: begun.time,
    until: begun.time,
    runs: new Map(),
    open: new Map(),
    ends: new Map(),
    stoppedEarly: new Map(),
    search: [],
    trials: begun.trials,
  };
}

/** Adds what the next event says. */
export function include(event: TimedSweepEvent, record: SweepRecord): void {
  if (event.type === 'tags') return; // says nothing of its course
  record.until = event.time;
  if (event.type === 'state') {
    record.state = event;
    if (event.status === 'RUNNING') record.since = event.time;
  } else if (event.type === 'prune') record.stoppedEarly.set(event.run, event.reason);
  else if (event.type === 'seeds') record.trials = Math.max(record.trials, event.trials);
  else if (event.type === 'cell') record.search.push(event);
  else if (event.type === 'trial' || event.type === 'end') includeTrial(event, record);
}

function includeTrial(event: TimedSweepEvent & (TrialEvent | TrialEndEvent), record: SweepRecord): void {
  const key = trialKey(event.cell, event.seed);
  record.runs.set(key, event.run);
  if (event.type === 'trial') {
    record.open.set(key, event);
    return;
  }
  record.open.delete(key);
  record.ends.set(key, event);
  record.search.push(event);
}

/** A last line without its newline is left out: its writer was interrupted, or is at it. */
function readEvents(file: string): TimedSweepEvent[] {
  const lines = readTextSync(file).split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return decodeSweepEvent(line);
    } catch (error) {
      throw corrupt(file, index + 1, messageOf(error));
    }
  });
}

/**
 * The event that a line of a sweep's journal holds.
 * @throws Error whose message says what is wrong with the line
 */
export function decodeSweepEvent(line: string): TimedSweepEvent {
  const event = JSON.parse(line) as TimedSweepEvent | null;
  if (!event || !TYPES.includes(event.type)) throw new Error('not an event of this version of Ablate');
  return event;
}

function corrupt(file: string, line: number, reason: string): UserError {
  return new UserError(`${file}:${line}: not a line of a sweep's journal: ${reason}`, {
    code: 'journal-corrupt',
    hint: 'remove that line; the runs of the trials are found again by themselves',
  });
}
