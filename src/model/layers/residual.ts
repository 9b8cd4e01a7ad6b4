import type { Residual } from '../../config/schema/experiment.generated.js';
import { type LayerProblem, type Shape, shapeText } from '../shape.js';
import { activationLayers } from './activation.js';
import { checkDivisible } from '../layer-parts/divisible.js';
import { expandKernelLayer } from '../layer-parts/kernel.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import type { GraphPlaces, LayerNode, Origin, PlainLayer } from '../layer-parts/layer-node.js';

/**
 * Layers whose input is added to their output (He et al., 2016; Keras Add), or put beside it (Keras Concatenate), then an
 * activation. Nested, with pooling first and what makes up for it last, it is a U-Net (Ronneberger et al., 2015).
 */
export const residual: LayerKind<Residual> = {
  place(layer, input, origin, graph) {
    checkDivisible(layer, input.outputShape, (problem) => {
      graph.report(origin.path, problem);
    });
    const main = graph.chain(layer.layers, input, { ...origin, path: [...origin.path, 'layers'] });
    const shortcut = placeShortcut(layer, input, main.outputShape, origin, graph);
    // tfjs can't merge a tensor with itself, which happens where all pooling within is left out.
    const copy = { type: 'activation' as const, name: `${layer.name}/shortcut`, activation: 'linear' as const };
    const other = shortcut === main ? graph.append(copy, [shortcut], origin) : shortcut;
    const merged = graph.append({ type: layer.merge, name: layer.name }, [main, other], origin);
    if (main.mask && main.mask === input.mask) merged.mask = main.mask;
    return graph.sequence(activationLayers(layer.name, layer.activation), merged, origin);
  },
};

/** The input as it is, or projected to the shape that it is merged with. */
function placeShortcut(
  layer: Residual,
  input: LayerNode,
  target: Shape,
  origin: Origin,
  graph: GraphPlaces,
): LayerNode {
  const agrees = canMerge(layer, input.outputShape, target);
  if (layer.shortcut === 'identity' || (layer.shortcut === 'auto' && agrees)) {
    if (!agrees) graph.report(origin.path, identityMismatch(layer, input.outputShape, target));
    return input;
  }
  if (!canProject(input.outputShape, target)) {
    graph.report(origin.path, projectionMismatch(layer, input.outputShape, target));
    return input;
  }
  return graph.sequence(projection(layer, input.outputShape, target), input, origin);
}

/** Of what stands side by side only the channels may differ. */
function canMerge({ merge }: Residual, input: Shape, target: Shape): boolean {
  if (merge === 'add') return shapeText(input) === shapeText(target);
  return input.length === target.length && shapeText(input.slice(0, -1)) === shapeText(target.slice(0, -1));
}

const verbs: Record<Residual['merge'], string> = { add: 'added to', concatenate: 'put beside' };

function identityMismatch({ name, merge }: Residual, input: Shape, target: Shape): LayerProblem {
  return {
    key: 'shortcut',
    message: `the layers of "${name}" change the shape, so its input can't be ${verbs[merge]} their output as it is`,
    expected: shapeText(input),
    received: shapeText(target),
    hint: merge === 'add' ? 'shortcut: auto' : 'padding: same in its layers',
    concerns: 'size',
  };
}

function projectionMismatch({ name }: Residual, input: Shape, target: Shape): LayerProblem {
  return {
    key: 'shortcut',
    message: `no 1×1 convolution brings the input of "${name}" to the shape of its layers' output`,
    expected: `an output whose ${input.length === 3 ? 'height and width are' : 'length is'} a whole part of ${shapeText(input.slice(0, -1))}, rounded up`,
    received: shapeText(target),
    hint: 'padding: same in its layers',
    concerns: 'size',
  };
}

function canProject(input: Shape, target: Shape): boolean {
  if (input.length !== target.length) return false;
  return input.slice(0, -1).every((length, axis) => stride(length, target[axis]) !== undefined);
}

/** The smallest step with which a 1×1 kernel makes `to` pixels of `from`; undefined if there is none. */
function stride(from: number, to: number): number | undefined {
  const step = Math.ceil(from / to);
  return Math.ceil(from / step) === to ? step : undefined;
}

/** The layers of a shortcut from a shape to another one. */
function projection(layer: Residual, input: readonly number[], output: readonly number[]): PlainLayer[] {
  const { kernel_initializer, kernel_regularizer, batch_normalization } = layer;
  const common = {
    name: `${layer.name}/projection`,
    activation: 'linear' as const,
    use_bias: !batch_normalization,
    kernel_initializer,
    bias_initializer: 'zeros' as const,
    kernel_regularizer,
    batch_normalization,
    dropout: 0,
    trainable: true,
  };
  const width = output.at(-1) ?? 0;
  if (output.length === 1) return expandKernelLayer({ type: 'dense', units: width, ...common });
  if (output.length === 2) {
    const steps = {
      kernel_size: 1,
      strides: stride(input[0], output[0]) ?? 1,
      padding: 'valid' as const,
      dilation_rate: 1,
    };
    return expandKernelLayer({ type: 'conv1d', filters: width, ...steps, ...common });
  }
  const strides: [number, number] = [stride(input[0], output[0]) ?? 1, stride(input[1], output[1]) ?? 1];
  const kernel = { kernel_size: 1, strides, padding: 'valid' as const, dilation_rate: 1, groups: 1 };
  return expandKernelLayer({ type: 'conv2d', filters: width, ...kernel, ...common });
}
