import { metricNumbers, count } from './format.js';
import { unitOf } from '../text/metric-unit.js';

/** What is told of an epoch, beside its number. */
interface EpochColumn {
  title: string;
  text: (epoch: EpochValues) => string;
}

/** What an epoch came to. */
export interface EpochValues {
  epoch: number;
  metrics: Record<string, number>;
  samplesPerSecond: number;
}

const GAP = '  ';
/** Room for `1.234e-7`, `100.00`. */
const LEAST_WIDTH = 8;

/** The epochs of a run as the lines of a table that grows: one heading, then a line an epoch. */
export class EpochLines {
  readonly #epochs: number;
  readonly #width: number;
  readonly #wanted: readonly string[];
  #columns: EpochColumn[] | undefined;

  /**
   * @param epochs in all
   * @param wanted further metrics that are shown as far as there is room
   * @param width of the terminal, in columns
   */
  constructor(epochs: number, wanted: readonly string[], width: number) {
    this.#epochs = epochs;
    this.#wanted = wanted;
    this.#width = width;
  }

  /** The lines that an epoch adds; before the first stand the titles. */
  next(epoch: EpochValues): string[] {
    const isFirst = this.#columns === undefined;
    const columns = (this.#columns ??= this.#fitting(epoch));
    const row = columns.map(({ title, text }) => text(epoch).padStart(widthOf(title))).join(GAP);
    return isFirst ? [columns.map(({ title }) => title.padStart(widthOf(title))).join(GAP), row] : [row];
  }

  #fitting({ metrics }: EpochValues): EpochColumn[] {
    const digits = String(this.#epochs).length;
    const place: EpochColumn = {
      title: 'EPOCH',
      text: ({ epoch }) => `${String(epoch).padStart(digits)}/${this.#epochs}`,
    };
    const names = [
      'train_loss',
      'train_accuracy',
      'train_mean_absolute_error',
      'val_loss',
      'val_accuracy',
      ...this.#wanted,
    ];
    const told = [...new Set(names)].filter((name) => name in metrics).map(metricColumn);
    const speed: EpochColumn = { title: 'IMAGES/S', text: ({ samplesPerSecond }) => count(samplesPerSecond) };
    let room = this.#width + GAP.length;
    return [place, ...told, speed].filter(({ title }) => {
      const needed = widthOf(title) + GAP.length;
      if (needed <= room) room -= needed;
      else return false;
      return true;
    });
  }
}

function metricColumn(name: string): EpochColumn {
  const unit = unitOf(name).ofValue.trim();
  const title = name
    .replaceAll('_', ' ')
    .replace('accuracy', 'acc')
    .replace('mean absolute error', 'mae')
    .toUpperCase();
  return {
    title: unit === '' ? title : `${title} ${unit}`,
    text: ({ metrics }) => metricNumbers(name, [metrics[name] ?? null])[0],
  };
}

function widthOf(title: string): number {
  return Math.max(LEAST_WIDTH, title.length);
}
