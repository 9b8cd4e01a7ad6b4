import { inputKind } from '../data/columns/kinds.js';
import type { JsonCell } from '../data/columns/single-values.js';
import type { Dataset, Rows } from '../data/dataset.js';
import { selectRows, valuesOfRow } from '../data/rows.js';
import { splitDataset } from '../data/split.js';
import { sourceSeeds } from '../random.js';
import { loadDatasetOf } from '../run/dataset.js';
import type { InferenceHooks } from './hooks.js';
import { asKnown, requireSameColumns } from './known-columns.js';
import type { RowPredictor } from './row-predictor.js';
import type { TableModel } from './table-model.js';
import type { OwnRows, ReferenceRowsTask, RowSample } from './tasks.js';
import { type AnsweredRow, watchedOf } from './watched.js';

/** Validation rows, which the model wasn't fitted to; where there are none, training rows. */
export async function describeRows(
  { experiment, model, rows: most, samples }: ReferenceRowsTask,
  predictor: RowPredictor,
  hooks: InferenceHooks,
): Promise<OwnRows> {
  const dataset = await loadDatasetOf(experiment, hooks);
  requireSameColumns(dataset, model);
  const { config } = experiment;
  const split = splitDataset(dataset, { ...config.dataset, seed: sourceSeeds(config.training).split });
  const source = split.validation.length > 0 ? 'validation' : 'training';
  const chosen = (source === 'validation' ? split.validation : split.train).subarray(0, most);
  const rows = asKnown(dataset, selectRows(dataset.train, chosen), model);
  const answered = answeredRows(rows, predictor);
  const values = watchedOf(model).map(({ of }) => Float32Array.from(answered, of));
  return { reference: { source, count: rows.count, values }, samples: await samplesOf(dataset, rows, samples, model) };
}

function answeredRows(rows: Rows, predictor: RowPredictor): AnsweredRow[] {
  const outputs = predictor.predict(rows);
  const size = outputs.length / rows.count;
  return Array.from({ length: rows.count }, (_, row) => ({
    inputs: rows.inputs.map((values) => valuesOfRow(values, row, rows.count)),
    outputs: outputs.subarray(row * size, (row + 1) * size),
  }));
}

/** The first rows; of a target with classes, the first of each class. */
async function samplesOf(
  { target }: Pick<Dataset, 'target'>,
  rows: Rows,
  count: number,
  { inputs }: TableModel,
): Promise<RowSample[]> {
  const columns = inputs.map(({ column, preparation }) => {
    return { name: column.name, write: inputKind(column.type).single?.(column, preparation).write };
  });
  // What only the table tells can be told of one column.
  if (columns.filter(({ write }) => write === undefined).length > (rows.texts ? 1 : 0)) return [];
  const shown = firstRows(rows, target, count);
  const texts = (await rows.texts?.(shown)) ?? [];
  return Promise.all(
    shown.map(async (row, place) => {
      const cells = columns.map(async ({ name, write }, input): Promise<[string, JsonCell]> => {
        return [name, write ? await write(valuesOfRow(rows.inputs[input], row, rows.count)) : texts[place]];
      });
      return { truth: truthOf(rows, row, target), row: Object.fromEntries(await Promise.all(cells)) };
    }),
  );
}

/** Of a target with classes the first row of each class, then the second, and so on. */
function firstRows({ target, count: rows }: Rows, { type }: Dataset['target'], count: number): number[] {
  const all = [...Array(rows).keys()];
  if (type !== 'category' && type !== 'binary') return all.slice(0, count);
  const seen = new Map<number, number>();
  const turn = all.map((row) => {
    const before = seen.get(target[row]) ?? 0;
    seen.set(target[row], before + 1);
    return before;
  });
  const chosen = all.sort((a, b) => turn[a] - turn[b] || a - b).slice(0, count);
  return chosen.sort((a, b) => target[a] - target[b] || a - b);
}

/** What the target is, in words. */
function truthOf({ target, count }: Rows, row: number, { type, classes, columns }: Dataset['target']): string {
  const size = target.length / count;
  const values = Array.from(target.subarray(row * size, (row + 1) * size));
  if (type === 'category' || type === 'binary') return classes[values[0]];
  if (type === 'multi_label') return classes.filter((_, label) => values[label] === 1).join(', ') || 'none';
  return values.map((value, place) => [...(columns ? [columns[place]] : []), String(value)].join(' ')).join(', ');
}
