import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { LauncherConfig } from '../../config/schema/experiment.generated.js';
import { messageOf, UserError } from '../../text/errors.js';
import type { SlurmTask } from './task-name.js';

/** A minute before Slurm ends a trial for its time, it is told, and makes a checkpoint. */
const WARNING_SECONDS = 60;

export interface ArrayJob {
  /** The shell's command line of each task. */
  command: string;
  tasks: number;
  threads: number;
  /** The highest first. */
  priority: number;
  /** Where each task's output goes; `%a` is its index. */
  log: string;
  launcher: LauncherConfig;
}

/** @returns the array's number @throws UserError `slurm-refused` */
export async function submitArray(job: ArrayJob): Promise<string> {
  const sbatch = spawn('sbatch', optionsOf(job), { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(sbatch, 'close');
  sbatch.stdin.on('error', () => undefined).end(`#!/bin/sh\nexec ${job.command}\n`);
  const [answer, errors] = [text(sbatch.stdout), text(sbatch.stderr)];
  const code = await ended.then(([status]) => status as number | null, messageOf);
  const [array] = (await answer).trim().split(';');
  if (code === 0 && /^\d+$/.test(array)) return array;
  throw refused('sbatch', typeof code === 'string' ? code : await errors);
}

function optionsOf({ tasks, threads, priority, log, launcher }: ArrayJob): string[] {
  const { partition, gpus, time, sbatch } = launcher;
  return [
    '--parsable',
    `--array=0-${tasks - 1}`,
    '--requeue',
    '--open-mode=append',
    `--signal=B:USR2@${WARNING_SECONDS}`,
    `--job-name=ablate`,
    `--output=${log}`,
    `--cpus-per-task=${Math.max(1, threads)}`,
    // Slurm heeds it as far as it lets the user: below zero is an operator's right.
    ...(priority === 0 ? [] : [`--nice=${-priority}`]),
    ...(partition === null ? [] : [`--partition=${partition}`]),
    ...(gpus === 0 ? [] : [`--gpus=${gpus}`]),
    ...(time === null ? [] : [`--time=${time}`]),
    ...sbatch,
  ];
}

/** The state of every task of these arrays that Slurm still knows: `12_3` → `PENDING`, `RUNNING`, … */
export async function taskStates(arrays: readonly string[]): Promise<Map<string, string>> {
  if (arrays.length === 0) return new Map();
  // Without a format for it, squeue folds tasks that wait into one line: -r.
  const lines = await ask('squeue', ['-h', '-r', '-o', '%F_%K %T', '--jobs', arrays.join(',')]).catch(
    (error: unknown) => {
      // An array that is over for a while is unknown.
      if (messageOf(error).includes('Invalid job id')) return '';
      throw error;
    },
  );
  return new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as [string, string]),
  );
}

export async function cancelTask(task: SlurmTask): Promise<void> {
  await ask('scancel', [taskName(task)]);
}

/** Puts the job that this process belongs to back into the queue. */
export async function requeue(job: string): Promise<void> {
  await ask('scontrol', ['requeue', job]);
}

export function taskName({ array, index }: SlurmTask): string {
  return `${array}_${index}`;
}

async function ask(command: string, parameters: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(command, parameters, { maxBuffer: 2 ** 28 })).stdout;
  } catch (error) {
    throw refused(command, messageOf(error));
  }
}

function refused(command: string, problem: string): UserError {
  return new UserError(`${command} failed: ${problem.trim()}`, {
    code: 'slurm-refused',
    hint: 'is this a machine that Slurm jobs can be submitted from, and do the options of `launcher` exist there?',
  });
}
