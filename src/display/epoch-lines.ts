import { metricNumbers, count } from './format.js';
import { MAIN_SCORES } from '../text/main-metric.js';
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

interface EpochLinesOptions {
  /** In all. */
  epochs: number;
  /** Further metrics that are shown as far as there is room. */
  wanted: readonly string[];
  /** Of the terminal, in columns. */
  width: number;
  /** What is trained on: `images`. */
  rows: string;
}

const GAP = '  ';
/** Room for `1.234e-7`, `100.00`. */
const LEAST_WIDTH = 8;

/** The epochs of a run as the lines of a table that grows: one heading, then a line an epoch. */
export class EpochLines {
  readonly #options: EpochLinesOptions;
  #columns: EpochColumn[] | undefined;

  constructor(options: EpochLinesOptions) {
    this.#options = options;
  }

  /** The lines that an epoch adds; before the first stand the titles. */
  next(epoch: EpochValues): string[] {
    const isFirst = this.#columns === undefined;
    const columns = (this.#columns ??= this.#fitting(epoch));
    const row = columns.map(({ title, text }) => text(epoch).padStart(widthOf(title))).join(GAP);
    return isFirst ? [columns.map(({ title }) => title.padStart(widthOf(title))).join(GAP), row] : [row];
  }

  #fitting({ metrics }: EpochValues): EpochColumn[] {
    const { epochs, wanted, width, rows } = this.#options;
    const digits = String(epochs).length;
    const place: EpochColumn = {
      title: 'EPOCH',
      text: ({ epoch }) => `${String(epoch).padStart(digits)}/${epochs}`,
    };
    const trained = MAIN_SCORES.map((name) => `train_${name}`);
    const names = ['train_loss', ...trained, 'val_loss', 'val_accuracy', 'val_dice', ...wanted];
    const told = [...new Set(names)].filter((name) => name in metrics).map(metricColumn);
    const speed: EpochColumn = {
      title: `${rows}/s`.toUpperCase(),
      text: ({ samplesPerSecond }) => count(samplesPerSecond),
    };
    let room = width + GAP.length;
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
