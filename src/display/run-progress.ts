import { colors as pc } from '../text/visible.js';
import type { Job } from '../protocol/job.js';
import type { RunProgress } from '../protocol/events.js';
import type { LaunchEvent, RunWatchEvent } from '../protocol/watching.js';
import { ablate } from '../system/shell.js';
import type { FollowEnd } from '../tracking/follow-end.js';
import { counted } from '../text/words.js';
import { mainMetric } from '../text/main-metric.js';
import { EpochLines } from './epoch-lines.js';
import { bar, count, duration, percent, significant } from './format.js';
import { showLaunch } from './launch-events.js';
import { outputOn } from './output.js';
import { sparkline } from './sparkline.js';

/** Shows a run while it is in progress. */
export interface RunDisplay {
  onEvent: (event: RunWatchEvent) => void;
  /** Removes the line that changes. */
  clear: () => void;
}

/** On a terminal one line that changes and one for each epoch; elsewhere plain lines for the epochs alone. */
export function showRun(job: Job, stream: NodeJS.WriteStream): RunDisplay {
  const output = outputOn(stream);
  const launch = showLaunch(stream, output.print);
  const view = new RunView(job, stream.isTTY ? stream.columns : undefined);
  const clear = (): void => {
    launch.clear();
    output.clear();
  };
  return {
    onEvent: (event) => {
      if (event.type === 'notice' || event.type === 'install-progress') {
        launch.onEvent(event);
        return;
      }
      if (event.type === 'run-ended') clear();
      const { lines, status } = view.next(event);
      for (const line of lines) output.print(line);
      if (status) output.update(status);
    },
    clear,
  };
}

/** Where nothing says how wide a line may be. */
const LOG_WIDTH = 120;
/** A bar of fewer columns tells nothing. */
const LEAST_BAR = 8;

/** The first words, as many as fit in a line. */
function fittingWords(words: readonly string[], width: number): string[] {
  const fitting: string[] = [];
  for (const word of words) if ([...fitting, word].join('  ').length <= width) fitting.push(word);
  return fitting;
}

/** Where MLflow shows the run, and what it has refused; or why it hasn't all of it. */
function deliveryLines(end: FollowEnd): string[] {
  if ('delivered' in end) {
    const { url, refused } = end.delivered;
    return [...refused.map((text) => `MLflow has refused ${text}`), `MLflow: ${url}`];
  }
  const { error, pendingPoints } = end;
  const waiting = pendingPoints === null ? 'all of it waits' : `${counted(pendingPoints, 'metric point')} wait`;
  const hint = error.hint === undefined ? [] : [error.hint];
  return [`MLflow: ${error.message}; ${waiting} in the run: \`${ablate('sync')}\` delivers`, ...hint];
}

/** What is shown of a run's events, apart from where. */
class RunView {
  readonly #epochs: number;
  readonly #job: Job;
  readonly #lines: EpochLines;
  readonly #width: number;
  /** What is trained on: `images`. */
  readonly #rows: string;
  #stepsPerEpoch = 0;
  /** The metric whose course the changing line shows, and its values after each epoch. */
  #followed: string | undefined;
  readonly #course: number[] = [];

  /** @param width of the terminal; undefined elsewhere */
  constructor(job: Job, width = LOG_WIDTH) {
    const { epochs, metrics } = job.config.training;
    this.#job = job;
    this.#epochs = epochs;
    this.#width = width;
    this.#rows = job.config.dataset.name === 'table' ? 'rows' : 'images';
    const wanted = metrics.map((name) => `val_${name}`);
    this.#lines = new EpochLines({ epochs, wanted, width, rows: this.#rows });
  }

  next(progress: Exclude<RunWatchEvent, LaunchEvent>): { lines: string[]; status?: string } {
    switch (progress.type) {
      case 'run-ended': {
        const { status, error } = progress.summary;
        return { lines: error ? [`${pc.red(status)} ${error}`] : [] };
      }
      case 'delivery':
        return { lines: deliveryLines(progress.end) };
      case 'created':
        return { lines: [pc.bold(progress.id)], status: 'Starting TensorFlow' };
      case 'data-progress':
        return { lines: [], status: dataStatus(progress) };
      case 'ready':
        return { lines: readyLines(progress, this.#rows), status: 'Tracing the training step' };
      case 'compiled':
        this.#stepsPerEpoch = progress.stepsPerEpoch;
        return { lines: [] };
      case 'progress':
        return { lines: [], status: this.#trainingStatus(progress) };
      case 'epoch':
        this.#follow(progress.metrics);
        return { lines: this.#epochLines(progress), status: this.#afterEpoch(progress.epoch) };
      case 'resumed':
        return { lines: [`Resuming in epoch ${progress.epoch} after step ${progress.step}`] };
      case 'unfrozen':
        return {
          lines: [`From epoch ${progress.epoch} on ${progress.layers.join(', ')} ${are(progress.layers)} trained`],
        };
      case 'initialized':
        return { lines: initializedLines(progress) };
      case 'vectors': {
        const { layer, known, words, file } = progress;
        return { lines: [pc.dim(`${layer}: ${count(known)} of ${count(words)} words have vectors of ${file}`)] };
      }
      case 'pruned':
        return { lines: [pc.dim(`Pruned: ${count(progress.pruned)} of ${count(progress.weights)} kernel weights`)] };
      case 'warning':
        return { lines: [`${pc.yellow('warning')} ${progress.message}`] };
      case 'tested':
        return { lines: [] };
    }
  }

  #follow(metrics: Record<string, number>): void {
    this.#followed ??= mainMetric('val', (name) => Object.hasOwn(metrics, name));
    if (this.#followed !== undefined) this.#course.push(metrics[this.#followed] ?? NaN);
  }

  #trainingStatus(progress: Extract<RunProgress, { type: 'progress' }>): string {
    const { epoch, step, loss, accuracy, dice, mean_absolute_error: error, samplesPerSecond } = progress;
    const done = (epoch - 1 + step / this.#stepsPerEpoch) / this.#epochs;
    const samplesLeft = (1 - done) * this.#epochs * this.#stepsPerEpoch * this.#job.config.training.batch_size;
    const left = `${duration(samplesLeft / samplesPerSecond)} left`;
    const course = this.#followed === undefined ? [] : [`${this.#followed} ${sparkline(this.#course)}`];
    // What fits, the first to come first; the bar has what is left over.
    const words = [
      `Epoch ${epoch}/${this.#epochs}`,
      left,
      `loss ${significant(loss)}`,
      ...(accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`]),
      ...(dice === undefined ? [] : [`dice ${percent(dice)}`]),
      ...(error === undefined ? [] : [`mean_absolute_error ${significant(error)}`]),
    ];
    const told = fittingWords([...words, ...course, `${count(samplesPerSecond)} ${this.#rows}/s`], this.#width);
    const room = this.#width - told.join('  ').length - 2;
    return [
      told[0],
      ...(room >= LEAST_BAR ? [bar(step / this.#stepsPerEpoch, Math.min(24, room))] : []),
      ...told.slice(1),
    ].join('  ');
  }

  #epochLines(epoch: Extract<RunProgress, { type: 'epoch' }>): string[] {
    const lines = this.#lines.next(epoch);
    return lines.length > 1 ? [pc.dim(lines[0]), ...lines.slice(1)] : lines;
  }

  #afterEpoch(epoch: number): string {
    return epoch < this.#epochs ? `Epoch ${epoch + 1}/${this.#epochs}` : 'Scoring the test set';
  }
}

/** `Downloading cifar-10-binary.tar.gz: 12 of 170 MB`. */
export function dataStatus({
  step,
  subject,
  done,
  total,
  unit,
}: Extract<RunProgress, { type: 'data-progress' }>): string {
  const verbs: Record<string, string> = {
    download: 'Downloading',
    retry: 'Retrying',
    read: 'Reading',
    decode: 'Decoding',
  };
  return `${verbs[step] ?? step} ${subject}: ${unit === 'bytes' ? bytesDone(done, total) : `${done} of ${total} ${unit}`}`;
}

/** `12 of 170 MB`, `7 of 28 kB`. */
function bytesDone(done: number, total: number): string {
  const [size, name] = total < 1e6 ? [1e3, 'kB'] : [1e6, 'MB'];
  return `${count(done / size)} of ${count(total / size)} ${name}`;
}

function readyLines(ready: Extract<RunProgress, { type: 'ready' }>, rows: string): string[] {
  const { dataset, train, validation, test, parameters, device, version } = ready;
  const examples = [
    `${count(train)} training`,
    ...(validation > 0 ? [`${count(validation)} validation`] : []),
    `${count(test)} test ${rows}`,
  ];
  const engine = version.startsWith('tfjs') ? version : `TensorFlow ${version}`;
  return [pc.dim(`${dataset}: ${examples.join(', ')} · ${count(parameters)} parameters · ${engine} on ${device}`)];
}

function initializedLines({ from, taken, fresh }: Extract<RunProgress, { type: 'initialized' }>): string[] {
  const others = fresh.length > 0 ? `; fresh: ${fresh.join(', ')}` : '';
  return [pc.dim(`Initial weights of ${from}: ${taken.join(', ')}${others}`)];
}

function are(things: readonly string[]): string {
  return things.length === 1 ? 'is' : 'are';
}
