import { rmSync } from 'node:fs';
import type { Job } from './job.js';
import type { RunProgress } from './run-events.js';
import type { RunRecorder } from './run-recorder.js';
import type { RunSetup } from './run-setup.js';
import type { Summary } from './tracking/run-store.js';
import { type Checkpoint, CheckpointProblem, isAlike } from './training/checkpoint.js';
import { CheckpointWriter, newestCheckpoint } from './training/checkpoint-files.js';
import { originOf } from './training/trainer.js';

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
        this.#warn(`${message}; training goes on, and an interruption would cost more of it`);
      },
    });
  }

  /** Where to go on; undefined for the start, which comes to the same in more time. */
  async newest({ parts }: RunSetup): Promise<Checkpoint | undefined> {
    const weights = parts.weights.map(sizeOf);
    const slots = parts.optimizer.slots.map(sizeOf);
    const check = ({ values }: Checkpoint): void => {
      if (!isAlike(values, weights, slots)) throw new CheckpointProblem('has other weights than this model');
    };
    let problems = 0;
    const checkpoint = await newestCheckpoint(this.#recorder.run.checkpoints, check, (message) => {
      problems += 1;
      this.#warn(message);
    });
    if (problems > 0) this.#warn(`going on from ${checkpoint ? 'the one before' : 'the start of the run'}`);
    if (checkpoint) this.#warnOfOtherBits(checkpoint, parts.runtime);
    return checkpoint;
  }

  /** Ends the run; what can't be gone on with needs no checkpoints. */
  endRun(status: Summary['status'], error?: string): Summary {
    const summary = this.#recorder.end(status, error);
    const isOver = status !== 'KILLED' && status !== 'FAILED';
    if (isOver) rmSync(this.#recorder.run.checkpoints, { recursive: true, force: true });
    return summary;
  }

  #warnOfOtherBits({ origin }: Checkpoint, runtime: RunSetup['parts']['runtime']): void {
    const describe = ({ engine, device, threads }: Checkpoint['origin']): string =>
      `${engine} on ${device} with ${threads} threads`;
    const [before, now] = [describe(origin), describe(originOf(runtime))];
    if (before === now) return;
    this.#warn(`the run began on ${before} and goes on on ${now}: its numbers may differ in the last bits`);
  }
}

function sizeOf({ shape }: { shape: readonly number[] }): number {
  return shape.reduce((product, length) => product * length, 1);
}
