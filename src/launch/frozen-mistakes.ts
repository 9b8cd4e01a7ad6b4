import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isModelPath, modelLabel, parseReference } from '../config/model-reference.js';
import { withAllUnfrozen } from '../config/unfrozen.js';
import type { Experiment } from '../config/schema/experiment.generated.js';
import type { VariantCheck } from '../config/sweep/problems.js';
import type { ModelShape } from '../model/graph.js';
import type { LayerNode } from '../model/layer-parts/layer-node.js';
import { frozenAtRandom, readSavedWeights } from '../model/saved-weights.js';

/**
 * Layers that would stay random: frozen, and without weights in the model that training starts from, as far as that is
 * there. The rest is found by the worker, which builds the model.
 */
export function frozenMistakes(
  config: Pick<Experiment, 'model' | 'training'>,
  shape: ModelShape,
  classes: readonly string[],
): ReturnType<VariantCheck> {
  const { initial_weights: reference, trainable } = config.training;
  const directory = reference === null ? undefined : directoryOf(reference);
  const saved = directory === undefined ? undefined : readSavedWeights(directory);
  if (reference === null || !saved) return [];
  const frozen = frozenAtRandom(withAllUnfrozen(config.model, config.training), shape, saved, classes);
  const from = modelLabel(reference) ?? basename(reference);
  if (trainable === null) return frozen.map((node) => mistake([...node.path, 'trainable'], [node], from));
  return frozen.length === 0 ? [] : [mistake(['training', 'trainable'], frozen, from)];
}

/** Of a reference with a path, of a model's folder or of a run's. */
function directoryOf(reference: string): string | undefined {
  const { model } = parseReference(reference);
  if (!isModelPath(model)) return undefined;
  return existsSync(join(model, 'model.json')) ? model : join(model, 'model');
}

function mistake(path: (string | number)[], nodes: LayerNode[], from: string): ReturnType<VariantCheck>[number] {
  const names = nodes.map(({ layer }) => layer.name).join(', ');
  const [are, them, they] = nodes.length === 1 ? ['is', 'it', 'it'] : ['are', 'them', 'they'];
  const message = `${names} ${are} frozen, and ${from} has no weights for ${them}: ${they} would stay random`;
  const hint = 'let training.trainable name what is to be trained too, or name and shape the layers as they are there';
  return { path, details: { code: 'conflict', message, hint } };
}
