import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, UserError, messageOf } from '../errors.js';
import { findRun } from '../tracking/run-store.js';

/** Larger files are no model descriptions: the layers of a model take kilobytes. */
const MAX_DESCRIPTION_BYTES = 2 ** 26;

/** Where a saved model lies. */
export interface ModelPlace {
  /** The run's id, or the folder's name. */
  name: string;
  /** The folder of `model.json`, absolute; whether it is there, reading it tells. */
  directory: string;
  /** The run's folder, where the model is part of one. */
  run?: string;
}

/** What can be known of a saved model without loading it: what to give it, and what its answers mean. */
export interface TrainedModel extends ModelPlace {
  /** Of the images that it takes. */
  height: number;
  width: number;
  /** 1 for grayscale, 3 for RGB. */
  channels: number;
  /** The classes' names, in the order of its probabilities. */
  classes: string[];
  normalization: { mean: number[]; standardDeviation: number[] };
  /** What it was trained on. */
  dataset: { name: string; digest: string };
}

/**
 * The trained model of a run: by the run's id or the beginning of it, by the run's folder, or by the model's own folder.
 * @throws UserError `run-not-found`, `run-ambiguous`, `model-not-found`, `model-invalid`
 */
export function findTrainedModel(runsDirectory: string, idOrPath: string): TrainedModel {
  return describe(findModel(runsDirectory, idOrPath));
}

/** Likewise where that model would be, unread. @throws UserError `run-not-found`, `run-ambiguous` */
export function findModel(runsDirectory: string, idOrPath: string): ModelPlace {
  const path = resolve(idOrPath);
  const isPath = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isPath && existsSync(join(path, 'model.json'))) {
    const run = runAround(path);
    return { name: basename(run ?? path), directory: path, ...(run === undefined ? {} : { run }) };
  }
  const run = isPath ? path : findRun(runsDirectory, idOrPath).path;
  return { name: basename(run), directory: join(run, 'model'), run };
}

/** The run's folder, if the model lies in one. */
function runAround(model: string): string | undefined {
  const folder = dirname(model);
  return basename(model) === 'model' && existsSync(join(folder, 'config.yaml')) ? folder : undefined;
}

function describe(place: ModelPlace): TrainedModel {
  const file = join(place.directory, 'model.json');
  const description = read(file, place.name);
  const shape = inputShape(description);
  const saved = description.userDefinedMetadata as Partial<SavedMetadata> | undefined;
  if (!shape || !isComplete(saved, shape[2])) {
    throw new UserError(`${file} doesn't say what images it takes and what classes it tells apart`, {
      code: 'model-invalid',
      hint: 'give a run that `ablate run` has trained',
    });
  }
  const [height, width, channels] = shape;
  const { classes, normalization, dataset } = saved;
  return { ...place, height, width, channels, classes, normalization, dataset };
}

/** What `saveModel` keeps with a trained model. */
type SavedMetadata = Pick<TrainedModel, 'classes' | 'normalization' | 'dataset'>;

interface Description {
  modelTopology?: { config?: { layers?: { config?: { batch_input_shape?: unknown } }[] } };
  userDefinedMetadata?: unknown;
}

function read(file: string, name: string): Description {
  try {
    if (statSync(file).size > MAX_DESCRIPTION_BYTES) throw new Error('too large to be one');
    return (JSON.parse(readFileSync(file, 'utf8')) as Description | null) ?? {};
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT';
    throw new UserError(
      isMissing ? `${name} has no trained model` : `the model ${file} can't be read: ${messageOf(error)}`,
      isMissing
        ? {
            code: 'model-not-found',
            hint: 'only a FINISHED run has one: `ablate ls` tells, and `ablate resume ID` goes on with another',
            cause: error,
          }
        : { code: 'model-invalid', hint: 'train it again', cause: error },
    );
  }
}

/** Height, width and channels. */
function inputShape({ modelTopology }: Description): [number, number, number] | undefined {
  const shape = modelTopology?.config?.layers?.at(0)?.config?.batch_input_shape;
  if (!Array.isArray(shape) || shape.length !== 4) return undefined;
  const sizes = shape.slice(1) as unknown[];
  const isSize = (size: unknown): boolean => Number.isInteger(size) && (size as number) > 0;
  return sizes.every(isSize) ? (sizes as [number, number, number]) : undefined;
}

function isComplete(saved: Partial<SavedMetadata> | undefined, channels: number): saved is SavedMetadata {
  const { classes, normalization, dataset } = saved ?? {};
  const isOfChannels = (values: unknown): boolean =>
    Array.isArray(values) && values.length === channels && values.every(Number.isFinite);
  return (
    Array.isArray(classes) &&
    classes.every((name) => typeof name === 'string') &&
    isOfChannels(normalization?.mean) &&
    isOfChannels(normalization?.standardDeviation) &&
    typeof dataset?.digest === 'string'
  );
}
