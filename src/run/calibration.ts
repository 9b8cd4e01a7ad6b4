import type { Calibration, LocatedExperiment } from '../protocol/job.js';
import { loadDatasetOf } from './dataset.js';
import type { RunHooks } from './experiment.js';
import { type RunSetup, setUpRun, trainingInputs } from './setup.js';
import type { Runtime } from '../tensorflow/runtime.js';
import type { TrainingEvent } from '../training/events.js';
import { train } from '../training/trainer.js';

/** Calls into the engine that aren't counted: in the first, TensorFlow still plans how to run the program. */
const WARM_UP_CALLS = 2;
/** How long is measured, once warm. */
const MEASURED_SECONDS = 1;
/** Images that are evaluated: to warm up, then to be timed. */
const EVALUATED = { first: 500, then: 2000 };

/** Times the start of a run, its own training steps on its own data, and its evaluation; what is trained is let go. */
export async function calibrate(
  experiment: LocatedExperiment,
  start: () => Promise<Runtime>,
  hooks: RunHooks,
): Promise<Calibration> {
  const began = performance.now();
  const runtime = await start();
  const setup = setUpRun(experiment.config, await loadDatasetOf(experiment, hooks), runtime);
  try {
    const meter = await trainBriefly(experiment, setup, hooks);
    return {
      startSeconds: secondsBetween(began, meter.started),
      ...meter.result(),
      secondsPerEvaluatedImage: timeEvaluation(setup),
      // Node gives kibibytes.
      peakBytes: 1024 * process.resourceUsage().maxRSS,
      device: runtime.device,
    };
  } finally {
    setup.dispose();
  }
}

/** Trains as a run does, until enough is measured. */
async function trainBriefly({ config }: LocatedExperiment, setup: RunSetup, hooks: RunHooks): Promise<StepMeter> {
  const enough = new AbortController();
  const meter = new StepMeter(Math.min(config.training.batch_size, setup.train.length), setup.train.length);
  await train({
    config: config.training,
    ...trainingInputs(setup),
    signal: hooks.signal ? AbortSignal.any([hooks.signal, enough.signal]) : enough.signal,
    onEvent: (event) => {
      meter.observe(event);
      if (meter.isDone) enough.abort();
      hooks.onProgress(event);
    },
  });
  return meter;
}

/** Reads off a training's events how long its steps take. */
class StepMeter {
  /** When the first call had ended, on the clock of `performance.now`. */
  started = performance.now();
  readonly #batchSize: number;
  readonly #examples: number;
  readonly #calls: { steps: number; images: number; seconds: number }[] = [];
  #epoch = { steps: 0, images: 0, seconds: 0 };

  /** @param examples that are trained on in an epoch */
  constructor(batchSize: number, examples: number) {
    this.#batchSize = batchSize;
    this.#examples = examples;
  }

  observe(event: TrainingEvent): void {
    if (event.type === 'epoch') this.#epoch = { steps: 0, images: 0, seconds: 0 };
    if (event.type !== 'progress') return;
    if (this.#calls.length === 0) this.started = performance.now();
    const images = Math.min(event.step * this.#batchSize, this.#examples);
    const now = { steps: event.step, images, seconds: images / event.samplesPerSecond };
    this.#calls.push({
      steps: now.steps - this.#epoch.steps,
      images: now.images - this.#epoch.images,
      seconds: now.seconds - this.#epoch.seconds,
    });
    this.#epoch = now;
  }

  get isDone(): boolean {
    const warm = this.#calls.slice(WARM_UP_CALLS);
    return sum(warm.map(({ seconds }) => seconds)) >= MEASURED_SECONDS;
  }

  /** A training that was over before it was warm is measured as a whole. */
  result(): Pick<Calibration, 'secondsPerStep' | 'measuredSteps'> {
    const warm = this.#calls.slice(this.#calls.length > WARM_UP_CALLS ? WARM_UP_CALLS : 0);
    const secondsPerImage = sum(warm.map(({ seconds }) => seconds)) / sum(warm.map(({ images }) => images));
    return { secondsPerStep: secondsPerImage * this.#batchSize, measuredSteps: sum(warm.map(({ steps }) => steps)) };
  }
}

/** Seconds an image; where the first images take long, they say enough. */
function timeEvaluation({ train: examples, evaluator }: RunSetup): number {
  const time = (count: number): { total: number; perImage: number } => {
    const indices = examples.subarray(0, count);
    const began = performance.now();
    evaluator.evaluate(indices);
    const total = secondsBetween(began, performance.now());
    return { total, perImage: total / indices.length };
  };
  const first = time(EVALUATED.first);
  return first.total > MEASURED_SECONDS ? first.perImage : time(EVALUATED.then).perImage;
}

function secondsBetween(from: number, to: number): number {
  return (to - from) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
