import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type JournalEvent } from '../../src/tracking/journal-events.js';
import { readJournal } from '../../src/tracking/journal.js';
import { sweepIds } from '../../src/sweep/sweep-store.js';
import { type Summary, readSummary, runDirectory } from '../../src/tracking/run-store.js';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ProgramResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A user's folder, in which the real program is run. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'ablate-test-'));

  /** @param atEnd calls what it is given when the folder isn't needed any more; outside of a test, `afterAll` */
  constructor(atEnd: (cleanUp: () => void) => void = onTestFinished) {
    atEnd(() => {
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Writes an experiment file; returns its name. */
  write(name: string, text: string): string {
    writeFileSync(join(this.folder, name), text);
    return name;
  }

  /**
   * Runs `ablate` as a user would, without a terminal.
   * @param before commands of a shell that it is then started from: limits
   */
  ablate(parameters: string[], environment: NodeJS.ProcessEnv = {}, before?: string): Promise<ProgramResult> {
    return this.start(parameters, environment, before).result;
  }

  /** Likewise, with the process at hand. */
  start(
    parameters: string[],
    environment: NodeJS.ProcessEnv = {},
    before = ':',
  ): {
    result: Promise<ProgramResult>;
    kill: (signal: NodeJS.Signals) => void;
    /** Told what it writes to its standard error. */
    onError: (listener: (text: string) => void) => void;
    /** Resolves when its standard error has this text. */
    whenSaid: (text: string) => Promise<void>;
    pid: number;
    /** What it has written so far. */
    stdout: () => string;
  } {
    const env = { ...process.env, MLFLOW_TRACKING_URI: undefined, NO_COLOR: '1', ...environment };
    const child = spawn(
      '/bin/bash', // by its path: a test may take PATH away
      ['-c', `${before}; exec "$0" "$@"`, process.execPath, resolve(root, 'bin/ablate.js'), ...parameters],
      { cwd: this.folder, env },
    );
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    const result = new Promise<ProgramResult>((done) => {
      child.on('close', (code) => {
        done({ code, ...output });
      });
    });
    return {
      result,
      kill: (signal) => child.kill(signal),
      onError: (listener) => child.stderr.on('data', listener),
      whenSaid: async (text) => {
        while (!output.stderr.includes(text)) {
          if (child.exitCode !== null) throw new Error(`it ended before it said "${text}":\n${output.stderr}`);
          await sleep(20);
        }
      },
      pid: child.pid ?? 0,
      stdout: () => output.stdout,
    };
  }

  /** The ids of the runs on disk, oldest first. */
  runs(directory = 'runs'): string[] {
    const folder = join(this.folder, directory);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.') && name !== 'sweeps')
      .sort();
  }

  /** The ids of the sweeps on disk. */
  sweeps(directory = 'runs'): string[] {
    return sweepIds(join(this.folder, directory));
  }

  summary(id: string, directory = 'runs'): Summary {
    const summary = readSummary(runDirectory(join(this.folder, directory), id));
    if (!summary) throw new Error(`run ${id} has no summary`);
    return summary;
  }

  journal(id: string, directory = 'runs'): JournalEvent[] {
    return readJournal(join(this.folder, directory, id, 'journal.jsonl'));
  }

  read(...path: string[]): Buffer {
    return readFileSync(join(this.folder, ...path));
  }
}
