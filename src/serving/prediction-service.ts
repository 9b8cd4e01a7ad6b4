import { UserError } from '../text/errors.js';
import type { ColumnValues } from '../data/dataset.js';
import { type TableModel, isTableModel } from '../inference/table-model.js';
import type {
  DataSource,
  InferenceAnswers,
  InferenceTask,
  LoadedOn,
  OwnData,
  OwnRows,
  PredictedRows,
} from '../inference/tasks.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { Outcome } from '../scheduling/scheduler.js';
import { WorkerProcess } from '../scheduling/worker-process.js';
import type { Engine } from '../tensorflow/engine.js';

/** Larger batches are hardly faster, and keep those after them waiting. */
export const LARGEST_BATCH = 64;

const silent = { onProgress: () => undefined };

/** Told what the operator should know. */
export type OnEvent = (message: string) => void;

/** A model in a worker process, which is started anew when it dies. */
export class PredictionService<Model extends TrainedModel | TableModel> {
  readonly #engine: Engine;
  readonly #onEvent: OnEvent;
  #worker: WorkerProcess | undefined;
  #starting: Promise<WorkerProcess> | undefined;
  #restarts = 0;
  /** The batch that was asked last; never rejects. */
  #underWay: Promise<unknown> | undefined;

  constructor(
    engine: Engine,
    readonly model: Model,
    onEvent: OnEvent,
  ) {
    this.#engine = engine;
    this.#onEvent = onEvent;
  }

  /** Whether a loaded model waits for requests. */
  get isReady(): boolean {
    return this.#worker?.alive ?? false;
  }

  /** How often the worker was started after it had died. */
  get restarts(): number {
    return this.#restarts;
  }

  /** @throws UserError why the model can't be loaded */
  async start(): Promise<void> {
    this.#worker = await this.#startWorker();
  }

  /** What the model's own images look like. @throws UserError why they can't be read */
  async ownData(
    this: PredictionService<TrainedModel>,
    experiment: DataSource,
    wanted: { images: number; samples: number },
  ): Promise<OwnData> {
    const worker = await this.#liveWorker();
    return answer(await worker.do({ type: 'reference', model: this.model, experiment, ...wanted }, silent));
  }

  /** What the model's own rows look like. @throws UserError why they can't be read */
  async ownRows(
    this: PredictionService<TableModel>,
    experiment: DataSource,
    wanted: { rows: number; samples: number },
  ): Promise<OwnRows> {
    const worker = await this.#liveWorker();
    return answer(await worker.do({ type: 'reference-rows', model: this.model, experiment, ...wanted }, silent));
  }

  /**
   * Classifies a batch of images.
   * @param images [count, height, width, channels] @returns what the model says of each class, row-major [count, classes]
   * @throws UserError `worker-crashed`
   */
  async predict(this: PredictionService<TrainedModel>, images: Uint8Array): Promise<Float32Array> {
    return (await this.#ask({ type: 'predict', model: this.model, images })).values;
  }

  /**
   * What the model says of a batch of rows.
   * @param values of each of its inputs, as its kind reads them
   * @throws UserError `worker-crashed`
   */
  predictRows(
    this: PredictionService<TableModel>,
    count: number,
    values: readonly ColumnValues[],
  ): Promise<PredictedRows> {
    return this.#ask({ type: 'predict-rows', model: this.model, rows: { count, values } });
  }

  /**
   * Loads the model again, in a new worker, while the old one keeps answering; then changes over.
   * @throws UserError why it can't be loaded: the old one stays
   */
  async reload(): Promise<void> {
    const fresh = await this.#startWorker();
    const old = this.#worker;
    this.#worker = fresh;
    await this.#underWay;
    old?.close();
  }

  close(): void {
    this.#worker?.close();
  }

  /** One at a time; if the worker dies of it or before it, once more in a new one. */
  async #ask<Type extends InferenceTask['type']>(
    task: Extract<InferenceTask, { type: Type }>,
  ): Promise<InferenceAnswers[Type]> {
    const ask = async (): Promise<Outcome<InferenceAnswers[Type]>> => {
      const asked = (await this.#liveWorker()).do(task, silent);
      this.#underWay = asked;
      return asked;
    };
    const first = await ask();
    return answer(first.type === 'crashed' ? await ask() : first);
  }

  async #liveWorker(): Promise<WorkerProcess> {
    if (this.#worker?.alive) return this.#worker;
    this.#starting ??= this.#restart().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #restart(): Promise<WorkerProcess> {
    this.#restarts += 1;
    this.#onEvent('the worker has died; starting another');
    this.#worker = await this.#startWorker();
    return this.#worker;
  }

  async #startWorker(): Promise<WorkerProcess> {
    const worker = new WorkerProcess(this.#engine);
    try {
      answer<LoadedOn>(await load(worker, this.model));
      return worker;
    } catch (error) {
      worker.close();
      throw error;
    }
  }
}

/** A model of images, or of rows of a table. */
export type AnyService = PredictionService<TrainedModel> | PredictionService<TableModel>;

/** Whether it answers rows of a table; else images. */
export function isOfRows(service: AnyService): service is PredictionService<TableModel> {
  return isTableModel(service.model);
}

function load(worker: WorkerProcess, model: TrainedModel | TableModel): Promise<Outcome<LoadedOn>> {
  if (isTableModel(model)) return worker.do({ type: 'load-rows', model }, silent);
  return worker.do({ type: 'load', model, largestBatch: LARGEST_BATCH }, silent);
}

function answer<Answer>(outcome: Outcome<Answer>): Answer {
  switch (outcome.type) {
    case 'done':
      return outcome.answer;
    case 'failed': {
      const { message, code, hint } = outcome.error;
      throw new UserError(message, { code: code ?? 'prediction-failed', hint });
    }
    case 'crashed':
      throw new UserError(outcome.reason, { code: 'worker-crashed' });
  }
}
