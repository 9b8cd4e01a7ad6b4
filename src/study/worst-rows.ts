import { dirname } from 'node:path';
import { mean } from '../analysis/statistics/describe.js';
import { loadExperiment } from '../config/load.js';
import { inputKind } from '../data/columns/kinds.js';
import type { Dataset, TaskOptions } from '../data/dataset.js';
import { loadDataset } from '../data/load.js';
import { valuesOfRow } from '../data/rows.js';
import { UserError } from '../text/errors.js';
import { readIdentity, readSummary, runDirectory } from '../tracking/run-store.js';
import { readPredictions } from './artifacts.js';
import { ifReadable } from './if-readable.js';
import type { StudyRun, StudyVariant, WorstRow } from './study.js';
import { testedRowsOf } from './tested-rows.js';

/** What is wrong with a row, before its values are known. */
type Wrong = Omit<WorstRow, 'cells'>;

/**
 * The test rows that a variant's runs get most wrong: of classes those that most take for another, of numbers those with the
 * greatest mean error. None where its data are gone or have changed.
 * @param count at most so many
 */
export async function worstRowsOf(
  variant: StudyVariant,
  count: number,
  { onProgress }: Pick<TaskOptions, 'onProgress'>,
): Promise<WorstRow[]> {
  const tested = variant.runs.filter(({ value }) => value !== null);
  const [first] = tested;
  const dataset = tested.length > 0 ? await rowsIfThere(first, onProgress) : null;
  if (!dataset) return [];
  const { classes } = dataset.target;
  const wrong = classes.length > 0 ? misread(tested, classes, count) : farOff(tested, variant, count);
  const known = wrong.filter(({ index }) => index < dataset.test.count);
  const cells = await cellsOf(dataset, known.map(({ index }) => index)); // prettier-ignore
  return known.map((row, place) => ({ ...row, cells: cells[place] }));
}

/** The test rows of a table; null where they are images, or aren't those that were tested. */
async function rowsIfThere(
  { directory, id }: StudyRun,
  onProgress: TaskOptions['onProgress'],
): Promise<Dataset | null> {
  const run = runDirectory(dirname(directory), id);
  const source = ifReadable(() => ({
    config: loadExperiment(run.config).config.dataset,
    baseDirectory: dirname(readIdentity(run).source ?? run.config),
    digest: readSummary(run)?.dataset_digest,
  }));
  if (source?.config.name !== 'table') return null;
  try {
    const dataset = await loadDataset(source.config, { baseDirectory: source.baseDirectory, onProgress });
    return dataset.digest === source.digest ? dataset : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function misread(runs: readonly StudyRun[], classes: readonly string[], count: number): Wrong[] {
  const all = runs.flatMap(({ directory }) => readPredictions(directory) ?? []);
  if (all.length === 0) return [];
  const [{ labels }] = all;
  const wrongBy = [...labels.keys()].map((index) => all.filter((each) => each.predictions[index] !== labels[index]));
  const sureness = (index: number): number => {
    const values = wrongBy[index].flatMap((each) => each.confidences?.[index] ?? []);
    return values.length === 0 ? 0 : mean(values);
  };
  const worst = [...labels.keys()].filter((index) => wrongBy[index].length > 0);
  worst.sort((a, b) => wrongBy[b].length - wrongBy[a].length || sureness(b) - sureness(a) || a - b);
  return worst.slice(0, count).map((index) => {
    const [{ predictions }] = wrongBy[index];
    const told = { truth: classes[labels[index]], prediction: classes[predictions[index]] };
    return { index, ...told, runs: wrongBy[index].length, tested: all.length };
  });
}

function farOff(runs: readonly StudyRun[], variant: StudyVariant, count: number): Wrong[] {
  const each = runs.flatMap((run) => testedRowsOf({ ...variant, runs: [run] }) ?? []);
  const numbers = each.flatMap(({ target }) =>
    target.type === 'numbers' && target.columns.length === 1 ? target.columns : [],
  );
  if (numbers.length === 0) return [];
  const [{ truth }] = numbers;
  const predicted = truth.map((_, index) => mean(numbers.map((column) => column.predicted[index])));
  const errorOf = (index: number): number =>
    mean(numbers.map((column) => Math.abs(column.predicted[index] - truth[index])));
  const errors = truth.map((_, index) => errorOf(index));
  const worst = [...truth.keys()].sort((a, b) => errors[b] - errors[a] || a - b).slice(0, count);
  return worst.map((index) => ({
    ...{ index, truth: truth[index], prediction: predicted[index], error: errors[index] },
    ...{ runs: numbers.length, tested: numbers.length },
  }));
}

/** Column → what stands there, of the inputs that can be told in words. */
async function cellsOf({ inputs, test }: Dataset, rows: readonly number[]): Promise<Record<string, string>[]> {
  const texts = (await test.texts?.(rows)) ?? [];
  return Promise.all(
    rows.map(async (row, place) => {
      const cells: Record<string, string> = {};
      for (const [index, column] of inputs.entries()) {
        // What is written of a value hangs on nothing that was learnt.
        const single = inputKind(column.type).single?.(column, undefined);
        if (!single) continue;
        // Of what a value doesn't tell, texts, the table does.
        const cell = single.write ? await single.write(valuesOfRow(test.inputs[index], row, test.count)) : texts[place];
        cells[column.name] = String(cell ?? '');
      }
      return cells;
    }),
  );
}
