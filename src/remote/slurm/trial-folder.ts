import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EndRequest } from '../../protocol/job.js';
import type { RunProgress } from '../../protocol/events.js';
import type { RunOutcome } from '../../scheduling/scheduler.js';
import { writeFileAtomic } from '../../tracking/atomic-file.js';
import { readEventsFrom } from '../../tracking/journal.js';
import { readEndRequest, readOrDrop, readOutcome, readProgress, readSlurmTask } from '../arrivals.js';
import { encode } from '../encoding.js';
import type { SlurmTask } from './task-name.js';
import { readTextSync } from '../../system/regular-file.js';

/** Where trials lie that Slurm has, in a runs directory that its nodes see. */
export function slurmFolder(runsDirectory: string): string {
  return join(runsDirectory, '.slurm');
}

/** Notes which trial a run belongs to that is none of a sweep's: its coordinator may forget that, and come back. */
export function noteTrialOfRun(runsDirectory: string, run: string, trial: string): void {
  const file = trialOfRunFile(runsDirectory, run);
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomic(file, trial);
}

/** @returns undefined when Slurm has no trial of it */
export function trialOfRun(runsDirectory: string, run: string): string | undefined {
  const file = trialOfRunFile(runsDirectory, run);
  const trial = existsSync(file) ? readTextSync(file) : '';
  // It becomes a folder's name.
  return /^[\w-]{1,100}$/.test(trial) ? trial : undefined;
}

export function forgetTrialOfRun(runsDirectory: string, run: string): void {
  rmSync(trialOfRunFile(runsDirectory, run), { force: true });
}

function trialOfRunFile(runsDirectory: string, run: string): string {
  return join(slurmFolder(runsDirectory), 'runs', run);
}

/** What coordinator and worker leave for each other of one trial, as files of a folder. */
export class TrialFolder {
  readonly #path: string;
  /** Bytes of the events that were told. */
  #offset = 0;

  readonly #say: (message: string) => void;

  /** @param say told of what is there and can't be read */
  constructor(runsDirectory: string, trial: string, say: (message: string) => void = () => undefined) {
    this.#say = say;
    this.#path = join(slurmFolder(runsDirectory), trial);
  }

  /** Begins anew. @param message of `writeMessage` */
  reset(message: string): void {
    this.remove();
    mkdirSync(this.#path, { recursive: true });
    writeFileAtomic(this.#file('message.json'), message);
    this.#offset = 0;
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  message(): string {
    return readTextSync(this.#file('message.json'));
  }

  get task(): SlurmTask | undefined {
    return this.#read(readSlurmTask, 'task.json');
  }

  set task(task: SlurmTask | undefined) {
    writeFileAtomic(this.#file('task.json'), JSON.stringify(task));
  }

  get answer(): RunOutcome | undefined {
    return this.#read(readOutcome, 'answer.json');
  }

  set answer(outcome: RunOutcome | undefined) {
    writeFileAtomic(this.#file('answer.json'), encode(outcome));
  }

  /** Another may still come. */
  dropAnswer(): void {
    rmSync(this.#file('answer.json'), { force: true });
  }

  /** How the trial is to end early. */
  get end(): EndRequest | undefined {
    return this.#read(readEndRequest, 'end.json');
  }

  set end(request: EndRequest | undefined) {
    writeFileAtomic(this.#file('end.json'), encode(request));
  }

  append(progress: RunProgress): void {
    appendFileSync(this.#file('events.jsonl'), `${encode(progress)}\n`);
  }

  /** Whether a worker has said anything yet. */
  get wasBegun(): boolean {
    return existsSync(this.#file('events.jsonl'));
  }

  /** What was appended since the last call, in whole lines. */
  newEvents(): RunProgress[] {
    const all: RunProgress[] = [];
    while (this.wasBegun) {
      const { events, offset } = readEventsFrom(this.#file('events.jsonl'), this.#offset, this.#readEvent);
      if (events.length === 0) break;
      all.push(...events.filter((event) => event !== undefined));
      this.#offset = offset;
    }
    return all;
  }

  #file(name: string): string {
    return join(this.#path, name);
  }

  readonly #readEvent = (line: string): RunProgress | undefined => readOrDrop(readProgress, line, this.#say);

  #read<T>(read: (text: unknown) => T, name: string): T | undefined {
    const file = this.#file(name);
    return existsSync(file) ? readOrDrop(read, readTextSync(file), this.#say) : undefined;
  }
}
