import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UserError } from '../text/errors.js';
import type { Job } from '../protocol/job.js';
import type { RunProgress } from '../protocol/events.js';
import type { RunRecorder } from './recorder.js';
import type { RunSetup } from './setup.js';
import type { Variable } from '../tensorflow/runtime.js';
import { ablate } from '../system/shell.js';
import { readHistory } from '../tracking/run-history.js';
import { isResumable, runDirectory, type Summary } from '../tracking/run-store.js';
import { type Checkpoint, CheckpointProblem, isAlike } from '../training/checkpoint.js';
import { CheckpointWriter, newestCheckpoint, readCheckpoint, writeCheckpoint } from '../training/checkpoint-files.js';
import { originOf } from '../training/trainer.js';
import { elementCount } from '../tensorflow/element-count.js';

/** Between two checkpoints unless the job says otherwise. */
const DEFAULT_SECONDS = 30;

/** A run's checkpoints, from what an earlier part of it has left to the end, when they aren't needed any more. */
export class RunCheckpoints {
  readonly writer: CheckpointWriter;
  readonly #recorder: RunRecorder;
  readonly #warn: (message: string) => void;

  constructor({ checkpointSeconds }: Job, recorder: RunRecorder, onProgress: (progress: RunProgress) => void) {
    this.#recorder = recorder;
    this.#warn = (message) => {
      onProgress({ type: 'warning', message });
    };
    this.writer = new CheckpointWriter(recorder.run.checkpoints, {
      everySeconds: checkpointSeconds ?? DEFAULT_SECONDS,
      beforehand: () => recorder.sync(),
      onProblem: (message) => {
        this.#warn(`${message}; training continues, and an interruption would cost more of it`);
      },
    });
  }

  /** Where to continue; undefined for the start, which gives the same in more time. */
  async newest({ parts }: RunSetup): Promise<Checkpoint | undefined> {
    const check = (checkpoint: Checkpoint): void => {
      requireSameWeights(checkpoint, parts);
    };
    let problems = 0;
    const checkpoint = await newestCheckpoint(this.#recorder.run.checkpoints, check, (message) => {
      problems += 1;
      this.#warn(message);
    });
    if (problems > 0) this.#warn(`resuming from ${checkpoint ? 'the one before' : 'the start of the run'}`);
    if (checkpoint) this.#warnOfOtherBits(checkpoint, parts.runtime);
    return checkpoint;
  }

  /**
   * Where the finished run that this one trains on from has ended.
   * @throws UserError `no-last-checkpoint`, `dataset-changed`
   */
  async ofFinished(id: string, { parts, dataset }: RunSetup): Promise<Checkpoint> {
    const run = runDirectory(dirname(this.#recorder.run.path), id);
    this.#recorder.trainsOn(readHistory(run), dataset);
    try {
      const checkpoint = await readCheckpoint(run.lastCheckpoint);
      requireSameWeights(checkpoint, parts);
      this.#warnOfOtherBits(checkpoint, parts.runtime);
      return checkpoint;
    } catch (error) {
      if (!(error instanceof CheckpointProblem)) throw error;
      throw new UserError(`${run.lastCheckpoint} ${error.message}`, {
        code: 'no-last-checkpoint',
        hint: `start from its weights alone: ${ablate('run', run.config, `training.initial_weights=${id}`)}`,
      });
    }
  }

  /** Keeps what more epochs would begin from. Without room for it the run is finished all the same. */
  async keepLast(last: Checkpoint | undefined): Promise<void> {
    if (!last) return;
    try {
      await writeCheckpoint(this.#recorder.run.lastCheckpoint, last);
    } catch (error) {
      this.#warn(`its last state can't be kept, so that it can't be trained on: ${messageOf(error)}`);
    }
  }

  /** Ends the run; one that can't be resumed needs no checkpoints. */
  endRun(status: Summary['status'], error?: string): Summary {
    const summary = this.#recorder.end(status, error);
    if (!isResumable(status)) rmSync(this.#recorder.run.checkpoints, { recursive: true, force: true });
    return summary;
  }

  #warnOfOtherBits({ origin }: Checkpoint, runtime: RunSetup['parts']['runtime']): void {
    const describe = ({ engine, device, threads }: Checkpoint['origin']): string =>
      `${engine} on ${device} with ${threads} threads`;
    const [before, now] = [describe(origin), describe(originOf(runtime))];
    if (before === now) return;
    this.#warn(`the run began on ${before} and is resumed on ${now}: its numbers may differ in the last bits`);
  }
}

/** @throws CheckpointProblem */
function requireSameWeights({ values }: Checkpoint, { weights, optimizer }: RunSetup['parts']): void {
  const counts = (variables: readonly Variable[]): number[] => variables.map(({ shape }) => elementCount(shape));
  if (!isAlike(values, counts(weights), counts(optimizer.slots)))
    throw new CheckpointProblem('has other weights than this model');
}
