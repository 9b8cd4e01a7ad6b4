import PQueue from 'p-queue';
import type { Job } from '../job.js';
import type { Engine } from '../tensorflow/engine.js';
import type { JobOptions, Outcome, Scheduler } from './scheduler.js';
import { WorkerProcess } from './worker-process.js';

/** Runs jobs in worker processes of this machine, which stay warm from one job to the next. */
export class LocalScheduler implements Scheduler {
  readonly #queue: PQueue;
  readonly #engine: Engine;
  readonly #idle: WorkerProcess[] = [];
  readonly #all = new Set<WorkerProcess>();

  /** @param concurrency how many jobs run at once */
  constructor(engine: Engine, concurrency: number) {
    this.#engine = engine;
    this.#queue = new PQueue({ concurrency });
  }

  run(job: Job, options: JobOptions): Promise<Outcome> {
    return this.#queue.add(() => this.#runNow(job, options));
  }

  close(): void {
    this.#queue.clear();
    for (const worker of this.#all) worker.close();
  }

  async #runNow(job: Job, options: JobOptions): Promise<Outcome> {
    const worker = this.#takeWorker();
    const outcome = await worker.do({ type: 'run', job }, options);
    if (worker.alive) this.#idle.push(worker);
    else this.#all.delete(worker);
    return outcome;
  }

  #takeWorker(): WorkerProcess {
    const warm = this.#idle.pop();
    if (warm?.alive) return warm;
    const worker = new WorkerProcess(this.#engine);
    this.#all.add(worker);
    return worker;
  }
}
