import type { CategoryColumn } from '../data/columns/category.js';
import type { Dataset, InputColumn, Rows, TargetColumn } from '../data/dataset.js';
import { translatedInputs } from '../data/inputs.js';
import { UserError } from '../text/errors.js';
import type { TableModel } from './table-model.js';

/** Rows of a dataset as the model knows their values. */
export function asKnown(dataset: Pick<Dataset, 'inputs'>, rows: Rows, model: TableModel): Rows {
  const known = knownInputs(dataset, model);
  const values = known.map(({ place }) => rows.inputs[place]);
  const from = known.map(({ column }) => column);
  const to = model.inputs.map(({ column }) => column);
  return { ...rows, inputs: translatedInputs(values, from, to) };
}

/** Of a dataset's inputs those that the model takes, by their names; all of them, where it has others. */
function knownInputs(
  { inputs }: Pick<Dataset, 'inputs'>,
  model: TableModel,
): readonly { column: InputColumn; place: number }[] {
  const all = inputs.map((column, place) => ({ column, place }));
  const known = model.inputs.map(({ column: { name } }) => all.find(({ column }) => column.name === name));
  return known.includes(undefined) ? all : known.flatMap((input) => (input ? [input] : []));
}

/** @throws UserError `dataset-mismatch` that says what differs */
export function requireSameColumns(dataset: Dataset, model: TableModel): void {
  const { target, source } = dataset;
  const theirs = [...knownInputs(dataset, model).map(({ column }) => column), target].map(described);
  const ours = [...model.inputs.map(({ column }) => column), model.target.column].map(described);
  const different = ours.findIndex((column, index) => column !== theirs.at(index));
  if (different < 0 && theirs.length === ours.length) return;
  const index = different < 0 ? ours.length : different;
  const [has, takes] = [theirs, ours].map((columns) => columns.at(index) ?? 'nothing more');
  throw new UserError(`${source} doesn't fit ${model.name}: it has ${has}, and the model takes ${takes}`, {
    code: 'dataset-mismatch',
    hint: 'give an experiment file whose dataset has the same columns, categories and classes: --dataset FILE',
  });
}

/** A column with all that a model counts on: the same words mean the same values. */
function described(column: InputColumn | TargetColumn): string {
  const { name, type } = column;
  const shape = column.shape ? [column.shape.join('×')] : [];
  const words = 'classes' in column ? column.classes : ((column as Partial<CategoryColumn>).categories ?? []);
  return `${name} (${[type, ...shape, words.join(', ')].filter((part) => part !== '').join(': ')})`;
}
