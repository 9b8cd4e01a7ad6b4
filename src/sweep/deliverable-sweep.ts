import { join } from 'node:path';
import { UserError } from '../text/errors.js';
import type { Deliverable, DeliverableIdentity } from '../tracking/deliverable.js';
import { type JournalChunk, readEventsFrom, readFirstEvent } from '../tracking/journal.js';
import type { JournalEvent } from '../tracking/journal-events.js';
import { PARENT_ID_TAG, sweepTag, VARIANT_TAG } from '../tracking/mlflow-mapping.js';
import type { Comparison } from '../tracking/mlflow/comparison-view.js';
import { presentFiles, type RunFile } from '../tracking/run-files.js';
import { addRecorded, recordedResults, type SweepResults } from './results.js';
import {
  beginRecord,
  decodeSweepEvent,
  include,
  readSweepRecord,
  type SweepEvent,
  type SweepRecord,
  type TimedSweepEvent,
} from './sweep-journal.js';
import { sweepNote } from './sweep-note.js';
import type { SweepDirectory } from './sweep-store.js';
import { trialKey } from './trial.js';

const REPORT = 'report.html';
/** Before the params that say what is varied. */
const SWEPT = 'sweep.';

/**
 * A sweep as a tracking server shows it: as the parent run of its trials. Its own journal is told in the words of a run's:
 * what it varies as params, its progress as metrics over the trials that have ended, its results as a note.
 */
export class DeliverableSweep implements Deliverable {
  readonly id: string;
  readonly path: string;
  readonly journal: string;
  readonly watched: readonly string[];
  readonly isParent = true;
  readonly #sweep: SweepDirectory;
  #offset = 0;
  #retold: Retelling;

  constructor(sweep: SweepDirectory) {
    const { id, path, journal, summary } = sweep;
    this.#sweep = sweep;
    this.#retold = new Retelling(sweep);
    this.id = id;
    this.path = path;
    this.journal = journal;
    this.watched = [journal, summary, join(path, REPORT)];
  }

  identity(): DeliverableIdentity {
    const { id, name, source, time, question, origin } = this.#begun();
    // Journals of before sweeps were tracked have no origin.
    const { experiment = name, versions = {}, machine = {}, ...who } = origin ?? {};
    return { id, name, source, time, description: question ?? undefined, experiment, versions, machine, ...who };
  }

  /**
   * How the runs of its trials compare best: by what it varies, the seeds of a variant together. Where some were taken over
   * from earlier runs, which have other parents, all are found by the tag that `comparisonAddress` sets.
   */
  comparison(): Comparison {
    const { metric, seeds, params = {} } = this.#begun();
    const keys = Object.keys(params).map((key) => key.slice(SWEPT.length));
    const isMixed = [...readSweepRecord(this.#sweep).ends.values()].some(({ reused }) => reused);
    const own = sweepTag(this.id);
    return {
      filter: isMixed ? `tags."${own}" LIKE '%'` : `tags."${PARENT_ID_TAG}" = '${this.id}'`,
      params: keys,
      metric,
      groupBy: seeds.length === 1 ? null : isMixed ? own : VARIANT_TAG,
    };
  }

  read(offset: number): JournalChunk {
    if (offset !== this.#offset) this.#goTo(offset);
    const { events, offset: next } = readEventsFrom(this.journal, offset, decodeSweepEvent);
    this.#offset = next;
    return { events: events.flatMap((event) => this.#retold.tell(event)), offset: next };
  }

  records(): RunFile[] {
    return presentFiles(this, ['config.yaml', 'summary.json', 'journal.jsonl', REPORT]);
  }

  model(): RunFile[] {
    return [];
  }

  modelStep(): number {
    return 0;
  }

  #begun(): SweepEvent & { time: number } {
    const begun = readFirstEvent(this.journal, decodeSweepEvent);
    if (begun?.type !== 'sweep') throw notBegun(this.journal);
    return begun;
  }

  /** What an event says depends on those before it. */
  #goTo(end: number): void {
    this.#retold = new Retelling(this.#sweep);
    for (let offset = 0; offset < end;) {
      const chunk = readEventsFrom(this.journal, offset, decodeSweepEvent, end);
      if (chunk.offset === offset) break;
      for (const event of chunk.events) this.#retold.tell(event);
      offset = chunk.offset;
    }
  }
}

/** Tells a sweep's events in the words of a run's journal, one after another. */
class Retelling {
  readonly #sweep: SweepDirectory;
  /** What has been told so far; nothing before the sweep's first event. */
  #told: { record: SweepRecord; results: SweepResults } | undefined;
  /** Trials that have ended, those that ended twice counted twice: the step of the sweep's metrics. */
  #steps = 0;

  constructor(sweep: SweepDirectory) {
    this.#sweep = sweep;
  }

  /** @throws UserError `journal-corrupt` */
  tell(event: TimedSweepEvent): JournalEvent[] {
    const { time } = event;
    if (event.type === 'sweep') {
      const record = beginRecord(event);
      this.#told = { record, results: recordedResults(record) };
      return [{ type: 'params', time, params: paramsOf(event) }];
    }
    if (event.type === 'tags') return [{ type: 'tags', time, tags: event.tags }];
    const results = this.#include(event);
    if (event.type === 'end') return [{ type: 'metrics', time, step: ++this.#steps, values: scoresOf(results) }];
    if (event.type !== 'state') return [];
    const { status, error } = event;
    return [...(status === 'RUNNING' ? [] : this.#note(time)), { type: 'state', time, status, error }];
  }

  #note(time: number): JournalEvent[] {
    if (!this.#told || this.#told.results.ended === 0) return [];
    const { record, results } = this.#told;
    return [{ type: 'tags', time, tags: { 'mlflow.note.content': sweepNote(record.begun, results, this.#sweep) } }];
  }

  #include(event: TimedSweepEvent): SweepResults {
    if (!this.#told) throw notBegun(this.#sweep.journal);
    const { record, results } = this.#told;
    const isAgain = event.type === 'end' && record.ends.has(trialKey(event.cell, event.seed));
    include(event, record);
    if (isAgain) this.#told.results = recordedResults(record);
    else if (event.type === 'end') addRecorded(results, event);
    else results.expect(record.trials);
    return this.#told.results;
  }
}

function scoresOf(results: SweepResults): Record<string, number> {
  const { total, reused, ...counts } = results.counts;
  const best = results.best?.mean;
  return {
    trials_ended: results.ended,
    ...Object.fromEntries(Object.entries(counts).map(([status, count]) => [`trials_${status}`, count])),
    trials_reused: reused,
    progress_percentage: (100 * results.ended) / Math.max(1, total),
    // The score of the best variant, over its seeds, in the column in which its runs have theirs.
    ...(best === undefined || best === null ? {} : { [results.metric.name]: best }),
  };
}

function notBegun(journal: string): UserError {
  return new UserError(`${journal} doesn't begin with a sweep event`, {
    code: 'journal-corrupt',
    hint: 'its runs are complete in themselves; begin the sweep again, and they are found',
  });
}

function paramsOf({ method, metric, seeds, trials, params = {} }: SweepEvent): Record<string, string> {
  return {
    ...params,
    'sweep.method': method,
    'sweep.metric': metric.name,
    'sweep.goal': metric.goal,
    'sweep.seeds': `[${seeds.join(', ')}]`,
    'sweep.trials': String(trials),
  };
}
