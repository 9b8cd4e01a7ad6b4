import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { badUsage, UserError } from '../text/errors.js';
import type { TableModel } from '../inference/table-model.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { RowExportReport } from '../display/export-report.js';
import type { StatusLine } from '../display/status-line.js';
import { type EngineOptions, addEngineOptions } from '../launch/options/engine.js';
import { EXPORT_FORMATS, type ExportFormat, type ExportRequest } from '../export/export-request.js';
import { addModelArgument } from '../launch/options/model-arguments.js';

interface Options extends EngineOptions {
  runsDir: string;
  format: ExportFormat;
  output: string;
  quantize?: 'float16' | 'int8';
  force?: true;
  json?: true;
}

/** Weights of fewer bytes: formats that have them. */
const QUANTIZED: readonly ExportFormat[] = ['tfjs', 'tflite'];

/** Adds `ablate export` to the program. */
export function registerExport(program: Command): void {
  const command = addModelArgument(program.command('export'))
    .description('write a trained model in another format, with what its inputs are prepared by, and check it')
    .addOption(new Option('--format <name>', 'what is written').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--output <path>', 'the file to write (keras, tflite, onnx), or the folder (tfjs, savedmodel)')
    .addOption(
      new Option('--quantize <type>', `smaller weights, of ${QUANTIZED.join(' and ')}`).choices(['float16', 'int8']),
    )
    .option('--force', 'replace what is there')
    .option('--json', 'print size and accuracy as JSON')
    .action(exportModel);
  addEngineOptions(command);
}

async function exportModel(run: string, options: Options): Promise<void> {
  const { findAnyModelOf, refuseMasks } = await import('../launch/find-model.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const { performExport } = await import('../launch/terminal/export-steps.js');
  const { exportReportJson, exportReportText } = await import('../display/export-report.js');
  const { isTableModel } = await import('../inference/table-model.js');
  const model = await findAnyModelOf(run, options.runsDir);
  refuseMasks(model, 'exported');
  const status = showStatusLine(process.stderr);
  const work = isTableModel(model)
    ? exportRows(model, options, status)
    : performExport(requestOf(model, options), options, status);
  const report = await work.finally(status.clear);
  process.stdout.write((options.json ? exportReportJson : exportReportText)(report));
}

/** A model of rows, with what it takes in words. */
async function exportRows(model: TableModel, options: Options, status: StatusLine): Promise<RowExportReport> {
  const { preprocessingFile } = await import('../export/rows/row-export.js');
  const { performRowExport } = await import('../launch/terminal/export-rows.js');
  const { format, output, quantize } = options;
  if (quantize !== undefined)
    throw badUsage(`${model.name} takes rows of a table, and --quantize is for models of images`, 'leave it out');
  requireEnding(options);
  requireFree(resolve(output), options);
  requireFree(preprocessingFile(resolve(output), format), options);
  return performRowExport({ model, format, quantize: null, output: resolve(output) }, options, status);
}

function requestOf(model: TrainedModel, options: Options): ExportRequest {
  const { format, quantize, output } = options;
  requireEnding(options);
  if (quantize !== undefined && !QUANTIZED.includes(format))
    throw badUsage(`--quantize is for ${QUANTIZED.join(' and ')}, not for ${format}`);
  requireFree(resolve(output), options);
  return { model, format, quantize: quantize ?? null, output: resolve(output) };
}

function requireEnding({ format, output }: Options): void {
  if (format !== 'keras' || output.endsWith('.keras')) return;
  throw badUsage(`--output is ${output}; Keras loads only files whose names end in .keras: ${output}.keras`);
}

/** @throws UserError `output-exists` */
function requireFree(output: string, { force }: Options): void {
  if (force || !existsSync(output)) return;
  throw new UserError(`${output} is there already`, {
    code: 'output-exists',
    hint: 'name another path, or replace it: --force',
    exitCode: 2,
  });
}
