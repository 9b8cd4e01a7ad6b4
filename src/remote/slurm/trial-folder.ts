import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EndRequest } from '../../job.js';
import type { RunProgress } from '../../run-events.js';
import type { RunOutcome } from '../../scheduling/scheduler.js';
import { writeFileAtomic } from '../../tracking/atomic-file.js';
import { readEventsFrom } from '../../tracking/journal.js';
import { decode, encode } from '../encoding.js';

/** Slurm's name of a trial: a task of an array job. */
export interface SlurmTask {
  array: string;
  index: number;
}

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
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
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
  #read = 0;

  constructor(runsDirectory: string, trial: string) {
    this.#path = join(slurmFolder(runsDirectory), trial);
  }

  /** Begins anew. @param message of `writeMessage` */
  reset(message: string): void {
    this.remove();
    mkdirSync(this.#path, { recursive: true });
    writeFileAtomic(this.#file('message.json'), message);
    this.#read = 0;
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  message(): string {
    return readFileSync(this.#file('message.json'), 'utf8');
  }

  get task(): SlurmTask | undefined {
    return this.#readJson('task.json') as SlurmTask | undefined;
  }

  set task(task: SlurmTask | undefined) {
    writeFileAtomic(this.#file('task.json'), JSON.stringify(task));
  }

  get answer(): RunOutcome | undefined {
    return this.#readJson('answer.json') as RunOutcome | undefined;
  }

  set answer(outcome: RunOutcome | undefined) {
    writeFileAtomic(this.#file('answer.json'), encode(outcome));
  }

  /** How the trial is to end early. */
  get end(): EndRequest | undefined {
    return this.#readJson('end.json') as EndRequest | undefined;
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
      const { events, offset } = readEventsFrom(this.#file('events.jsonl'), this.#read, decode);
      if (events.length === 0) break;
      all.push(...(events as RunProgress[]));
      this.#read = offset;
    }
    return all;
  }

  #file(name: string): string {
    return join(this.#path, name);
  }

  #readJson(name: string): unknown {
    const file = this.#file(name);
    return existsSync(file) ? decode(readFileSync(file, 'utf8')) : undefined;
  }
}
