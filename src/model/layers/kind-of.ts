import type { LayerConfig } from '../../config/schema/experiment.generated.js';
import { add } from './add.js';
import { input } from './input.js';
import { layerKinds } from './kinds.generated.js';
import type { LayerKind } from './layer-kind.js';
import type { PlainLayer } from './layer-node.js';

/** Those of configurations, and those that only other layers bring with them. */
const kinds = { ...layerKinds, add, input };

/** What is known of a layer's type. */
export function kindOf<L extends LayerConfig | PlainLayer>(layer: L): LayerKind<L> {
  return kinds[layer.type] as LayerKind<L>;
}
