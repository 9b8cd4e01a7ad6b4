import type { LayerConfig, ModelConfig } from '../config/schema/experiment.generated.js';
import { counted } from '../text/words.js';
import { type InputTensor, type ModelInput, inputTensors } from './input-tensors.js';
import { placeInputs } from './layers/inputs.js';
import { kindOf } from './layer-parts/kind-of.js';
import type { ConfigPath, GraphPlaces, LayerNode, Origin, PlainLayer } from './layer-parts/layer-node.js';
import { type LayerProblem, type Shape, shapeText } from './shape.js';

/** What the model is given, and what it is to give. */
export interface ModelShape {
  /** The columns of the dataset that it may take. */
  inputs: readonly ModelInput[];
  /** How many numbers it gives of each example: one for each class, or those that it predicts. */
  outputs: number;
  /** What these are. */
  outputsAre: 'classes' | 'labels' | 'numbers';
  /** Of masks, [height, width]: so many numbers at each pixel. */
  pixels?: readonly [number, number];
}

/** A mistake in a model that no schema can see. */
export interface ShapeProblem {
  path: ConfigPath;
  message: string;
  expected?: string;
  received?: string;
  hint?: string;
}

export interface ModelGraph {
  /** Each after its inputs; first those of the model, last its output. */
  nodes: LayerNode[];
  problems: ShapeProblem[];
}

/** The layers of a model as they follow from one another, all that `check` and `plan` need to know of it. */
export function modelGraph(config: ModelConfig, shape: ModelShape): ModelGraph {
  const builder = new GraphBuilder(shape);
  const [first, ...rest] = config.layers;
  const origin = { path: LAYERS, trainable: true };
  const start = beginning(first, shape.inputs, builder);
  const output =
    first.type === 'inputs' ? builder.chain(rest, start, origin, 1) : builder.chain(config.layers, start, origin);
  checkWords(builder);
  checkOutput(output, shape, builder);
  return { nodes: builder.nodes, problems: builder.problems };
}

const LAYERS: ConfigPath = ['model', 'layers'];

/** The model's inputs, and where they have become one. */
function beginning(first: LayerConfig, inputs: readonly ModelInput[], builder: GraphBuilder): LayerNode {
  const path = first.type === 'inputs' ? [...LAYERS, 0] : LAYERS;
  const tensors = inputTensors(first, inputs, (within, problem) => {
    builder.report([...path, ...within], problem);
  }).map((tensor) => ({ tensor, node: builder.input(tensor, path) }));
  if (first.type !== 'inputs') return tensors[0].node;
  return placeInputs(first, tensors, { path, trainable: true }, builder);
}

class GraphBuilder implements GraphPlaces {
  readonly nodes: LayerNode[] = [];
  readonly problems: ShapeProblem[] = [];
  readonly #outputs: number;
  #sizesAreGuesses = false;

  constructor({ outputs }: ModelShape) {
    this.#outputs = outputs;
  }

  /** Something that the model is given. */
  input({ name, shape, tokens }: InputTensor, path: ConfigPath): LayerNode {
    const layer = { type: 'input' as const, name, ...(tokens === undefined ? {} : { tokens }) };
    const node = { layer, path, inputs: [], inputShape: shape, outputShape: shape, trainable: false };
    this.nodes.push(node);
    return node;
  }

  /** @param first the place of the first of them in their list */
  chain(layers: readonly LayerConfig[], from: LayerNode, { path, trainable }: Origin, first = 0): LayerNode {
    return layers.reduce((input, layer, index) => {
      const origin = {
        path: [...path, first + index],
        trainable: trainable && (!('trainable' in layer) || layer.trainable),
      };
      if (layer.name === 'input') this.report(origin.path, { key: 'name', ...reservedName() });
      const kind = kindOf(layer);
      if (kind.place) return kind.place(layer, input, origin, this);
      return this.sequence(kind.expand?.(layer) ?? [layer as PlainLayer], input, origin);
    }, from);
  }

  sequence(layers: readonly PlainLayer[], from: LayerNode, origin: Origin): LayerNode {
    return layers.reduce((input, layer) => this.append(layer, [input], origin), from);
  }

  append(layer: PlainLayer, inputs: LayerNode[], { path, trainable }: Origin): LayerNode {
    const kind = kindOf(layer);
    const complete = kind.complete?.(layer, this.#outputs) ?? layer;
    const inputShape = inputs[0].outputShape;
    const report = (problem: LayerProblem): void => {
      this.report(path, problem);
    };
    const shapes = inputs.map((input) => input.outputShape);
    const outputShape = kind.outputShape?.(complete, inputShape, report, shapes) ?? inputShape;
    const node: LayerNode = { layer: complete, path, inputs, inputShape, outputShape, trainable };
    if (kind.keepsMask && inputs[0].mask) node.mask = inputs[0].mask;
    this.nodes.push(node);
    return node;
  }

  report(path: ConfigPath, { key, concerns, ...problem }: LayerProblem): void {
    if (concerns === 'size' && this.#sizesAreGuesses) return;
    this.#sizesAreGuesses ||= concerns !== undefined;
    this.problems.push({ path: key === undefined ? path : [...path, key], ...problem });
  }
}

const reservedName = (): LayerProblem => ({
  message: '"input" is the name of what the model is given',
  expected: 'another name',
  received: 'input',
});

/** The numbers of words are names, not amounts: nothing can be computed of them. */
function checkWords(builder: GraphBuilder): void {
  const isOfWords = ({ layer: { type } }: LayerNode): boolean => type === 'embedding' || type === 'padding_mask';
  const areWords = ({ layer }: LayerNode): boolean => layer.type === 'input' && layer.tokens !== undefined;
  const taker = builder.nodes.find((node) => node.inputs.some(areWords) && !isOfWords(node));
  if (!taker) return;
  builder.report(taker.path, {
    message: `the words of a text reach "${taker.layer.name}" as numbers, of which nothing can be computed`,
    hint: 'put "- {type: embedding, output_dim: 100}" first, or give the text output_mode: multi_hot',
    concerns: 'rank',
  });
}

/** The model must end in a number for each class or target, and nothing may come between a softmax and the loss. */
function checkOutput(output: LayerNode, wanted: ModelShape, builder: GraphBuilder): void {
  const { outputShape: shape, path } = output;
  if (shapeText(shape) !== shapeText([...(wanted.pixels ?? []), wanted.outputs])) {
    // Of all that a layer of the configuration stands for, the one that bears its bare name has the kernel.
    const named = builder.nodes.find((node) => node.path === path && !node.layer.name.includes('/'));
    const { pixels } = wanted;
    builder.report(
      path,
      pixels ? mapMismatch(named ?? output, shape, pixels, wanted) : outputMismatch(named ?? output, shape, wanted),
    );
  } else if (builder.nodes.some((node) => isSoftmax(node) && node !== output && isOnlyRefined(node, output))) {
    builder.report(path, {
      message: `"${output.layer.name}" comes after the softmax, whose outputs are the probabilities of the classes`,
      hint: 'let the softmax be the last: as `- {type: activation, activation: softmax}` at the end, or move this up',
    });
  }
}

function outputMismatch({ layer }: LayerNode, shape: Shape, { outputs, outputsAre }: ModelShape): LayerProblem {
  const isOfClasses = outputsAre !== 'numbers';
  const what = isOfClasses ? `${outputs} ${outputsAre}` : `a target of ${counted(outputs, 'number')}`;
  if (layer.type === 'dense' && shape.length === 1) {
    return {
      key: 'units',
      message: `the output layer "${layer.name}" has ${String(layer.units)} units for ${what}`,
      expected: String(outputs),
      received: String(layer.units),
      hint: isOfClasses
        ? `leave units out: the output layer then has one for each ${outputsAre === 'labels' ? 'label' : 'class'}`
        : 'leave units out: the output layer then has as many as the target',
    };
  }
  return {
    message: `the last layer, "${layer.name}", doesn't give ${isOfClasses ? 'one number for each class' : 'the target'}`,
    expected: counted(outputs, 'number'),
    received: shapeText(shape),
    hint: shape.length === 2 ? 'put "- type: global_pooling1d" before the last dense' : 'end with "- type: dense"',
  };
}

function mapMismatch({ layer }: LayerNode, shape: Shape, pixels: Shape, { outputs }: ModelShape): LayerProblem {
  const expected = `${shapeText([...pixels, outputs])}: the classes at each pixel of the mask`;
  const received = shapeText(shape);
  const isOfSize = shape.length === 3 && shapeText(shape.slice(0, 2)) === shapeText(pixels);
  if (layer.type === 'conv2d' && isOfSize) {
    const message = `the output layer "${layer.name}" has ${String(layer.filters)} filters for ${outputs} classes`;
    const hint = 'leave filters out: the output layer then has one for each class';
    return { key: 'filters', message, expected, received, hint };
  }
  if (isOfSize) {
    const hint = 'end with "- {type: conv2d, kernel_size: 1}"';
    return {
      message: `the last layer, "${layer.name}", doesn't give one number for each class`,
      expected,
      received,
      hint,
    };
  }
  return {
    message: `the last layer, "${layer.name}", doesn't give the classes of each pixel`,
    expected,
    received,
    hint:
      shape.length === 3
        ? 'padding: same, an image_size that all pooling divides, and as much upsampling as pooling'
        : 'blocks: {count: 4, filters: 16, decoder: conv2d_transpose}, or layers that keep the image and end in conv2d',
    concerns: 'size',
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

/**
 * Whether what a layer does last to each number, to add its bias and to apply its activation, may wait until after the
 * max pooling that follows: the greatest of some numbers stays the greatest under a function that never falls, and a
 * pool of 2×2 leaves a quarter of them to compute. The results are the same, and so are the gradients, except where
 * numbers that differ are rounded to the same: there the gradient goes to the greatest, not to the first.
 * @param nodes the whole model
 */
export function isPooledFirst(node: LayerNode, nodes: readonly LayerNode[]): boolean {
  if (!kindOf(node.layer).canBePooledFirst?.(node.layer)) return false;
  const takers = nodes.filter(({ inputs }) => inputs.includes(node)).map(({ layer }) => layer);
  return takers.length === 1 && kindOf(takers[0]).isMaxPooling?.(takers[0]) === true;
}
