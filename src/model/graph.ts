import type { LayerConfig, ModelConfig, Residual } from '../config/experiment.js';
import { type PlainLayer, activationLayers, expandLayer, projection, stride } from './expansion.js';
import { type LayerProblem, type Shape, outputShape, shapeText } from './output-shape.js';

/** What the model is given, and how many classes it tells apart. */
export interface ImageShape {
  height: number;
  width: number;
  channels: number;
  classes: number;
}

/** A place in a configuration: `['model', 'layers', 3, 'kernel_size']`. */
export type ConfigPath = (string | number)[];

/** A mistake in a model that no schema can see. */
export interface ShapeProblem {
  path: ConfigPath;
  message: string;
  expected?: string;
  received?: string;
  hint?: string;
}

/** A layer in its place. */
export interface LayerNode {
  layer: PlainLayer;
  /** The layer of the configuration that it comes from. */
  path: ConfigPath;
  /** Two for `add`, none for `input`, else one. */
  inputs: LayerNode[];
  inputShape: Shape;
  outputShape: Shape;
  /** Whether its weights are trained, if it has any. */
  trainable: boolean;
}

export interface ModelGraph {
  /** Each after its inputs; first the model's input, last its output. */
  nodes: LayerNode[];
  problems: ShapeProblem[];
}

/** Places that the layers of a residual block have in common: where they come from, whether they are trained. */
interface Origin {
  path: ConfigPath;
  trainable: boolean;
}

/** The layers of a model as they follow from one another, all that `check` and `plan` need to know of it. */
export function modelGraph(config: ModelConfig, input: ImageShape): ModelGraph {
  const builder = new GraphBuilder(input);
  const output = builder.chain(config.layers, builder.nodes[0], { path: ['model'], trainable: true });
  checkOutput(output, input.classes, builder);
  return { nodes: builder.nodes, problems: builder.problems };
}

class GraphBuilder {
  readonly nodes: LayerNode[] = [];
  readonly problems: ShapeProblem[] = [];
  readonly #classes: number;
  #sizesAreGuesses = false;

  constructor({ height, width, channels, classes }: ImageShape) {
    this.#classes = classes;
    const shape = [height, width, channels];
    const layer = { type: 'input' as const, name: 'input' };
    this.nodes.push({
      layer,
      path: ['model', 'layers'],
      inputs: [],
      inputShape: shape,
      outputShape: shape,
      trainable: false,
    });
  }

  /** Lets the layers follow one another. @returns the last */
  chain(layers: readonly LayerConfig[], from: LayerNode, { path, trainable }: Origin): LayerNode {
    return layers.reduce((input, layer, index) => {
      const origin = {
        path: [...path, 'layers', index],
        trainable: trainable && (!('trainable' in layer) || layer.trainable),
      };
      if (layer.name === 'input') this.report(origin.path, { key: 'name', ...reservedName() });
      return layer.type === 'residual'
        ? this.#residual(layer, input, origin)
        : this.#sequence(expandLayer(layer), input, origin);
    }, from);
  }

  report(path: ConfigPath, { key, concerns, ...problem }: LayerProblem): void {
    if (concerns === 'size' && this.#sizesAreGuesses) return;
    this.#sizesAreGuesses ||= concerns !== undefined;
    this.problems.push({ path: key === undefined ? path : [...path, key], ...problem });
  }

  #sequence(layers: readonly PlainLayer[], from: LayerNode, origin: Origin): LayerNode {
    return layers.reduce((input, layer) => this.#append(layer, [input], origin), from);
  }

  #append(layer: PlainLayer, inputs: LayerNode[], { path, trainable }: Origin): LayerNode {
    const complete = layer.type === 'dense' ? { ...layer, units: layer.units ?? this.#classes } : layer;
    const inputShape = inputs[0].outputShape;
    const shape = outputShape(complete, inputShape, (problem) => {
      this.report(path, problem);
    });
    const node = { layer: complete, path, inputs, inputShape, outputShape: shape, trainable };
    this.nodes.push(node);
    return node;
  }

  #residual(residual: Residual, input: LayerNode, origin: Origin): LayerNode {
    const main = this.chain(residual.layers, input, origin);
    const shortcut = this.#shortcut(residual, input, main.outputShape, origin);
    // tfjs can't add a tensor to itself, which happens where all pooling within is left out.
    const copy = { type: 'activation' as const, name: `${residual.name}/shortcut`, activation: 'linear' as const };
    const other = shortcut === main ? this.#append(copy, [shortcut], origin) : shortcut;
    const sum = this.#append({ type: 'add', name: residual.name }, [main, other], origin);
    return this.#sequence(activationLayers(residual.name, residual.activation), sum, origin);
  }

  #shortcut(residual: Residual, input: LayerNode, target: Shape, origin: Origin): LayerNode {
    const agrees = shapeText(input.outputShape) === shapeText(target);
    if (residual.shortcut === 'identity' || (residual.shortcut === 'auto' && agrees)) {
      if (!agrees) this.report(origin.path, identityMismatch(residual, input.outputShape, target));
      return input;
    }
    if (!canProject(input.outputShape, target)) {
      this.report(origin.path, projectionMismatch(residual, input.outputShape, target));
      return input;
    }
    return this.#sequence(projection(residual, input.outputShape, target), input, origin);
  }
}

const reservedName = (): LayerProblem => ({
  message: '"input" is the name of the images that the model is given',
  expected: 'another name',
  received: 'input',
});

function identityMismatch({ name }: Residual, input: Shape, target: Shape): LayerProblem {
  return {
    key: 'shortcut',
    message: `the layers of "${name}" change the shape, so its input can't be added to their output as it is`,
    expected: shapeText(input),
    received: shapeText(target),
    hint: 'shortcut: auto',
    concerns: 'size',
  };
}

function projectionMismatch({ name }: Residual, input: Shape, target: Shape): LayerProblem {
  return {
    key: 'shortcut',
    message: `no 1×1 convolution brings the input of "${name}" to the shape of its layers' output`,
    expected: `an output whose height and width are a whole part of ${shapeText(input.slice(0, 2))}, rounded up`,
    received: shapeText(target),
    hint: 'padding: same in its layers',
    concerns: 'size',
  };
}

function canProject(input: Shape, target: Shape): boolean {
  if (input.length !== target.length) return false;
  return input.slice(0, -1).every((length, axis) => stride(length, target[axis]) !== undefined);
}

/** The model must end in a number for each class, and nothing may come between a softmax and the loss. */
function checkOutput(output: LayerNode, classes: number, builder: GraphBuilder): void {
  const { outputShape: shape, path } = output;
  if (shape.length !== 1 || shape[0] !== classes) {
    // Of all that a layer of the configuration stands for, the one that bears its bare name has the kernel.
    const named = builder.nodes.find((node) => node.path === path && !node.layer.name.includes('/'));
    builder.report(path, outputMismatch(named ?? output, shape, classes));
  } else if (builder.nodes.some((node) => isSoftmax(node) && node !== output && isOnlyRefined(node, output))) {
    builder.report(path, {
      message: `"${output.layer.name}" comes after the softmax, whose outputs are the probabilities of the classes`,
      hint: 'let the softmax be the last: as `- {type: activation, activation: softmax}` at the end, or move this up',
    });
  }
}

function outputMismatch({ layer }: LayerNode, shape: Shape, classes: number): LayerProblem {
  if (layer.type === 'dense') {
    return {
      key: 'units',
      message: `the output layer "${layer.name}" has ${String(layer.units)} units for ${classes} classes`,
      expected: String(classes),
      received: String(layer.units),
      hint: 'leave units out: the output layer then has one for each class',
    };
  }
  return {
    message: `the last layer, "${layer.name}", doesn't give one number for each class`,
    expected: `${classes} numbers`,
    received: shapeText(shape),
    hint: 'end with "- type: dense"',
  };
}

export function isSoftmax({ layer }: LayerNode): boolean {
  return layer.type === 'activation' && layer.activation === 'softmax';
}

/** Whether no layer with a kernel lies between: then a softmax is hardly meant as anything but the output. */
function isOnlyRefined(start: LayerNode, end: LayerNode): boolean {
  if (end === start) return true;
  return !('kernel_initializer' in end.layer) && end.inputs.some((input) => isOnlyRefined(start, input));
}
