import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../../config/schema/experiment.generated.js';
import type { SweepDirectory } from '../../sweep/sweep-store.js';
import { UserError } from '../../text/errors.js';
import { type FollowEnd, undeliveredOf } from '../../tracking/follow-end.js';
import type { Deliverable } from '../../tracking/deliverable.js';
import { type RunTracking, track, type Tracking, type TrackingListener, trackRun } from './run-tracking.js';
import { ablate } from '../../system/shell.js';

/** Trials whose last events are still on their way; with more than these, new ones aren't followed. */
const MOST_PENDING = 64;

/** The way of a sweep to the MLflow server while it is in progress: a run of its own, and one for each trial below it. */
export class SweepTracking {
  readonly #config: Experiment;
  readonly #directory: SweepDirectory;
  readonly #listener: TrackingListener;
  readonly #sweep: Tracking;
  readonly #following = new Map<string, RunTracking>();
  readonly #pending = new Set<Promise<unknown>>();
  readonly #undelivered = new Set<string>();
  #left = 0;

  /** @param sweep whose journal has begun */
  constructor(config: Experiment, sweep: SweepDirectory, { say, environment }: TrackingListener) {
    this.#config = config;
    this.#directory = sweep;
    this.#listener = { say: sayOnce(say), environment };
    this.#sweep = track(config, () => loadSweep(sweep), this.#listener);
  }

  begun(runsDirectory: string, id: string): void {
    // On another machine it comes here when it has ended.
    if (this.#following.has(id) || !existsSync(join(runsDirectory, id))) return;
    if (this.#pending.size >= MOST_PENDING) {
      this.#left++;
      return;
    }
    const tracking = trackRun(this.#config, this.#listener);
    tracking.created({ type: 'created', id, path: join(runsDirectory, id) });
    this.#following.set(id, tracking);
  }

  /** A trial has ended; the rest of it is delivered in the background. */
  ended(runsDirectory: string, id: string): void {
    this.begun(runsDirectory, id);
    const tracking = this.#following.get(id);
    if (!tracking) return;
    this.#following.delete(id);
    const finishing = tracking.finish().then((end) => {
      this.#pending.delete(finishing);
      this.#note(end);
    });
    this.#pending.add(finishing);
  }

  /** What of the sweep and its trials the server hasn't got, each reason once; known at the end. */
  get undelivered(): string[] {
    return [...this.#undelivered];
  }

  /** Waits until all is delivered, or can't be. The sweep itself, whose journal has ended, comes last. */
  async finish(): Promise<void> {
    await Promise.all(this.#pending);
    const end = await this.#sweep.finish();
    this.#note(end);
    const { say, environment } = this.#listener;
    if (this.#left > 0) {
      const left = `${this.#left === 1 ? "1 run isn't" : `${this.#left} runs aren't`} delivered in full`;
      this.#undelivered.add(left);
      say(`MLflow: ${left}: \`${ablate('sync')}\` does it`);
    }
    if (!end || !('delivered' in end)) return;
    say(`MLflow: ${await addressAt(this.#directory, end.delivered.url, environment)}`);
  }

  #note(end: FollowEnd | undefined): void {
    if (!end) return;
    for (const text of undeliveredOf(end)) this.#undelivered.add(text);
    const { say } = this.#listener;
    // Of a sweep's trials what is said of one is mostly said of all.
    if ('delivered' in end) for (const text of end.delivered.refused) say(`MLflow has refused ${text}`);
    else {
      this.#left++;
      say(`MLflow: ${end.error.message}${end.error.hint ? `\n${end.error.hint}` : ''}`);
    }
  }
}

/** Where the sweep's variants are compared; if that can't be had, where its run is. */
async function addressAt(sweep: SweepDirectory, url: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { clientFromEnvironment } = await import('../../tracking/mlflow/environment.js');
  const { comparisonAddress } = await import('./comparison-address.js');
  const client = clientFromEnvironment(environment);
  try {
    return client ? await comparisonAddress(client, sweep) : url;
  } catch (error) {
    if (error instanceof UserError) return url;
    throw error;
  } finally {
    client?.close();
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
  const { DeliverableSweep } = await import('../../sweep/deliverable-sweep.js');
  return new DeliverableSweep(sweep);
}
