import { type JournalChunk, readJournalFrom } from './journal.js';
import type { RunEvent } from './journal-events.js';
import { modelFiles, recordFiles, type RunFile } from './run-files.js';
import { readIdentity, readSummary, type RunDirectory } from './run-store.js';

/** What a server is told of a run, or of a sweep, when it is created there. */
export type DeliverableIdentity = Omit<RunEvent, 'type' | 'seed' | 'config_hash'> &
  Partial<Pick<RunEvent, 'seed' | 'config_hash'>>;

/** What a delivery brings to a server as a run of its own: a run, or a sweep, which is the parent of its trials' runs. */
export interface Deliverable {
  readonly id: string;
  /** Its directory, absolute, as are all paths. */
  readonly path: string;
  readonly journal: string;
  /** Whenever one of these files changes there may be something new to deliver. */
  readonly watched: readonly string[];
  /** Whether runs may stand below it. */
  readonly isParent: boolean;
  /** @throws UserError `journal-corrupt` */
  identity: () => DeliverableIdentity;
  /**
   * The next events after a byte offset of the journal, as many as fit a chunk; at the journal's end the same offset.
   * @param offset 0, or what an earlier read returned
   */
  read: (offset: number) => JournalChunk;
  /** The files that tell of it once it has ended. */
  records: () => RunFile[];
  /** The files of the trained model; none if there is none. */
  model: () => RunFile[];
  /** Training steps after which the model was saved. */
  modelStep: () => number;
}

/** A run as it is delivered: its journal as it stands. */
export function deliverableRun(run: RunDirectory): Deliverable {
  return {
    id: run.id,
    path: run.path,
    journal: run.journal,
    watched: [run.journal, run.summary],
    isParent: false,
    identity: () => readIdentity(run),
    read: (offset) => readJournalFrom(run.journal, offset),
    records: () => recordFiles(run),
    model: () => modelFiles(run),
    modelStep: () => readSummary(run)?.steps ?? 0,
  };
}
