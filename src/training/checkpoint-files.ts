import { closeSync, fsync, lstatSync, openSync, readdirSync, renameSync, rmSync, write } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeDirectory, syncDirectoryInBackground } from '../system/directories.js';
import { messageOf } from '../text/errors.js';
import { BINARY_LIMIT, readRegularFile } from '../system/regular-file.js';
import { type Checkpoint, CheckpointProblem, decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';

/** Kept besides the newest, for the case that a disk damages that one. */
const OLDER_KEPT = 1;
/** Epochs that are shorter don't each need one: no more than that is lost. */
const SHORTEST_GAP_SECONDS = 5;
const NAME = /^step-\d+\.checkpoint$/;

export interface CheckpointWriterOptions {
  /** At most this long between two of them; one at each epoch's end besides. */
  everySeconds: number;
  /** Makes durable what must be on the disk before a checkpoint is: what was reported of the steps until then. */
  beforehand: () => Promise<void>;
  /** Told once when checkpoints can't be written; training continues without. */
  onProblem: (message: string) => void;
}

/**
 * Writes a training's checkpoints into a directory, in the background: the training waits for copies of its values only.
 * At any instant the newest complete one is there: it is written beside, synced and renamed, and then older ones go.
 */
export class CheckpointWriter {
  readonly #directory: string;
  readonly #options: CheckpointWriterOptions;
  #writing: Promise<void> | undefined;
  #last = performance.now();
  #hasFailed = false;

  constructor(directory: string, options: CheckpointWriterOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Whether it is time for the next, and the one before is written. */
  isDue(at: 'step' | 'epoch-end'): boolean {
    if (this.#writing) return false;
    const { everySeconds } = this.#options;
    const gap = at === 'step' ? everySeconds : Math.min(everySeconds, SHORTEST_GAP_SECONDS);
    return performance.now() - this.#last >= 1000 * gap;
  }

  /** Begins to write one. @param step of the whole training */
  save(step: number, checkpoint: Checkpoint): void {
    this.#last = performance.now();
    this.#writing = this.#write(step, checkpoint).finally(() => {
      this.#writing = undefined;
    });
  }

  /** Waits until the one under way is on the disk. */
  async finish(): Promise<void> {
    await this.#writing;
  }

  async #write(step: number, checkpoint: Checkpoint): Promise<void> {
    const temporary = join(this.#directory, '.next');
    try {
      makeDirectory(this.#directory);
      // The run may come from elsewhere.
      if (lstatSync(this.#directory).isSymbolicLink()) throw new Error(`${this.#directory} is a link`);
      // What a crash has left, or a link that was put there.
      removeIfThere(temporary);
      await writeDurably(temporary, await encodeCheckpoint(checkpoint));
      await this.#options.beforehand();
      renameSync(temporary, join(this.#directory, `step-${String(step).padStart(10, '0')}.checkpoint`));
      await syncDirectoryInBackground(this.#directory);
      for (const name of namesIn(this.#directory).slice(1 + OLDER_KEPT)) rmSync(join(this.#directory, name));
    } catch (error) {
      removeIfThere(temporary);
      if (!this.#hasFailed) this.#options.onProblem(`no checkpoint can be written: ${messageOf(error)}`);
      this.#hasFailed = true;
    }
  }
}

/**
 * The newest checkpoint of a directory that is sound.
 * @param check @throws CheckpointProblem for one that is sound and can't be used all the same
 * @param onProblem told of each newer one that isn't
 */
export async function newestCheckpoint(
  directory: string,
  check: (checkpoint: Checkpoint) => void,
  onProblem: (message: string) => void,
): Promise<Checkpoint | undefined> {
  for (const name of namesIn(directory)) {
    const file = join(directory, name);
    try {
      const checkpoint = await readCheckpoint(file);
      check(checkpoint);
      return checkpoint;
    } catch (error) {
      if (!(error instanceof CheckpointProblem)) throw error;
      onProblem(`the checkpoint ${file} ${error.message}`);
    }
  }
  return undefined;
}

/** Writes a checkpoint by itself, as a file that is there in full or not at all. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = `${file}.next`;
  try {
    removeIfThere(temporary);
    await writeDurably(temporary, await encodeCheckpoint(checkpoint));
    renameSync(temporary, file);
    await syncDirectoryInBackground(dirname(file));
  } finally {
    removeIfThere(temporary);
  }
}

/** @throws CheckpointProblem when it can't be read or is damaged */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  return decodeCheckpoint(await readFileOf(file));
}

/** @throws CheckpointProblem */
async function readFileOf(file: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(file, BINARY_LIMIT);
  } catch (error) {
    throw new CheckpointProblem(`can't be read: ${messageOf(error)}`);
  }
}

/** The names of complete checkpoints, the newest first. */
function namesIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => NAME.test(name));
    return names.sort().reverse();
  } catch {
    return [];
  }
}

/** Where even that fails, the disk is gone, and nothing of it needs to be tidied up. */
function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}

/** In few steps: each continues only when the event loop turns, which between two calls into the engine it does once. */
async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const descriptor = openSync(file, 'wx');
  try {
    for (let written = 0; written < bytes.length;) {
      written += (await promisify(write)(descriptor, bytes, written)).bytesWritten;
    }
    await promisify(fsync)(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
