import { join } from 'node:path';
import { scalesOf, thresholdsOf } from '../../data/columns/target-kind.js';
import type { FittedInput } from '../../data/fitted.js';
import { rowValueName } from '../../inference/row-answers.js';
import type { TableModel } from '../../inference/table-model.js';
import { ablate } from '../../system/shell.js';
import { UserError } from '../../text/errors.js';
import type { ExportFormat } from '../export-request.js';
import { type TakenAs, type TakenColumn, exportKind } from './exported-column.js';

/** A model of rows that is to be written. */
export interface RowExportRequest {
  model: TableModel;
  format: ExportFormat;
  quantize: null;
  /** The file or folder, absolute. */
  output: string;
}

const TAKEN_AS: Record<ExportFormat, TakenAs> = {
  ...{ keras: 'words', savedmodel: 'words' },
  ...{ onnx: 'numbers', tflite: 'numbers' },
  tfjs: 'features',
};

/** A column of a written model. */
export interface ExportedInput {
  /** As the written model calls it: names of columns may have characters that it can't. */
  input: string;
  fitted: FittedInput;
  taken: TakenColumn;
}

/**
 * The columns of a written model.
 * @throws UserError `export-unsupported` where the format can't hold one
 */
export function exportedInputs({ model, format }: Pick<RowExportRequest, 'model' | 'format'>): ExportedInput[] {
  const as = TAKEN_AS[format];
  const names = new Set<string>();
  return model.inputs.map((fitted) => {
    const { column, preparation } = fitted;
    const kind = exportKind(column.type);
    if (!kind) throw unsupported(model, format, `inputs of type ${column.type} (${column.name}) can't be exported`);
    const refusal = kind.refusal?.(column, as);
    if (refusal !== undefined) throw unsupported(model, format, `${column.name}: ${refusal}`);
    return { input: uniqueName(column.name, names), fitted, taken: kind.taken(column, preparation, as) };
  });
}

/** What `convert_rows.py` is told of a column. */
export function settingsOf({ input, fitted: { column, preparation } }: ExportedInput): Record<string, unknown> {
  return { input, type: column.type, ...exportKind(column.type)?.settings(column, preparation) };
}

/** What a written model calls what it gives. */
export function outputName(model: TableModel): string {
  if (model.target.column.type === 'number') return 'values';
  return rowValueName(model) === 'probability' ? 'probabilities' : 'outputs';
}

/** What outputs are multiplied by and what is added, so that they are in the unit of the training data; null of classes. */
export function scaleOf({ target }: TableModel): { mean: number[]; standard_deviation: number[] } | null {
  if (target.column.type !== 'number') return null;
  const scales = scalesOf(target.scale);
  return {
    mean: scales.map(({ mean }) => mean),
    standard_deviation: scales.map(({ standardDeviation }) => standardDeviation),
  };
}

/** Where what the model takes is written down: in its folder, or beside its file. */
export function preprocessingFile(output: string, format: ExportFormat): string {
  if (format === 'tfjs' || format === 'savedmodel') return join(output, 'preprocessing.json');
  return `${output}.preprocessing.json`;
}

/** What the written model takes and gives, for whoever has nothing of Ablate. */
export function preprocessingDocument({ model, format }: RowExportRequest, inputs: readonly ExportedInput[]): object {
  const isJoined = TAKEN_AS[format] === 'features';
  const described = inputs.map(({ input, fitted, taken }, index) => {
    const { shape, ...rest } = taken;
    const column = { column: fitted.column.name, type: fitted.column.type };
    if (!isJoined) return { ...column, input, ...rest, shape: ['batch', ...shape] };
    return { ...column, ...rest, shape, ...placeIn(model, inputs, index) };
  });
  return {
    model: model.name,
    format,
    note: isJoined
      ? 'The model takes the columns side by side, float32 [batch, numbers] (one alone as it is): `places` are the first and last of each. Where it takes several tensors, `tensor` says which, counted from 0.'
      : 'The model takes each column under the name `input`.',
    inputs: described,
    output: describedOutput(model, isJoined),
  };
}

/** Where a column stands in what the model takes: in which of several tensors, and where columns are side by side. */
function placeIn({ tensors }: TableModel, inputs: readonly ExportedInput[], column: number): object {
  const tensor = tensors.findIndex((columns) => columns.includes(column));
  const columns = tensors[tensor];
  const sizeOf = (place: number): number => inputs[place].taken.shape[0];
  const first = columns.slice(0, columns.indexOf(column)).reduce((sum, place) => sum + sizeOf(place), 0);
  return {
    ...(tensors.length > 1 ? { tensor } : {}),
    ...(columns.length > 1 ? { places: [first, first + sizeOf(column) - 1] } : {}),
  };
}

function describedOutput(model: TableModel, isScaled: boolean): object {
  const { column } = model.target;
  const scale = scaleOf(model);
  const name = outputName(model);
  if (scale) {
    const columns = column.columns ?? [column.name];
    const steps = isScaled ? ['each number × `standard_deviation` + `mean`'] : [];
    return { name, columns, shape: ['batch', columns.length], steps, ...(isScaled ? scale : {}) };
  }
  if (column.type === 'category') return { name, classes: column.classes, shape: ['batch', column.classes.length] };
  const isBinary = column.type === 'binary';
  const names = isBinary ? [column.classes[1]] : column.classes;
  return {
    ...{ name, shape: ['batch', names.length], [isBinary ? 'classes' : 'labels']: column.classes },
    steps: [`${isBinary ? `${names[0]} applies` : 'a label applies'} where its number is above its threshold`],
    thresholds: Object.fromEntries(names.map((each, index) => [each, thresholdsOf(model.target)[index]])),
  };
}

function unsupported({ name }: TableModel, format: ExportFormat, reason: string): UserError {
  const others =
    format === 'keras' || format === 'savedmodel' ? 'onnx, tflite and tfjs take numbers of words; or ' : '';
  return new UserError(`${name} can't be written as ${format}: ${reason}`, {
    code: 'export-unsupported',
    hint: `${others}\`${ablate('serve', name)}\` answers rows over HTTP`,
    exitCode: 2,
  });
}

/** Letters, digits and underscores, as TensorFlow's names of tensors are. */
function uniqueName(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?![A-Za-z])/, 'column_');
  let unique = plain;
  for (let count = 2; taken.has(unique); count++) unique = `${plain}_${count}`;
  taken.add(unique);
  return unique;
}
