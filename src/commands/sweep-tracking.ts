import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../config/experiment.js';
import { type RunTracking, trackRun } from './run-tracking.js';

/** Trials whose last events are still on their way; with more than these, new ones aren't followed. */
const MOST_PENDING = 64;

/** The way of a sweep's trials to the MLflow server, each as a run of its own, while the sweep goes on. */
export class SweepTracking {
  readonly #config: Experiment;
  readonly #say: (message: string) => void;
  readonly #following = new Map<string, RunTracking>();
  readonly #pending = new Set<Promise<unknown>>();
  readonly #said = new Set<string>();
  #left = 0;

  /** @param say shows a line to the user */
  constructor(config: Experiment, say: (message: string) => void) {
    this.#config = config;
    this.#say = say;
  }

  begun(runsDirectory: string, id: string): void {
    // On another machine it comes here when it has ended.
    if (this.#following.has(id) || !existsSync(join(runsDirectory, id))) return;
    if (this.#pending.size >= MOST_PENDING) {
      this.#left++;
      return;
    }
    // Each trial would say the same of the same server.
    const tracking = trackRun(this.#config, (message) => {
      if (!this.#said.has(message)) this.#say(message);
      this.#said.add(message);
    });
    tracking.created({ type: 'created', id, path: join(runsDirectory, id) });
    this.#following.set(id, tracking);
  }

  /** A trial has ended; the rest of it is delivered in the background. */
  ended(runsDirectory: string, id: string): void {
    this.begun(runsDirectory, id);
    const tracking = this.#following.get(id);
    if (!tracking) return;
    this.#following.delete(id);
    const finishing = tracking.finish().then((undelivered) => {
      this.#pending.delete(finishing);
      if (undelivered) this.#left++;
    });
    this.#pending.add(finishing);
  }

  /** Waits until all is delivered, or can't be. */
  async finish(): Promise<void> {
    await Promise.all(this.#pending);
    if (this.#left > 0) this.#say(`MLflow: ${this.#left} runs aren't delivered in full: \`ablate sync\` does it`);
  }
}
