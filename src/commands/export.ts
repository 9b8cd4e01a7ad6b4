import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { badUsage, UserError } from '../text/errors.js';
import type { TrainedModel } from '../inference/trained-model.js';
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
    .description('write a trained model in another format, which takes pixels (0 to 255) and is checked')
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
  const { findModelOf } = await import('../launch/find-model.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const { performExport } = await import('../launch/terminal/export-steps.js');
  const { exportReportJson, exportReportText } = await import('../display/export-report.js');
  const request = requestOf(await findModelOf(run, options.runsDir, '`export`'), options);
  requireFree(request.output, options);
  const status = showStatusLine(process.stderr);
  const report = await performExport(request, options, status).finally(status.clear);
  process.stdout.write((options.json ? exportReportJson : exportReportText)(report));
}

function requestOf(model: TrainedModel, { format, quantize, output }: Options): ExportRequest {
  if (format === 'keras' && !output.endsWith('.keras')) {
    throw badUsage(`--output is ${output}; Keras loads only files whose names end in .keras: ${output}.keras`);
  }
  if (quantize === undefined) return { model, format, quantize: null, output: resolve(output) };
  if (!QUANTIZED.includes(format)) throw badUsage(`--quantize is for ${QUANTIZED.join(' and ')}, not for ${format}`);
  return { model, format, quantize, output: resolve(output) };
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
