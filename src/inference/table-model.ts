import { join } from 'node:path';
import { inputKind, targetKind } from '../data/columns/kinds.js';
import { inputKinds, targetKinds } from '../data/columns/kinds.generated.js';
import type { InputColumn, TargetColumn } from '../data/dataset.js';
import type { FittedInput, FittedTarget, TensorColumns } from '../data/fitted.js';
import { requirePixels } from '../data/limits.js';
import { UserError } from '../text/errors.js';
import { ablate } from '../system/shell.js';
import type { ModelPlace } from './model-place.js';

/** A model of rows of a table: what can be known of it without loading it. */
export interface TableModel extends ModelPlace {
  inputs: FittedInput[];
  /** Which of them are which of the tensors that the model takes, in its order. */
  tensors: TensorColumns;
  target: FittedTarget;
  /** Of a target that has them. */
  classes: readonly string[];
  /** The activation that gives its outputs: `softmax`, `sigmoid`. */
  endsIn: string;
  /** What it was trained on. */
  dataset: { name: string; digest: string };
}

/** Whether a model takes rows of a table; else it takes images and tells their classes. */
export function isTableModel(model: ModelPlace): model is TableModel {
  return 'inputs' in model;
}

/**
 * The model of rows that its file describes.
 * @param saved what was kept with it
 * @param endsIn see `TableModel`
 * @throws UserError `model-invalid`
 */
export function tableModel(place: ModelPlace, saved: object, endsIn: string): TableModel {
  if (!isComplete(saved)) {
    throw new UserError(`${join(place.directory, 'model.json')} doesn't say what columns it takes and what it tells`, {
      code: 'model-invalid',
      hint: `give a run of those that \`${ablate('ls')}\` lists`,
    });
  }
  for (const { column } of saved.inputs) requireSize(place, column.shape);
  const { inputs, target, dataset, tensors = [[...inputs.keys()]] } = saved;
  return { ...place, inputs, tensors, target, classes: target.column.classes, endsIn, dataset };
}

/** Images are made in the size that the file claims. */
function requireSize({ directory }: ModelPlace, [height, width = 1]: readonly number[]): void {
  const hint = `give a run of those that \`${ablate('ls')}\` lists`;
  requirePixels({ height, width }, `${directory} takes images of`, { code: 'model-invalid', hint });
}

type Saved = Pick<TableModel, 'inputs' | 'target' | 'dataset'> & Partial<Pick<TableModel, 'tensors'>>;

/** Whatever a file may claim. */
function isComplete(saved: object): saved is Saved {
  const { inputs, target, dataset, tensors } = saved as Record<string, unknown>;
  return (
    Array.isArray(inputs) &&
    inputs.length > 0 &&
    inputs.every(isInput) &&
    areTensors(tensors, inputs.length) &&
    isTarget(valueAt(target, 'column')) &&
    areThresholds(valueAt(target, 'thresholds'), valueAt(target, 'column') as TargetColumn) &&
    areScales(valueAt(target, 'scale'), valueAt(target, 'column') as TargetColumn) &&
    typeof valueAt(dataset, 'digest') === 'string'
  );
}

function isInput(input: unknown): boolean {
  const column = valueAt(input, 'column');
  if (!isColumn(column, inputKinds, 'shape', isSize)) return false;
  const known = column as InputColumn;
  return inputKind(known.type).isFitted(known, valueAt(input, 'preparation'));
}

/** None, for a single one of all inputs; else of each the places of its columns. */
function areTensors(tensors: unknown, inputs: number): boolean {
  const isPlace = (place: unknown): boolean => Number.isInteger(place) && Number(place) >= 0 && Number(place) < inputs;
  const isTensor = (columns: unknown): boolean =>
    Array.isArray(columns) && columns.length > 0 && columns.every(isPlace);
  return tensors === undefined || (Array.isArray(tensors) && tensors.length > 0 && tensors.every(isTensor));
}

/** None; of a binary target one, of labels one each. */
function areThresholds(thresholds: unknown, { type, classes }: TargetColumn): boolean {
  if (thresholds === undefined) return true;
  const count = type === 'binary' ? 1 : type === 'multi_label' ? classes.length : 0;
  return Array.isArray(thresholds) && thresholds.length === count && thresholds.every(Number.isFinite);
}

/** One; of several columns, as many. */
function areScales(scale: unknown, { columns }: TargetColumn): boolean {
  const isScale = (each: unknown): boolean =>
    [valueAt(each, 'mean'), valueAt(each, 'standardDeviation')].every(Number.isFinite);
  if (columns === undefined) return isScale(scale);
  return Array.isArray(scale) && scale.length === columns.length && scale.every(isScale);
}

function isTarget(column: unknown): boolean {
  if (!isColumn(column, targetKinds, 'classes', (name) => typeof name === 'string')) return false;
  const { type, classes, columns } = column as TargetColumn;
  const areNames =
    columns === undefined || (Array.isArray(columns) && columns.every((name) => typeof name === 'string'));
  const isOfSize = type !== 'mask' || areSides(valueAt(column, 'shape'));
  return areNames && isOfSize && targetKind(type).areClasses(classes);
}

/** [height, width] */
const areSides = (shape: unknown): boolean => Array.isArray(shape) && shape.length === 2 && shape.every(isSize);

function isColumn(column: unknown, kinds: object, list: string, isItem: (item: unknown) => boolean): boolean {
  const [name, type, items] = ['name', 'type', list].map((key) => valueAt(column, key));
  const isKnown = typeof type === 'string' && Object.hasOwn(kinds, type);
  return typeof name === 'string' && isKnown && Array.isArray(items) && items.every(isItem);
}

function isSize(size: unknown): boolean {
  return Number.isInteger(size) && Number(size) > 0;
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
