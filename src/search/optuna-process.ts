import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Interface, createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UserError, messageOf } from '../text/errors.js';
import type { SearchSpace } from './search-space.js';
import { ablate } from '../system/shell.js';

/** A number that Optuna is asked for, or told. */
export interface Suggestion {
  name: string;
  space: SearchSpace;
  value: number;
}

/** How a trial ended, in Optuna's words. */
export type TrialState = 'COMPLETE' | 'PRUNED' | 'FAIL';

const SCRIPT = fileURLToPath(new URL('ask_tell.py', import.meta.url));
/** Lines of what Python wrote to its standard error that are shown if it fails. */
const KEPT_LINES = 20;

/** Optuna in a Python process of its own (`ask_tell.py`). Requests are answered one after another. */
export class OptunaProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  readonly #errors: string[] = [];
  /** Never fulfilled; rejected if the process can't be started. */
  readonly #failed: Promise<never>;

  private constructor(python: string) {
    // Python's own -I keeps the user's folder and variables out of what it imports.
    this.#child = spawn(python, ['-I', '-u', SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
    createInterface({ input: this.#child.stderr }).on('line', (line) => {
      this.#errors.push(line);
      if (this.#errors.length > KEPT_LINES) this.#errors.shift();
    });
    this.#failed = once(this.#child, 'error').then(([error]) => {
      throw this.#failure(messageOf(error));
    });
    // Whoever asks next is told.
    this.#failed.catch(() => undefined);
    // A process that has ended is found by its missing answer.
    this.#child.stdin.on('error', () => undefined);
  }

  /**
   * @param python an interpreter that has Optuna
   * @throws UserError `search-failed`
   */
  static async start(python: string, direction: 'minimize' | 'maximize'): Promise<OptunaProcess> {
    const optuna = new OptunaProcess(python);
    await optuna.#request({ op: 'open', direction });
    return optuna;
  }

  /** Begins a trial; what is suggested to it depends on the seed and on what was told before. */
  async ask(seed: number, sampler: 'tpe' | 'random'): Promise<number> {
    return (await this.#request({ op: 'ask', seed, sampler })).trial as number;
  }

  async suggest(trial: number, name: string, space: SearchSpace): Promise<number> {
    return (await this.#request({ op: 'suggest', trial, name, space })).value as number;
  }

  async tell(trial: number, state: TrialState, value: number | null): Promise<void> {
    await this.#request({ op: 'tell', trial, state, value });
  }

  /** Adds a trial that Optuna has not proposed, still to be told. */
  async add(parameters: readonly Suggestion[]): Promise<number> {
    return (await this.#request({ op: 'add', parameters })).trial as number;
  }

  /** Ends the process. */
  close(): void {
    this.#lines.close();
    this.#child.kill();
  }

  async #request(request: object): Promise<Record<string, unknown>> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await Promise.race([this.#answers.next(), this.#failed]);
    if (answer.done) throw this.#failure('it ended without an answer');
    return JSON.parse(answer.value) as Record<string, unknown>;
  }

  #failure(reason: string): UserError {
    const lines = [`the search by Optuna failed: ${reason}`, ...this.#errors.map((line) => `  ${line}`)];
    return new UserError(lines.join('\n'), {
      code: 'search-failed',
      hint: `what was trained is kept: \`${ablate('resume')}\` resumes the sweep; \`method: random\` needs no Python`,
    });
  }
}
