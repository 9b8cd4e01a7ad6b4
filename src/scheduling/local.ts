import PQueue from 'p-queue';
import { endRequestOf, type Job } from '../protocol/job.js';
import type { Engine } from '../tensorflow/engine.js';
import type { JobOptions, RunOutcome, Scheduler } from './scheduler.js';
import { trialId } from './trial-id.js';
import { UnderWay } from './under-way.js';
import { WorkerProcess } from './worker-process.js';

/** Runs jobs in worker processes of this machine, which stay warm from one job to the next. */
export class LocalScheduler implements Scheduler {
  readonly #queue: PQueue;
  readonly #engine: Engine;
  readonly #idle: WorkerProcess[] = [];
  readonly #all = new Set<WorkerProcess>();
  readonly #gpus: readonly string[];
  readonly #environment: NodeJS.ProcessEnv | undefined;
  readonly #underWay = new UnderWay();

  /**
   * @param concurrency how many jobs run at once
   * @param options.gpus as `CUDA_VISIBLE_DEVICES` names them; each worker has one of them to itself, as far as they go
   * @param options.environment of the workers; this process's unless given
   */
  constructor(
    engine: Engine,
    concurrency: number,
    { gpus = [], environment }: { gpus?: readonly string[]; environment?: NodeJS.ProcessEnv } = {},
  ) {
    this.#engine = engine;
    this.#gpus = gpus;
    this.#environment = environment;
    this.#queue = new PQueue({ concurrency });
  }

  run(job: Job, options: JobOptions): Promise<RunOutcome> {
    const id = trialId(job);
    const begin = (): Promise<RunOutcome> => this.#enqueue(job, options);
    return id === undefined ? begin() : this.#underWay.once(id, begin);
  }

  close(): void {
    this.#queue.clear();
    for (const worker of this.#all) worker.close();
  }

  #enqueue(job: Job, options: JobOptions): Promise<RunOutcome> {
    return this.#queue.add(() => this.#runNow(job, options), { priority: options.priority ?? 0 });
  }

  async #runNow(job: Job, options: JobOptions): Promise<RunOutcome> {
    if (options.signal?.aborted && endRequestOf(options.signal).status === 'KILLED') return { type: 'withdrawn' };
    const worker = this.#takeWorker();
    const outcome = await worker.do({ type: 'run', job }, options);
    if (worker.alive) this.#idle.push(worker);
    else this.#all.delete(worker);
    return outcome;
  }

  #takeWorker(): WorkerProcess {
    const warm = this.#idle.pop();
    if (warm?.alive) return warm;
    const worker = new WorkerProcess(this.#engine, { gpu: this.#leastUsedGpu(), environment: this.#environment });
    this.#all.add(worker);
    return worker;
  }

  #leastUsedGpu(): string | undefined {
    const used = [...this.#all].map(({ gpu }) => gpu);
    const uses = (gpu: string): number => used.filter((other) => other === gpu).length;
    return this.#gpus.toSorted((a, b) => uses(a) - uses(b)).at(0);
  }
}
