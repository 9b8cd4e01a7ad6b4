import { holderOf, type RunHolder } from '../tracking/run-lock.js';
import { recordedResults, type SweepResults } from './results.js';
import { scopeOfSweep } from './sweep-scope.js';
import { answerOfSweep } from './sweep-answer.js';
import { readSweepRecord, type SweepEvent, type TrialEvent } from './sweep-journal.js';
import {
  type SweepAnswer,
  sweepDirectory,
  type SweepDirectory,
  sweepIds,
  type SweepStatus,
  type SweepSummary,
} from './sweep-store.js';

/** Where a sweep stands, as its journal tells. */
export interface SweepState {
  sweep: SweepDirectory;
  begun: SweepEvent;
  /** `UNFINISHED`: it was interrupted. */
  status: SweepStatus | 'RUNNING' | 'UNFINISHED';
  /** The process that runs it, if one does. */
  holder: RunHolder | undefined;
  results: SweepResults;
  /** Trials in progress, or interrupted. */
  open: (TrialEvent & { time: number })[];
  /** Workers side by side. */
  jobs: number;
  /** When it was begun or last resumed, and when its journal was last written, in milliseconds since 1970. */
  since: number;
  until: number;
  error: string | null;
}

/** @throws UserError `journal-corrupt` */
export async function readSweepState(sweep: SweepDirectory): Promise<SweepState> {
  const record = readSweepRecord(sweep);
  const { begun, state, open, since, until } = record;
  const holder = await holderOf(sweep);
  return {
    sweep,
    begun,
    status: holder ? 'RUNNING' : state.status === 'RUNNING' ? 'UNFINISHED' : state.status,
    holder,
    results: recordedResults(record),
    open: [...open.values()],
    jobs: state.jobs,
    since,
    until,
    error: state.error ?? null,
  };
}

/** Every sweep of a runs directory, the oldest first. */
export function readSweepStates(runsDirectory: string): Promise<SweepState[]> {
  return Promise.all(sweepIds(runsDirectory).map((id) => readSweepState(sweepDirectory(runsDirectory, id))));
}

/** Whether there is something of a sweep to resume. */
export function isInterrupted({ status }: SweepState): boolean {
  return status !== 'FINISHED' && status !== 'RUNNING';
}

/** How a session of a sweep came out, or how far it is. */
export interface SessionEnd {
  status: SweepSummary['status'];
  results: SweepResults;
  jobs: number;
  /** Wall time. */
  seconds: number;
  error: string | null;
}

/** The results of a sweep so far. */
export function summaryOf({ sweep, begun, status, results, jobs, since, until, error }: SweepState): SweepSummary {
  const end = { status, results, jobs, seconds: (until - since) / 1000, error };
  return summarizeSweep(begun, end, scopeOfSweep(sweep, begun, results));
}

/** The results of a sweep, for its `summary.json`. @param scope what its answer is about */
export function summarizeSweep(begun: SweepEvent, end: SessionEnd, scope: string | null): SweepSummary {
  const { id, name, question, method, metric, seeds, threads } = begun;
  const { status, results, jobs, seconds, error } = end;
  return {
    id,
    name,
    status,
    question,
    answer: withScope(
      answerOfSweep(begun, results.ranked(), {
        secondsPerTrial: results.seconds / Math.max(1, results.ended),
        jobs,
      }),
      scope,
    ),
    method,
    metric,
    seeds,
    trials: results.counts,
    cells: results.ranked(),
    jobs,
    threads,
    duration_seconds: seconds,
    trial_seconds: results.seconds,
    error,
  };
}

function withScope(answer: SweepAnswer | null, scope: string | null): SweepAnswer | null {
  return answer && scope !== null ? { ...answer, details: [...(answer.details ?? []), scope] } : answer;
}
