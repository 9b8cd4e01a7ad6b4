import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RandomStream } from '../../src/random.js';
import type { JournalEvent } from '../../src/tracking/journal-events.js';
import type { Workspace } from './program.js';

/** How often a run, and a sweep, is killed in the tests: 25 times together. */
export const KILLS = { run: 13, sweep: 12 };

/** Longer than an epoch of what is killed, so that a kill hits anywhere between two lines of output. */
const LONGEST_DELAY_MILLISECONDS = 500;

export interface KillOptions {
  random: RandomStream;
  /** How many lines it prints at least. */
  lines: number;
  /** Milliseconds. */
  longestDelay?: number;
}

/**
 * Starts the program, and kills it at a random moment: a while after one of its first lines of output, so that the moment
 * is as random on a slow machine as on a fast one.
 * @returns false when it had ended before
 */
export async function startAndKill(
  workspace: Workspace,
  parameters: string[],
  { random, lines, longestDelay = LONGEST_DELAY_MILLISECONDS }: KillOptions,
): Promise<boolean> {
  const line = random.below(lines);
  const delay = random.below(longestDelay);
  const withWorkers = random.below(2) === 1;
  const program = workspace.start(parameters);
  let printed = 0;
  const moment = new Promise<void>((resolve) => {
    program.onError((text) => {
      printed += text.split('\n').length - 1;
      if (printed > line) resolve();
    });
  });
  const ended = await Promise.race([
    program.result.then(() => true),
    moment.then(() => sleep(delay)).then(() => false),
  ]);
  if (ended) return false;
  const workers = withWorkers ? childrenOf(program.pid) : [];
  program.kill('SIGKILL');
  for (const worker of workers) killIfAlive(worker);
  const { code } = await program.result;
  return code === null;
}

/** Every metric point of a journal, without those that time decides: they must be the same however a run came about. */
export function pointsOf(journal: readonly JournalEvent[]): [step: number, name: string, value: number][] {
  return journal.flatMap((event) => {
    if (event.type !== 'metrics') return [];
    const values = Object.entries(event.values).filter(([name]) => name !== 'samples_per_second');
    return values.map(([name, value]): [number, string, number] => [event.step, name, value]);
  });
}

/** The ids of a process's children, as Linux lists them. */
export function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
