import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { requirePixels } from '../data/limits.js';
import { type Color, WHITE, isColor } from '../data/images/pixels.js';
import { codeOf, UserError, messageOf } from '../text/errors.js';
import { readRegularFileSync } from '../system/regular-file.js';
import { ablate } from '../system/shell.js';
import type { ModelPlace } from './model-place.js';
import { type TableModel, isTableModel, tableModel } from './table-model.js';

/** Larger files are no model descriptions: the layers of a model take kilobytes. */
const MAX_DESCRIPTION_BYTES = 2 ** 26;

/** What can be known of a saved model without loading it: what to give it, and what its answers mean. */
export interface TrainedModel extends ModelPlace {
  /** Of the images that it takes. */
  height: number;
  width: number;
  /** 1 for grayscale, 3 for RGB. */
  channels: number;
  /** The classes' names, in the order of its outputs. */
  classes: string[];
  /** The activation that gives its outputs, `softmax`; of a last layer that has none, the layer's type. */
  endsIn: string;
  normalization: { mean: number[]; standardDeviation: number[] };
  /** What transparent pixels of its images are laid onto. */
  background: Color;
  /** What it was trained on. */
  dataset: { name: string; digest: string };
}

/**
 * The trained model in a folder: of a run, or the model's own.
 * @throws UserError `model-not-found`, `model-invalid`
 */
export function readAnyModel(folder: string): TrainedModel | TableModel {
  return describe(placeOfModel(folder));
}

/** Likewise one of images. @throws UserError `model-of-table` */
export function readTrainedModel(folder: string): TrainedModel {
  return requireImages(readAnyModel(folder));
}

/** @throws UserError `model-of-table` for a model of rows, which this is not for */
export function requireImages(model: TrainedModel | TableModel): TrainedModel {
  if (!isTableModel(model)) return model;
  throw new UserError(`${model.name} takes rows of a table, and this is for models of images and their classes`, {
    code: 'model-of-table',
    hint: `${ablate('predict', model.name, 'FILE.csv')}, ${ablate('evaluate', model.name)} and ${ablate('explain', model.name)} take such models`,
    exitCode: 2,
  });
}

/** Likewise where that model would be, unread. */
export function placeOfModel(folder: string): ModelPlace {
  const path = resolve(folder);
  if (!existsSync(join(path, 'model.json'))) return { name: basename(path), directory: join(path, 'model'), run: path };
  const run = runAround(path);
  return { name: basename(run ?? path), directory: path, ...(run === undefined ? {} : { run }) };
}

/** The run's folder, if the model lies in one. */
function runAround(model: string): string | undefined {
  const folder = dirname(model);
  return basename(model) === 'model' && existsSync(join(folder, 'config.yaml')) ? folder : undefined;
}

function describe(place: ModelPlace): TrainedModel | TableModel {
  const file = join(place.directory, 'model.json');
  const description = read(file, place.name);
  const shape = inputShape(description);
  const kept = description.userDefinedMetadata;
  const saved: Partial<SavedMetadata> = typeof kept === 'object' && kept !== null ? kept : {};
  if ('inputs' in saved) return tableModel(place, saved, lastActivation(description));
  if (!shape || !isComplete(saved, shape[2])) {
    throw new UserError(`${file} doesn't say what images it takes and what classes it tells apart`, {
      code: 'model-invalid',
      hint: `give a run of those that \`${ablate('ls')}\` lists`,
    });
  }
  const [height, width, channels] = shape;
  // Images are made in the size that the file claims, and one of 100,000 × 100,000 would take all memory.
  const hint = `give a run of those that \`${ablate('ls')}\` lists`;
  requirePixels({ height, width }, `${file} takes images of`, { code: 'model-invalid', hint });
  const { classes, normalization, dataset, background = WHITE } = saved;
  const endsIn = lastActivation(description);
  return { ...place, height, width, channels, classes, endsIn, normalization, background, dataset };
}

/** What `saveModel` keeps with a trained model. */
type SavedMetadata = Pick<TrainedModel, 'classes' | 'normalization' | 'dataset'> &
  Partial<Pick<TrainedModel, 'background'>>;

interface LayerDescription {
  class_name?: unknown;
  name?: unknown;
  config?: { batch_input_shape?: unknown; activation?: unknown };
}

interface Description {
  modelTopology?: { config?: { layers?: unknown; output_layers?: unknown } };
  userDefinedMetadata?: unknown;
}

function read(file: string, name: string): Description {
  try {
    const text = readRegularFileSync(file, MAX_DESCRIPTION_BYTES).toString('utf8');
    return (JSON.parse(text) as Description | null) ?? {};
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT';
    throw new UserError(
      isMissing ? `${name} has no trained model` : `the model ${file} can't be read: ${messageOf(error)}`,
      isMissing
        ? {
            code: 'model-not-found',
            hint: `only a FINISHED run has one: \`${ablate('ls')}\` tells, and \`${ablate('resume', name)}\` resumes this one if it was interrupted`,
            cause: error,
          }
        : { code: 'model-invalid', hint: 'train it again', cause: error },
    );
  }
}

/** Whatever a file may claim. */
function layersOf({ modelTopology }: Description): (LayerDescription | null)[] {
  const layers: unknown = modelTopology?.config?.layers;
  return Array.isArray(layers) ? (layers as (LayerDescription | null)[]) : [];
}

function lastActivation(description: Description): string {
  const outputs = description.modelTopology?.config?.output_layers;
  const name: unknown = Array.isArray(outputs) ? [outputs[0]].flat()[0] : undefined;
  const layers = layersOf(description);
  const last = layers.find((layer) => layer?.name === name) ?? layers.at(-1);
  const words = [last?.config?.activation, last?.class_name].filter((word) => typeof word === 'string');
  return words.at(0) === 'Softmax' ? 'softmax' : (words.at(0) ?? 'an unknown layer');
}

/** Height, width and channels. */
function inputShape(description: Description): [number, number, number] | undefined {
  const shape = layersOf(description).at(0)?.config?.batch_input_shape;
  if (!Array.isArray(shape) || shape.length !== 4) return undefined;
  const sizes = shape.slice(1) as unknown[];
  const isSize = (size: unknown): boolean => Number.isInteger(size) && (size as number) > 0;
  return sizes.every(isSize) ? (sizes as [number, number, number]) : undefined;
}

function isComplete(saved: Partial<SavedMetadata>, channels: number): saved is SavedMetadata {
  const { classes, normalization, dataset, background = WHITE } = saved;
  const isOfChannels = (values: unknown): boolean =>
    Array.isArray(values) && values.length === channels && values.every(Number.isFinite);
  return (
    Array.isArray(classes) &&
    classes.every((name) => typeof name === 'string') &&
    isOfChannels(normalization?.mean) &&
    isOfChannels(normalization?.standardDeviation) &&
    isColor(background) &&
    typeof dataset?.digest === 'string'
  );
}
