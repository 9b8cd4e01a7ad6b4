import { join } from 'node:path';
import type { ModelConfig } from '../config/schema/experiment.generated.js';
import { readRegularFileSync } from '../system/regular-file.js';
import { type ModelShape, modelGraph } from './graph.js';
import { wholeWeightName } from './layer-parts/grouped-convolution.js';
import type { LayerNode } from './layer-parts/layer-node.js';
import { countParameters } from './shapes.js';
import { elementCount } from '../tensorflow/element-count.js';

/** Larger files are no model descriptions. */
const MAX_BYTES = 2 ** 26;
/** A layer has five weights at most; more belong to no model of ours. */
const MAX_WEIGHTS = 16;

/** What a saved model's description tells of its weights. */
export interface SavedWeights {
  /** A weight's name (`conv2d/kernel`) → how many numbers it has. */
  sizes: ReadonlyMap<string, number>;
  /** That the model tells apart; undefined if it doesn't say. */
  classes: readonly string[] | undefined;
}

/** @param directory of a model; undefined where there is no readable one: who takes its weights says why */
export function readSavedWeights(directory: string): SavedWeights | undefined {
  try {
    const text = readRegularFileSync(join(directory, 'model.json'), MAX_BYTES).toString('utf8');
    const { weightsManifest, userDefinedMetadata } = JSON.parse(text) as Description;
    const sizes = new Map<string, number>();
    for (const { name, shape } of weightsManifest.flatMap(({ weights }) => weights)) {
      const whole = wholeWeightName(name);
      sizes.set(whole, (sizes.get(whole) ?? 0) + elementCount(shape));
    }
    const { classes } = userDefinedMetadata ?? {};
    return { sizes, classes: Array.isArray(classes) ? classes : undefined };
  } catch {
    return undefined;
  }
}

interface Description {
  weightsManifest: { weights: { name: string; shape: number[] }[] }[];
  userDefinedMetadata?: { classes?: unknown };
}

/**
 * The layers of a model that are not trained and surely take no weights of a saved model (see `transferWeights`, which alone knows
 * the weights' shapes): they would stay random.
 * @param classes of the model that takes them
 */
export function frozenAtRandom(
  model: ModelConfig,
  shape: ModelShape,
  { sizes, classes: theirs }: SavedWeights,
  classes: readonly string[],
): LayerNode[] {
  const nodes = modelGraph(model, shape).nodes.filter((node) => countParameters(node).parameters > 0);
  const fresh = theirs !== undefined && theirs.join('\0') !== classes.join('\0') ? nodes.at(-1) : undefined;
  return nodes.filter((node) => !node.trainable && (node === fresh || !mayTake(node, sizes)));
}

/** Whether some of the weights under the layer's name have as many numbers as the layer. */
function mayTake(node: LayerNode, sizes: SavedWeights['sizes']): boolean {
  const prefix = `${node.layer.name}/`;
  const own = [...sizes].filter(([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'));
  if (own.length > MAX_WEIGHTS) return true;
  const sums = own.reduce((all, [, size]) => [...all, ...all.map((sum) => sum + size)], [0]);
  return sums.includes(countParameters(node).parameters);
}
