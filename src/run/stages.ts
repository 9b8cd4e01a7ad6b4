import type * as tf from '@tensorflow/tfjs';
import type { ModelConfig, TrainingConfig } from '../config/schema/experiment.generated.js';
import { matchesName } from '../config/layers.js';
import { type ModelShape, modelGraph } from '../model/graph.js';
import { wholeWeightName } from '../model/layer-parts/grouped-convolution.js';
import { unfrozen } from '../config/unfrozen.js';
import { createGradientClipping } from '../training/gradient-clipping.js';
import type { Pace } from '../training/optimizers.js';
import type { TrainingStage } from '../training/step.js';

/**
 * What is trained when: the stages that `unfreeze` divides a training into, one without it.
 * @param logits built `withAllUnfrozen`
 * @param trainable the weights that are ever trained
 */
export function trainingStages(
  { model, training, shape }: { model: ModelConfig; training: TrainingConfig; shape: ModelShape },
  logits: tf.LayersModel,
  trainable: readonly number[],
): TrainingStage[] {
  const patterns = Object.entries(training.unfreeze ?? {}).map(([epoch, names]) => ({ epoch: Number(epoch), names }));
  const epochs = [1, ...patterns.map(({ epoch }) => epoch).sort((a, b) => a - b)];
  const stages: TrainingStage[] = [];
  for (const firstEpoch of epochs) {
    const soFar = patterns.filter(({ epoch }) => epoch <= firstEpoch).flatMap(({ names }) => names);
    const frozen = frozenLayers(unfrozen(model, soFar), shape, logits);
    const stage = stageOf(logits, trainable, frozen);
    const before = stages.at(-1)?.frozen ?? new Set();
    const fresh = [...before].filter((layer) => !frozen.has(layer) && layer.weights.length > 0);
    const clip = createGradientClipping(training.gradient_clipping, stage.names);
    stages.push({ firstEpoch, frozen, trainable: stage.weights, clip, unfrozen: fresh.map(({ name }) => name) });
  }
  return stages;
}

/** How fast and from when on each of the weights that are ever trained is trained. */
export function pacesOf(
  { learning_rate_multipliers: multipliers }: TrainingConfig,
  {
    logits,
    trainable,
    stages,
    stepsPerEpoch,
  }: {
    logits: tf.LayersModel;
    trainable: readonly number[];
    stages: readonly TrainingStage[];
    stepsPerEpoch: number;
  },
): Pace[] {
  return trainable.map((index) => {
    const layer = configuredName(logits.weights[index].originalName);
    const [, multiplier] = Object.entries(multipliers ?? {}).find(([pattern]) => matchesName(layer, pattern)) ?? [];
    const { firstEpoch = 1 } = stages.find((stage) => stage.trainable.includes(index)) ?? {};
    return { multiplier: multiplier ?? 1, firstStep: (firstEpoch - 1) * stepsPerEpoch };
  });
}

/** The name of the layer of the experiment file: `conv2d` of `conv2d/batch_normalization/gamma`. */
function configuredName(name: string): string {
  return name.split('/')[0];
}

/** The layers of the built model that are frozen in this configuration, and weren't built so. */
function frozenLayers(model: ModelConfig, shape: ModelShape, logits: tf.LayersModel): Set<tf.layers.Layer> {
  const trainableOf = new Map(modelGraph(model, shape).nodes.map(({ layer, trainable }) => [layer.name, trainable]));
  // A convolution in groups is built of several layers, named after it.
  const isFrozen = ({ name }: tf.layers.Layer): boolean => {
    const own = trainableOf.get(name) ?? trainableOf.get(name.slice(0, Math.max(0, name.lastIndexOf('/'))));
    return own === false;
  };
  return new Set(logits.layers.filter((layer) => layer.trainable && isFrozen(layer)));
}

function stageOf(
  logits: tf.LayersModel,
  trainable: readonly number[],
  frozen: ReadonlySet<tf.layers.Layer>,
): { weights: number[]; names: string[] } {
  const resting = new Set([...frozen].flatMap((layer) => layer.weights));
  const weights = trainable.filter((index) => !resting.has(logits.weights[index]));
  return { weights, names: weights.map((index) => wholeWeightName(logits.weights[index].originalName)) };
}
