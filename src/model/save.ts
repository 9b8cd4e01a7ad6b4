import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { syncDirectoryInBackground } from '../system/directories.js';
import { codeOf, UserError, messageOf } from '../text/errors.js';
import { BINARY_LIMIT, readRegularFile } from '../system/regular-file.js';

const TOPOLOGY_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';

export interface LoadedModel {
  model: tf.LayersModel;
  /** What `saveModel` was given besides. */
  userMetadata: unknown;
}

/**
 * Saves a model in tfjs's own format (`model.json` and `weights.bin`), which `tf.loadLayersModel` reads. At any instant,
 * a power cut included, the directory holds a whole model, the old or the new, or none: it is written beside it, synced
 * and renamed, and the folder that it lies in, which must be there, is synced.
 * @param userMetadata JSON that is saved with it (the classes' names, how images are normalized)
 * @param beside further files of the directory: name → contents
 */
export async function saveModel(
  model: tf.LayersModel,
  directory: string,
  userMetadata: object,
  beside: Record<string, string> = {},
): Promise<void> {
  model.setUserDefinedMetadata({ ...userMetadata });
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      await replaceDirectory(directory, { ...beside, ...filesOf(artifacts) });
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}

/**
 * Loads a model that `saveModel` (or any tfjs) saved as a single group of weights, for inference: its layers are tfjs's.
 * @throws UserError `model-not-found`, `model-invalid`
 */
export async function loadModel(directory: string): Promise<LoadedModel> {
  const artifacts = await readArtifacts(directory);
  try {
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    return { model, userMetadata: artifacts.userDefinedMetadata ?? {} };
  } catch (error) {
    throw invalid(directory, messageOf(error), error);
  }
}

/**
 * The weights of such a model by their names (`conv2d/kernel`), each to be disposed, and what was saved besides.
 * @throws UserError `model-not-found`, `model-invalid`
 */
export async function readWeights(
  directory: string,
): Promise<{ weights: Map<string, tf.Tensor>; userMetadata: unknown }> {
  const { weightData = new ArrayBuffer(0), weightSpecs = [], userDefinedMetadata } = await readArtifacts(directory);
  const buffer = tf.io.CompositeArrayBuffer.join(weightData);
  return {
    weights: new Map(Object.entries(tf.io.decodeWeights(buffer, weightSpecs))),
    userMetadata: userDefinedMetadata,
  };
}

function filesOf({ weightData, weightSpecs = [], ...topology }: tf.io.ModelArtifacts): ModelFiles {
  const json = { ...topology, weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }] };
  return {
    [WEIGHTS_FILE]: new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)),
    [TOPOLOGY_FILE]: JSON.stringify(json, undefined, 1),
  };
}

type ModelFiles = Record<string, string | Uint8Array>;

async function replaceDirectory(directory: string, files: ModelFiles): Promise<void> {
  const suffix = randomBytes(6).toString('hex');
  const beside = (kind: string): string => join(dirname(directory), `.${basename(directory)}.${kind}-${suffix}`);
  const [fresh, old] = [beside('new'), beside('old')];
  await mkdir(fresh);
  try {
    for (const [name, contents] of Object.entries(files)) await writeSynced(join(fresh, name), contents);
    await syncDirectoryInBackground(fresh);
    await moveAway(directory, old);
    await rename(fresh, directory);
    await syncDirectoryInBackground(dirname(directory));
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** A directory can't be renamed over one that has files in it. */
async function moveAway(directory: string, to: string): Promise<void> {
  try {
    await rename(directory, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function writeSynced(path: string, contents: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(contents);
    await file.sync();
  } catch (error) {
    // A write's error doesn't name the file.
    throw Object.assign(new Error(`${path} can't be written: ${messageOf(error)}`), { code: codeOf(error) });
  } finally {
    await file.close();
  }
}

async function readArtifacts(directory: string): Promise<tf.io.ModelArtifacts> {
  const json = parseTopology(directory, await readModelFile(directory, TOPOLOGY_FILE));
  return tf.io.getModelArtifactsForJSON(json, async (manifest) => {
    const specs = manifest.flatMap((group) => group.weights);
    if (!specs.every(isWeightSpec)) throw invalid(directory, `${TOPOLOGY_FILE} describes a weight by something else`);
    const paths = manifest.flatMap((group) => group.paths);
    // Only what saveModel writes: a name from the file must not lead anywhere else.
    if (paths.length !== 1 || paths[0] !== WEIGHTS_FILE) throw invalid(directory, `it has weights in ${paths.join()}`);
    const weights = await readModelFile(directory, WEIGHTS_FILE);
    const expected = specs.reduce((size, spec) => size + byteLengthOf(spec), 0);
    if (weights.byteLength !== expected) {
      throw invalid(directory, `${WEIGHTS_FILE} has ${weights.byteLength} bytes where ${expected} belong`);
    }
    return [specs, Uint8Array.from(weights).buffer];
  });
}

/** Whether a file's description of a weight is one: its name, its shape, its type. */
function isWeightSpec(spec: unknown): boolean {
  const { name, shape, dtype } = (spec ?? {}) as Partial<Record<string, unknown>>;
  const isShape = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  return typeof name === 'string' && typeof dtype === 'string' && isShape;
}

/** Of a weight in the file, where it may be quantized. */
function byteLengthOf({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number {
  const bytes: Partial<Record<string, number>> = { bool: 1, uint8: 1, uint16: 2, float16: 2 };
  return tf.util.sizeFromShape(shape) * (bytes[quantization?.dtype ?? dtype] ?? 4);
}

function parseTopology(directory: string, contents: Buffer): tf.io.ModelJSON {
  try {
    const json = JSON.parse(contents.toString('utf8')) as Partial<tf.io.ModelJSON> | null;
    if (json?.modelTopology && Array.isArray(json.weightsManifest)) return json as tf.io.ModelJSON;
  } catch (error) {
    throw invalid(directory, `${TOPOLOGY_FILE} is no JSON (${messageOf(error)})`, error);
  }
  throw invalid(directory, `${TOPOLOGY_FILE} holds no layers and weights`);
}

async function readModelFile(directory: string, name: string): Promise<Buffer> {
  try {
    return await readRegularFile(join(directory, name), BINARY_LIMIT);
  } catch (error) {
    throw new UserError(`there is no model in ${directory}: ${name} can't be read (${messageOf(error)})`, {
      code: 'model-not-found',
      hint: 'give the model/ folder of a finished run',
      cause: error,
    });
  }
}

function invalid(directory: string, reason: string, cause?: unknown): UserError {
  return new UserError(`the model in ${directory} can't be loaded: ${reason}`, {
    code: 'model-invalid',
    hint: 'train it again, or copy it again from where it was saved',
    cause,
  });
}
