import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compareOutputs, type ExportComparison } from '../../export/comparison.js';
import { convert } from '../../export/convert.js';
import type { ExportRequest } from '../../export/export-request.js';
import { deployableModel, quantizedModel, writeSavedModel } from '../../export/saved-model.js';
import { replacePath, withWorkFolder } from '../../export/work-folder.js';
import { valueName } from '../../inference/class-values.js';
import { readTrainedModel } from '../../inference/trained-model.js';
import type { EngineOptions } from '../options/engine.js';
import { type ExportReport, bothSizes } from '../../display/export-report.js';
import { pythonFor, requireSame } from './export-checks.js';
import { sampleImages, type Samples } from './export-samples.js';
import type { InferenceSession } from '../inference-session.js';
import { startInferenceSession } from './inference-session.js';
import type { StatusLine } from '../../display/status-line.js';

interface Export {
  request: ExportRequest;
  session: InferenceSession;
  samples: Samples;
  /** Where everything is written first. */
  folder: string;
  status: StatusLine;
}

/**
 * Writes a model beside the output, compares it with the run's own, and only then puts it in its place.
 * @throws UserError `export-failed`, `export-differs`, `export-without-data`, `output-not-writable`
 */
export async function performExport(
  request: ExportRequest,
  options: EngineOptions,
  status: StatusLine,
): Promise<ExportReport> {
  const session = await startInferenceSession(options, status);
  try {
    return await withWorkFolder(request.output, async (folder) => {
      const samples = await sampleImages(request, status);
      const { path, comparison } = await writeAndCompare({ request, session, samples, folder, status });
      const { model, format, quantize, output } = request;
      const sizes = await bothSizes(path, model.directory);
      await replacePath(path, output);
      return { run: model.name, format, quantize, output, ...sizes, ...comparison };
    });
  } finally {
    session.close();
  }
}

async function writeAndCompare(task: Export): Promise<{ path: string; comparison: ExportComparison }> {
  const { request, session, samples } = task;
  const { model, quantize, format } = request;
  const expected = await session.ask({ type: 'predict', model, images: samples.images });
  const { path, outputs } = await (format === 'tfjs' ? writeTfjs(task) : writeConverted(task, format));
  const classes = model.classes.length;
  const [theirs, ours] = [expected.values, outputs].map((all) => all.subarray(samples.calibration * classes));
  const comparison = compareOutputs(theirs, ours, classes, samples.labels);
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  if (quantize === null) requireSame(request.format, comparison.maxDifference, largest);
  return { path, comparison };
}

interface Written {
  path: string;
  /** What it says of the samples: row-major [images, classes]. */
  outputs: Float32Array;
}

async function writeTfjs({ request: { model, quantize, output }, session, samples, folder }: Export): Promise<Written> {
  const path = join(folder, basename(output));
  const deployable = deployableModel(model);
  await writeSavedModel(quantize === null ? deployable : quantizedModel(deployable, quantize), path);
  const written = readTrainedModel(path);
  const { values } = await session.ask({ type: 'predict', model: written, images: samples.images });
  return { path, outputs: values };
}

async function writeConverted(
  { request: { model, quantize, output }, samples: { images, calibration }, folder, status }: Export,
  format: Exclude<ExportRequest['format'], 'tfjs'>,
): Promise<Written> {
  const python = await pythonFor(format);
  status.update(`Converting to ${format}`);
  const source = join(folder, 'source');
  await writeSavedModel(deployableModel(model), source);
  const imageFile = join(folder, 'images.bin');
  await writeFile(imageFile, images);
  const path = join(folder, basename(output));
  const outputs = await convert(python, {
    source,
    format,
    output: path,
    quantize,
    images: imageFile,
    calibration,
    output_name: valueName(model) === 'probability' ? 'probabilities' : 'outputs',
  });
  return { path, outputs };
}
