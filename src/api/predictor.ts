import type { NamedClassValue } from '../inference/class-values.js';
import type { TrainedModel } from '../inference/trained-model.js';
import type { InferenceSession } from '../launch/inference-session.js';
import type { RunProgress } from '../protocol/events.js';
import type { LaunchEvent } from '../protocol/watching.js';
import { DEFAULT_RUNS_DIRECTORY } from '../system/shell.js';
import { type EngineOptions, engineSettings, requireWhole, type RunsOptions, type WorkOptions } from './options.js';
import { working } from './working.js';

export type PredictorOptions = RunsOptions & EngineOptions & WorkOptions<RunProgress | LaunchEvent>;

/** The path of a PNG, JPEG or WebP file, or what such a file holds. */
export type ImageInput = string | Uint8Array;

/** What the model says of an image. */
export interface Prediction {
  /** The class with the greatest value. */
  class: string;
  /** The classes with the greatest values, the greatest first: `{ class: '7', probability: 0.98 }`; `output` instead where the model doesn't end in softmax. */
  top: NamedClassValue[];
}

export interface PredictOptions {
  /** How many classes are told of each image; 3 unless given. */
  top?: number;
  /** Whether light is made dark and dark light first. */
  invert?: boolean;
}

/** A trained model, loaded in a worker of its own, until it is closed. */
export interface Predictor {
  readonly model: Readonly<TrainedModel>;
  /**
   * Classifies images of any size.
   * @throws UserError `image-undecodable` of the first that can't be read, `worker-crashed`
   */
  predict: (images: readonly ImageInput[], options?: PredictOptions) => Promise<Prediction[]>;
  /** Ends the worker. */
  close: () => void;
}

/** Decoded and classified together: enough for the engine, and little memory. */
const IMAGES_AT_ONCE = 256;

/**
 * Loads a trained model.
 * @param run its id or the beginning, its path, its name (the newest that is finished), a sweep (its best run), the folder
 *   of a model, or MLflow's `models:/NAME/VERSION`
 * @throws UserError `run-not-found`, `run-ambiguous`, `model-not-found`, `model-invalid`, those of finding TensorFlow
 */
export function predictor(run: string, options: PredictorOptions = {}): Promise<Predictor> {
  return working(options, async (work) => {
    const { findModelOf } = await import('../launch/find-model.js');
    const { openInferenceSession } = await import('../launch/inference-session.js');
    const settings = engineSettings(options);
    const model = await findModelOf(run, options.runsDirectory ?? DEFAULT_RUNS_DIRECTORY);
    const session = await openInferenceSession(settings, work);
    try {
      await session.ask({ type: 'load', model, largestBatch: IMAGES_AT_ONCE });
    } catch (error) {
      session.close();
      throw error;
    }
    return {
      model,
      predict: (images, how) => classify({ model, session }, images, how),
      close: session.close,
    };
  });
}

async function classify(
  { model, session }: { model: TrainedModel; session: InferenceSession },
  images: readonly ImageInput[],
  { top = 3, invert = false }: PredictOptions = {},
): Promise<Prediction[]> {
  const { greatestClasses, namedValue, valueName } = await import('../inference/class-values.js');
  const { imagesAtOnce } = await import('../data/limits.js');
  requireWhole('top', top, [1, 1e6]);
  const name = valueName(model);
  const atOnce = imagesAtOnce(IMAGES_AT_ONCE, model.height * model.width * model.channels);
  const predictions: Prediction[] = [];
  for (let start = 0; start < images.length; start += atOnce) {
    const pixels = await Promise.all(
      images.slice(start, start + atOnce).map((image) => pixelsOf(image, model, invert)),
    );
    const { values } = await session.ask({ type: 'predict', model, images: Buffer.concat(pixels) });
    for (const row of pixels.keys()) {
      const greatest = greatestClasses(values, row, model.classes, top);
      predictions.push({ class: greatest[0].class, top: greatest.map((each) => namedValue(name, each)) });
    }
  }
  return predictions;
}

/** @throws UserError `image-undecodable` */
async function pixelsOf(image: ImageInput, model: TrainedModel, invert: boolean): Promise<Uint8Array> {
  const { readImageFile } = await import('../data/images/folder-decoding.js');
  const { decodeImage } = await import('../data/images/image-decoding.js');
  const { messageOf, UserError } = await import('../text/errors.js');
  try {
    const file = typeof image === 'string' ? await readImageFile(image) : Buffer.from(image);
    const { pixels } = await decodeImage(file, model, true);
    return invert ? pixels.map((value) => 255 - value) : pixels;
  } catch (error) {
    const where = typeof image === 'string' ? `${image}: ` : '';
    throw new UserError(`${where}${messageOf(error)}`, { code: 'image-undecodable', exitCode: 2, cause: error });
  }
}
