import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** An epoch's figures, as an engine's process answers them. */
export interface EpochAnswer {
  engine: string;
  samples_per_second: number;
  loss: number;
}

/** A process that trains an epoch for each line that it is sent, and answers with a line of JSON. */
export class EngineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, parameters: string[], env = process.env) {
    const errors = process.env.BENCH_DEBUG ? 'inherit' : 'ignore';
    this.#child = spawn(command, parameters, { env, stdio: ['pipe', 'pipe', errors] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next answer. */
  async answer<T>(): Promise<T> {
    const next = await this.#lines.next();
    if (next.done) throw new Error(`${this.#child.spawnfile} ended early (BENCH_DEBUG=1 shows what it printed)`);
    return JSON.parse(next.value) as T;
  }

  /** Trains one epoch. */
  epoch(engine: string): Promise<EpochAnswer> {
    this.#child.stdin.write(`${engine}\n`);
    return this.answer<EpochAnswer>();
  }

  close(): void {
    this.#child.kill();
  }
}
