import { answerQuestion } from '../../src/analysis/answer.js';
import { variantTitles } from '../../src/config/sweep/words.js';
import type { Json } from '../../src/config/text/tree.js';
import { randomStream } from '../../src/random.js';
import type { Factor, Study, StudyRun, StudyVariant } from '../../src/study/study.js';
import type { RunStatus } from '../../src/tracking/journal-events.js';

/** Only so many variants are compared: what is asked for here is how many can be drawn. */
const MOST_COMPARED = 20;

export interface StudyWishes {
  /** Dotted key → its levels; the variants are the grid. */
  grid: Record<string, Json[]>;
  seeds?: number;
  epochs?: number;
  /** How a run ended; FINISHED unless told. @param variant its position */
  statusOf?: (variant: number, seed: number) => RunStatus;
  changes?: Partial<Study>;
}

/** A study as `gatherStudy` would gather it, of runs that were never trained: for shapes that training would take hours for. */
export function inventStudy({ grid, seeds = 5, epochs = 6, statusOf, changes = {} }: StudyWishes): Study {
  const keys = Object.keys(grid);
  const variants = variantsOf(grid).map((values, position) => {
    const name = keys.map((key) => `${key.split('.').at(-1) ?? ''}=${JSON.stringify(values[key])}`).join(' ');
    const runs = Array.from({ length: seeds }, (_, seed) =>
      inventRun({ values, position, seed, epochs, status: statusOf?.(position, seed) ?? 'FINISHED' }),
    );
    return { name: name || 'baseline', values, runs, cost: inventCost(position), confusion: inventConfusion(position) };
  });
  const titles = variantTitles(variants.map(({ name: label, values }) => ({ label, values })));
  const metric = { name: 'val_accuracy', goal: 'maximize' } as const;
  const question = 'Does pooling by maximum beat pooling by average, and does the kernel size matter?';
  const answer =
    variants.length < 2
      ? null
      : answerQuestion({
          question,
          metric,
          variants: variants.slice(0, MOST_COMPARED).map((one, i) => ({ ...asAnswerVariant(one), title: titles[i] })),
          margin: 0.002,
        });
  return {
    title: 'invented',
    question,
    metric,
    answer,
    variants,
    factors: keys.map((key, position) => inventFactor(key, grid[key], variants, position)),
    interactions: inventInteractions(grid, variants),
    models: null,
    misclassified: [],
    origin: {
      ids: ['sweep-invented'],
      commands: ['ablate run experiments/invented.yaml'],
      versions: { ablate: '0.1.0', tensorflow: ['2.21.0'], node: '20.20.2' },
      devices: ['CPU'],
      started: '2026-11-24T10:00:00.000Z',
      ended: '2026-11-24T10:42:00.000Z',
    },
    ...changes,
  };
}

function variantsOf(grid: Record<string, Json[]>): Record<string, Json>[] {
  return Object.entries(grid).reduce<Record<string, Json>[]>(
    (variants, [key, levels]) => variants.flatMap((variant) => levels.map((level) => ({ ...variant, [key]: level }))),
    [{}],
  );
}

interface RunWishes {
  values: Record<string, Json>;
  position: number;
  seed: number;
  epochs: number;
  status: RunStatus;
}

function inventRun({ values, position, seed, epochs, status }: RunWishes): StudyRun {
  const random = randomStream(seed, `study/${position}`);
  const level = 0.97 + 0.012 * Math.sin(position) + 0.002 * (random.uniform() - 0.5);
  const reached = status === 'FINISHED' ? epochs : Math.ceil(epochs / 2);
  const curve = (end: number, start: number) =>
    Array.from({ length: reached }, (_, i) => ({
      epoch: i + 1,
      value: end + (start - end) * Math.exp(-1.1 * (i + 1)),
    }));
  const value = status === 'FAILED' ? null : level;
  return {
    id: `invented-${position}-${seed}`,
    seed,
    status,
    value,
    metrics: value === null ? {} : { val_accuracy: value, test_accuracy: value - 0.003, val_loss: 4 * (1 - value) },
    differences: values,
    curves:
      epochs === 0
        ? {}
        : {
            train_accuracy: curve(level + 0.01, 0.3),
            val_accuracy: curve(level, 0.4),
            train_loss: curve(3 * (1 - level), 2),
            val_loss: curve(4 * (1 - level), 1.8),
          },
    epochs: reached,
    trainingSeconds: 8 + position + random.uniform(),
    samplesPerSecond: 9000 - 100 * position,
    error: status === 'FAILED' ? 'the loss is NaN' : null,
    directory: `/nowhere/invented-${position}-${seed}`,
  };
}

function inventCost(position: number) {
  return { parameters: 20_000 * (1 + position), flops: 1.5e6 * 2 ** (position % 5), trainingSeconds: 8 + position };
}

function inventConfusion(position: number) {
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const counts = classes.map((_, row) =>
    classes.map((_, column) => (row === column ? 980 - position : (row * 7 + column * 3) % 5)),
  );
  return { classes, counts };
}

function asAnswerVariant({ name, runs }: Pick<StudyVariant, 'name' | 'runs'>) {
  const finished = runs.filter(({ status, value }) => status === 'FINISHED' && value !== null);
  const pruned = runs.filter(({ status }) => status === 'PRUNED').length;
  return {
    name,
    values: new Map(finished.map(({ seed, value }) => [seed, value ?? 0])),
    leftOut: { failed: runs.length - finished.length - pruned, pruned },
  };
}

function meanOf(variants: readonly StudyVariant[], where: Record<string, Json>): number {
  const chosen = variants.filter(({ values }) => Object.entries(where).every(([key, level]) => values[key] === level));
  const numbers = chosen.flatMap(({ runs }) => runs.flatMap(({ value }) => value ?? []));
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function inventFactor(key: string, levels: Json[], variants: StudyVariant[], position: number): Factor {
  return {
    key,
    levels: levels.map((value) => {
      const mean = meanOf(variants, { [key]: value });
      return { value, n: 10, mean, interval: { lower: mean - 0.001, upper: mean + 0.001 } };
    }),
    importance: 0.6 / (position + 1),
    pValue: 0.004 * (position + 1),
  };
}

function inventInteractions(grid: Record<string, Json[]>, variants: StudyVariant[]) {
  const keys = Object.keys(grid);
  return keys.flatMap((first, i) =>
    keys.slice(i + 1).map((second) => ({
      factors: [first, second] as [string, string],
      importance: 0.05,
      pValue: 0.2,
      means: grid[first].map((a) => grid[second].map((b) => meanOf(variants, { [first]: a, [second]: b }))),
    })),
  );
}

/** A PNG of one white pixel. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTqBsQAAAABJRU5ErkJggg==',
  'base64',
);

/** A study whose names are long and hold what a page or a picture could take for its own. */
export function hostileStudy(): Study {
  const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;
  const long = 'a value with more words in it than anyone would type, but a program might';
  return inventStudy({
    grid: { [`model.${evil}`]: [evil, long, 'x'.repeat(90)], 'training.pooling': ['max', evil] },
    statusOf: (variant) => (variant === 0 ? 'FAILED' : 'FINISHED'),
    changes: { question: evil, title: evil },
  });
}
