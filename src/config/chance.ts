import { expand } from './schema/schema.js';
import type { DatasetConfig, Experiment, SweepConfig, TableSplitConfig } from './schema/experiment.generated.js';
import { testsFolds } from './tested-folds.js';
import { type Path, type Report, conflict } from './text/problems.js';

/** The largest seed, by the schema. */
const LARGEST_SEED = 2 ** 31 - 1;

/** Finds what can't be meant of seeds and of folds. */
export function checkChance(config: Experiment, report: Report): void {
  const folds = config.dataset.split?.folds ?? null;
  if (folds !== null) checkFolds(folds, config, report);
  checkTableSplit(config.dataset, report);
  if (config.sweep) checkSources(config, config.sweep, report);
}

/** Whether a part to draw for validation was asked for: a complete configuration always has the default. */
export function asksForPart({ validation_split: part }: DatasetConfig): boolean {
  return part !== expand({ $ref: '#/definitions/validation_split_key' }).default;
}

/** What can't be meant of a table's `split`. */
function checkTableSplit(dataset: DatasetConfig, report: Report): void {
  if (dataset.name !== 'table' || !dataset.split) return;
  const { split, target } = dataset;
  const at = (key: string): Path => ['dataset', 'split', key];
  // Grouped by the target, validation would have nothing but classes that training never saw.
  for (const [key, what, hint] of [
    ['group', 'the group', 'give a column whose rows belong together: a speaker, a patient, a house'],
    ['column', 'what says which rows are tested', 'give another column'],
  ] as const) {
    const name = split[key];
    if (name === null || !Object.hasOwn(target, name)) continue;
    report([at(key), ['dataset', 'target']], conflict(`${JSON.stringify(name)} is the target, and ${what} too`, hint));
  }
  for (const other of ['folds', 'group', 'column'] as const) {
    if (split.time === null || split[other] === null) continue;
    const hint = 'remove one of the two: by time, training is what came before';
    report([at(other), at('time')], conflict(`${other} beside a split by time`, hint));
  }
  checkWords(split, report);
}

const PARTS = ['train', 'validation', 'test'] as const;

/** Words of a column that says what rows are for. */
function checkWords(split: TableSplitConfig, report: Report): void {
  const stated = PARTS.filter((part) => split[part] !== null);
  const path = (...keys: (string | number)[]): Path => ['dataset', 'split', ...keys];
  if (stated.length === 0) return;
  if (split.column === null) {
    const hint = 'name it: split: { column: NAME, train: [...], test: [...] }';
    report([path(stated[0])], conflict(`words for ${stated[0]} without the column that they are in`, hint));
    return;
  }
  const lacking = PARTS.find((part) => part !== 'validation' && split[part] === null);
  if (lacking !== undefined) {
    const hint = `list its words for ${lacking} too: where any are listed, no others count`;
    report([path(stated[0])], conflict(`words of ${split.column} for ${stated.join(' and ')} alone`, hint));
  }
  const seen = new Map<string, string>();
  for (const part of stated) {
    (split[part] ?? []).forEach((word, index) => {
      const other = seen.get(String(word));
      if (other !== undefined && other !== part)
        report([path(part, index)], conflict(`${JSON.stringify(word)} is for ${other} and for ${part}`, 'remove one'));
      seen.set(String(word), part);
    });
  }
}

function checkFolds(folds: number, { dataset, training, sweep }: Experiment, report: Report): void {
  if (testsFolds(dataset)) checkTestedPart(dataset, report);
  else if (asksForPart(dataset)) {
    const message = `validation_split: ${dataset.validation_split} beside ${folds} folds, of which it changes nothing`;
    report(
      [
        ['dataset', 'validation_split'],
        ['dataset', 'split'],
      ],
      conflict(message, 'remove one of the two: of folds each validates once'),
    );
  }
  if (!sweep) return;
  const { seeds } = sweep;
  if (typeof seeds === 'object' && !Array.isArray(seeds)) {
    const hint = 'give a number of seeds: each is one cross-validation of every variant';
    report([['sweep', 'seeds'], ['dataset']], conflict('seeds that are added, beside folds', hint));
  } else checkLargest(folds, seeds, training.seed, report);
  const isSwept = Object.hasOwn(sweep.parameters, 'training.seeds.split');
  if ((training.seeds?.split ?? null) === null && !isSwept) return;
  const path: Path = isSwept ? ['sweep', 'parameters', 'training.seeds.split'] : ['training', 'seeds', 'split'];
  const hint = 'remove one of the two: a split with a seed of its own is one fold, whatever the run';
  report([path, ['dataset']], conflict('a seed of the split beside folds', hint));
}

/** A part to draw for the test, where folds are tested. */
function checkTestedPart(dataset: DatasetConfig, report: Report): void {
  if (dataset.name !== 'table') return;
  const { test_split: part } = dataset;
  if (part === expand({ $ref: '#/definitions/table' }).properties?.test_split.default) return;
  const message = `test_split: ${part} beside folds of whole groups, of which it changes nothing`;
  const hint = 'remove one of the two: of such folds each is tested once';
  report([['dataset', 'test_split'], ['dataset', 'split']], conflict(message, hint)); // prettier-ignore
}

/** Each seed of a sweep stands for as many runs as there are folds, numbered by `seed` × folds + fold. */
function checkLargest(folds: number, seeds: number[] | number, first: number, report: Report): void {
  const largest = Array.isArray(seeds) ? Math.max(...seeds) : first + seeds - 1;
  const most = Math.floor((LARGEST_SEED + 1) / folds) - 1;
  if (largest <= most) return;
  const message = `the seed ${largest} with ${folds} folds`;
  report([['sweep', 'seeds'], ['training']], { code: 'out-of-range', message, expected: `at most ${most}` });
}

/** A source of chance that the model and its data don't have. */
function checkSources({ augmentation, model }: Experiment, { parameters }: SweepConfig, report: Report): void {
  const keys = Object.keys(parameters);
  const absent = {
    augmentation: Object.keys(augmentation).length === 0 && !keys.some((key) => key.startsWith('augmentation')),
    dropout:
      !/"type":"(spatial_)?dropout|"dropout":(?!0[,}]|null)/.test(JSON.stringify(model.layers)) &&
      !keys.some((key) => key.startsWith('model')),
  };
  for (const [source, isAbsent] of Object.entries(absent)) {
    const key = `training.seeds.${source}`;
    if (!isAbsent || !keys.includes(key)) continue;
    const message = `${key} changes nothing: there is no ${source}`;
    report([['sweep', 'parameters', key], ['model']], conflict(message, `remove it, or add ${source}`));
  }
}
