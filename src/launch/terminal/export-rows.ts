import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inputKind } from '../../data/columns/kinds.js';
import { type JsonCell, joinedValues } from '../../data/columns/single-values.js';
import { inOwnUnit } from '../../data/columns/target-kind.js';
import type { ColumnValues } from '../../data/dataset.js';
import { type RowExportReport, bothSizes } from '../../display/export-report.js';
import type { StatusLine } from '../../display/status-line.js';
import { convert } from '../../export/convert.js';
import {
  type ExportedInput,
  type RowExportRequest,
  exportedInputs,
  outputName,
  preprocessingDocument,
  preprocessingFile,
  scaleOf,
  settingsOf,
} from '../../export/rows/row-export.js';
import { inputNames, readSavedModel, writeSavedModel } from '../../export/saved-model.js';
import { replacePath, withWorkFolder } from '../../export/work-folder.js';
import type { TableModel } from '../../inference/table-model.js';
import { readAnyModel } from '../../inference/trained-model.js';
import { UserError } from '../../text/errors.js';
import { type InferenceSession, experimentOf } from '../inference-session.js';
import type { EngineOptions } from '../options/engine.js';
import { pythonFor, requireSame } from './export-checks.js';
import { startInferenceSession } from './inference-session.js';

/** Rows that a written model is compared with the run's own by. */
const CHECKED_ROWS = 256;

/** Rows as cells, and as the model's inputs have them. */
interface Rows {
  /** Of each input its cells. */
  cells: JsonCell[][];
  values: ColumnValues[];
  count: number;
}

interface RowExport {
  request: RowExportRequest;
  inputs: readonly ExportedInput[];
  session: InferenceSession;
  rows: Rows;
  /** Where everything is written first. */
  folder: string;
}

/**
 * Writes a model of rows beside the output, compares it with the run's own, and only then puts it in its place, with what it takes and
 * gives in words.
 * @throws UserError `export-failed`, `export-differs`, `export-unsupported`, `output-not-writable`
 */
export async function performRowExport(
  request: RowExportRequest,
  options: EngineOptions,
  status: StatusLine,
): Promise<RowExportReport> {
  const inputs = exportedInputs(request);
  const session = await startInferenceSession(options, status);
  try {
    return await withWorkFolder(request.output, async (folder) => {
      const rows = await sampleRows(request.model, session, status);
      status.update(`Writing ${request.format}`);
      const { path, maxDifference } = await writeAndCompare({ request, inputs, session, rows, folder });
      const { model, format, quantize, output } = request;
      const document = JSON.stringify(preprocessingDocument(request, inputs), undefined, 2);
      const described = preprocessingFile(path, format);
      await writeFile(described, `${document}\n`);
      const sizes = await bothSizes(path, model.directory);
      await replacePath(path, output);
      const preprocessing = preprocessingFile(output, format);
      if (dirname(described) !== path) await replacePath(described, preprocessing);
      return { run: model.name, format, quantize, output, ...sizes, rows: rows.count, maxDifference, preprocessing };
    });
  } finally {
    session.close();
  }
}

async function writeAndCompare(task: RowExport): Promise<{ path: string; maxDifference: number }> {
  const { request, session, rows } = task;
  const { model, format, output } = request;
  const path = join(task.folder, basename(output));
  const expected = await answersOf(session, model, rows);
  const actual = await (format === 'tfjs' ? writeTfjs(task, path) : writeConverted(task, format, path));
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  // A NaN differs by more than anything.
  const maxDifference = expected.reduce((most, value, index) => {
    const difference = Math.abs(value - actual[index]);
    return difference <= most ? most : difference;
  }, 0);
  requireSame(format, actual.length === expected.length ? maxDifference : NaN, largest);
  return { path, maxDifference };
}

/** What a model says of rows; numbers in their own unit. */
async function answersOf(session: InferenceSession, model: TableModel, { count, values }: Rows): Promise<Float64Array> {
  const { outputs } = await session.ask({ type: 'predict-rows', model, rows: { count, values } });
  return model.target.column.type === 'number' ? inOwnUnit(outputs, model.target.scale) : Float64Array.from(outputs);
}

/** As it is: a LayersModel holds no operations on what isn't there or on words. */
async function writeTfjs({ request: { model }, session, rows }: RowExport, path: string): Promise<Float64Array> {
  await writeSavedModel(readSavedModel(model.directory), path);
  return answersOf(session, readAnyModel(path) as TableModel, rows);
}

async function writeConverted(
  { request, inputs, rows, folder }: RowExport,
  format: Exclude<RowExportRequest['format'], 'tfjs'>,
  path: string,
): Promise<Float64Array> {
  const { model } = request;
  const names = inputNames(readSavedModel(model.directory));
  const python = await pythonFor(format);
  const columns = inputs.map(async (input, place) => {
    const values = join(folder, `column-${place}.bin`);
    const bytes = rows.values[place] as Uint8Array;
    await writeFile(values, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return { ...settingsOf(input), values, cells: rows.cells[place] };
  });
  const outputs = await convert(python, {
    source: model.directory,
    format,
    output: path,
    columns: await Promise.all(columns),
    tensors: model.tensors.map((places, index) => ({ name: names[index], columns: places })),
    scale: scaleOf(model),
    output_name: outputName(model),
  });
  return Float64Array.from(outputs);
}

/** Rows of the run's own data; where these aren't there, or don't tell what was written, examples. */
async function sampleRows(model: TableModel, session: InferenceSession, status: StatusLine): Promise<Rows> {
  status.update("Reading the model's own data");
  const singles = model.inputs.map(({ column, preparation }) => {
    const single = inputKind(column.type).single?.(column, preparation);
    if (!single) throw new Error(`internal: a column of type ${column.type} is exported that can't be read singly`);
    return { name: column.name, single };
  });
  const own = await ownRows(model, session);
  const example = singles.map(async ({ name, single }) => [name, await single.example()] as const);
  const given = own.length > 0 ? own : [Object.fromEntries(await Promise.all(example))];
  const cells = singles.map(({ name }) => given.map((row) => row[name]));
  const values = singles.map(async ({ name, single }, place) => {
    return joinedValues(await Promise.all(cells[place].map(async (cell) => single.read(cell, () => name))));
  });
  return { cells, values: await Promise.all(values), count: given.length };
}

async function ownRows(model: TableModel, session: InferenceSession): Promise<Record<string, JsonCell>[]> {
  try {
    const wanted = { rows: CHECKED_ROWS, samples: CHECKED_ROWS };
    const experiment = await experimentOf(model);
    const { samples } = await session.ask({ type: 'reference-rows', model, experiment, ...wanted });
    return samples.map(({ row }) => row);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
