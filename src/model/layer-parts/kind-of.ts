import type { LayerConfig } from '../../config/schema/experiment.generated.js';
import { input } from '../layers/input.js';
import { layerKinds } from '../layers/kinds.generated.js';
import type { LayerKind } from './layer-kind.js';
import type { PlainLayer } from './layer-node.js';
import { merge } from '../layers/merge.js';
import { paddingMask } from './padding-mask.js';

/** Those of configurations, and those that only other layers bring with them. */
const kinds = {
  ...layerKinds,
  input,
  padding_mask: paddingMask,
  concatenate: merge,
  add: merge,
  multiply: merge,
  maximum: merge,
  average: merge,
};

/** What is known of a layer's type. */
export function kindOf<L extends LayerConfig | PlainLayer>(layer: L): LayerKind<L> {
  return kinds[layer.type] as LayerKind<L>;
}
