import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../config/experiment.js';
import type { SweepDirectory } from '../sweep/sweep-store.js';
import type { Deliverable } from '../tracking/deliverable.js';
import { type RunTracking, track, type Tracking, trackRun } from './run-tracking.js';

/** Trials whose last events are still on their way; with more than these, new ones aren't followed. */
const MOST_PENDING = 64;

/** The way of a sweep to the MLflow server while it goes on: a run of its own, and one for each trial below it. */
export class SweepTracking {
  readonly #config: Experiment;
  readonly #say: (message: string) => void;
  readonly #sweep: Tracking;
  readonly #following = new Map<string, RunTracking>();
  readonly #pending = new Set<Promise<unknown>>();
  #left = 0;

  /**
   * @param sweep whose journal has begun
   * @param say shows a line to the user
   */
  constructor(config: Experiment, sweep: SweepDirectory, say: (message: string) => void) {
    this.#config = config;
    this.#say = sayOnce(say);
    this.#sweep = track(config, () => loadSweep(sweep), this.#say);
  }

  begun(runsDirectory: string, id: string): void {
    // On another machine it comes here when it has ended.
    if (this.#following.has(id) || !existsSync(join(runsDirectory, id))) return;
    if (this.#pending.size >= MOST_PENDING) {
      this.#left++;
      return;
    }
    const tracking = trackRun(this.#config, this.#say);
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

  /** Waits until all is delivered, or can't be. The sweep itself, whose journal has ended, comes last. */
  async finish(): Promise<void> {
    await Promise.all(this.#pending);
    if (await this.#sweep.finish()) this.#left++;
    if (this.#left > 0) this.#say(`MLflow: ${this.#left} runs aren't delivered in full: \`ablate sync\` does it`);
  }
}

/** Each run would say the same of the same server. */
function sayOnce(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (!said.has(message)) say(message);
    said.add(message);
  };
}

async function loadSweep(sweep: SweepDirectory): Promise<Deliverable> {
  const { DeliverableSweep } = await import('../sweep/deliverable-sweep.js');
  return new DeliverableSweep(sweep);
}
