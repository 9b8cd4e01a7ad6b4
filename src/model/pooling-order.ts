import type { ActivationConfig } from '../config/experiment.js';
import type { LayerNode } from './graph.js';

/** Activations that never fall where their input rises. */
const MONOTONIC = new Set<ActivationConfig>(['linear', 'relu', 'selu', 'sigmoid', 'softplus', 'tanh']);

/**
 * Whether what a layer does last to each number, to add its bias and to apply its activation, may wait until after the
 * max pooling that follows: the greatest of some numbers stays the greatest under a function that never falls, and a
 * pool of 2×2 leaves a quarter of them to compute. The results are the same, and so are the gradients, except where
 * numbers that differ are rounded to the same: there the gradient goes to the greatest, not to the first.
 * @param nodes the whole model
 */
export function isPooledFirst(node: LayerNode, nodes: readonly LayerNode[]): boolean {
  const { layer } = node;
  switch (layer.type) {
    case 'conv2d':
      return layer.groups === 1 && MONOTONIC.has(layer.activation) && isOnlyPooled(node, nodes);
    case 'activation':
      return MONOTONIC.has(layer.activation) && isOnlyPooled(node, nodes);
    default:
      return false;
  }
}

/** Whether max pooling takes a layer's output, and nothing else does. */
function isOnlyPooled(node: LayerNode, nodes: readonly LayerNode[]): boolean {
  const takers = nodes.filter(({ inputs }) => inputs.includes(node));
  return takers.length === 1 && takers[0].layer.type === 'pooling2d' && takers[0].layer.pooling !== 'average';
}
