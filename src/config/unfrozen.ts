import { withInner } from './inner-layers.js';
import { matchesName } from './layers.js';
import type { LayerConfig, ModelConfig, TrainingConfig } from './schema/experiment.generated.js';

/** The model with every layer trained that is ever trained. */
export function withAllUnfrozen(model: ModelConfig, { unfreeze }: Pick<TrainingConfig, 'unfreeze'>): ModelConfig {
  return unfrozen(model, Object.values(unfreeze ?? {}).flat());
}

/** The model with the layers trained whose names have the form of one of these patterns. */
export function unfrozen(model: ModelConfig, patterns: readonly string[]): ModelConfig {
  if (patterns.length === 0) return model;
  const thaw = (layer: LayerConfig): LayerConfig => {
    const isNamed = 'trainable' in layer && patterns.some((pattern) => matchesName(layer.name, pattern));
    return { ...withInner(layer, thaw), ...(isNamed ? { trainable: true } : {}) };
  };
  return { ...model, layers: model.layers.map(thaw) };
}
