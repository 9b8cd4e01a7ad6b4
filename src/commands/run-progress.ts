import pc from 'picocolors';
import type { Job } from '../job.js';
import type { RunProgress } from '../run-events.js';
import type { Summary } from '../tracking/run-store.js';
import { bar, count, duration, percent, significant } from './format.js';
import { outputOn } from './output.js';

/** Shows a run while it goes on. */
export interface RunDisplay {
  onProgress: (progress: RunProgress) => void;
  /** A line for the user, between the others. */
  message: (text: string) => void;
  end: (summary: Summary) => void;
}

/** On a terminal one line that changes and one for each epoch; elsewhere plain lines for the epochs alone. */
export function showRun(job: Job, stream: NodeJS.WriteStream): RunDisplay {
  const output = outputOn(stream);
  const view = new RunView(job);
  return {
    onProgress: (progress) => {
      const { lines, status } = view.next(progress);
      for (const line of lines) output.print(line);
      if (status) output.update(status);
    },
    message: output.print,
    end: (summary) => {
      output.clear();
      if (summary.error) output.print(`${pc.red(summary.status)} ${summary.error}`);
    },
  };
}

/** What is shown of a run's events, apart from where. */
class RunView {
  readonly #epochs: number;
  readonly #job: Job;
  #stepsPerEpoch = 0;

  constructor(job: Job) {
    this.#job = job;
    this.#epochs = job.config.training.epochs;
  }

  next(progress: RunProgress): { lines: string[]; status?: string } {
    switch (progress.type) {
      case 'created':
        return { lines: [pc.bold(progress.id)], status: 'Starting TensorFlow' };
      case 'data-progress':
        return { lines: [], status: dataStatus(progress) };
      case 'ready':
        return { lines: readyLines(progress), status: 'Tracing the training step' };
      case 'compiled':
        this.#stepsPerEpoch = progress.stepsPerEpoch;
        return { lines: [] };
      case 'progress':
        return { lines: [], status: this.#trainingStatus(progress) };
      case 'epoch':
        return { lines: [this.#epochLine(progress)], status: this.#afterEpoch(progress.epoch) };
      case 'resumed':
        return { lines: [`Going on in epoch ${progress.epoch} after step ${progress.step}`] };
      case 'unfrozen':
        return {
          lines: [`From epoch ${progress.epoch} on ${progress.layers.join(', ')} ${are(progress.layers)} trained`],
        };
      case 'initialized':
        return { lines: initializedLines(progress) };
      case 'pruned':
        return { lines: [pc.dim(`Pruned: ${count(progress.pruned)} of ${count(progress.weights)} kernel weights`)] };
      case 'warning':
        return { lines: [`${pc.yellow('warning')} ${progress.message}`] };
      case 'tested':
        return { lines: [] };
    }
  }

  #trainingStatus({
    epoch,
    step,
    loss,
    accuracy,
    samplesPerSecond,
  }: Extract<RunProgress, { type: 'progress' }>): string {
    const done = (epoch - 1 + step / this.#stepsPerEpoch) / this.#epochs;
    const samplesLeft = (1 - done) * this.#epochs * this.#stepsPerEpoch * this.#job.config.training.batch_size;
    return [
      `Epoch ${epoch}/${this.#epochs}`,
      bar(step / this.#stepsPerEpoch),
      `loss ${significant(loss)}`,
      `accuracy ${percent(accuracy)}`,
      `${count(samplesPerSecond)} samples/s`,
      `${duration(samplesLeft / samplesPerSecond)} left`,
    ].join('  ');
  }

  #epochLine({ epoch, metrics, samplesPerSecond }: Extract<RunProgress, { type: 'epoch' }>): string {
    const shown = (name: string): string[] =>
      name in metrics
        ? [`${name} ${name.endsWith('accuracy') ? percent(metrics[name]) : significant(metrics[name])}`]
        : [];
    const width = String(this.#epochs).length;
    return [
      `Epoch ${String(epoch).padStart(width)}/${this.#epochs}`,
      ...['train_loss', 'train_accuracy', 'val_loss', 'val_accuracy'].flatMap(shown),
      `${count(samplesPerSecond)} samples/s`,
    ].join('  ');
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
  const amounts = unit === 'bytes' ? `${count(done / 1e6)} of ${count(total / 1e6)} MB` : `${done} of ${total} ${unit}`;
  return `${verbs[step] ?? step} ${subject}: ${amounts}`;
}

function readyLines(ready: Extract<RunProgress, { type: 'ready' }>): string[] {
  const { dataset, train, validation, test, parameters, device, version } = ready;
  const examples = [
    `${count(train)} training`,
    ...(validation > 0 ? [`${count(validation)} validation`] : []),
    `${count(test)} test images`,
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
