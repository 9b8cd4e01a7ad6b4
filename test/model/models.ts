import type { ModelConfig } from '../../src/config/schema/experiment.generated.js';
import { resolveExperiment } from '../../src/config/resolve.js';
import type { Json } from '../../src/config/text/tree.js';
import type { ModelShape } from '../../src/model/graph.js';

/** Small images, of which no two sizes are equal. */
export const IMAGES = { height: 9, width: 8, channels: 4, classes: 3 };

/** Short sequences, and the words of short texts. */
export const SEQUENCES = { length: 11, channels: 4, words: 9 };

/** What models are given in tests. */
export type Given = 'images' | 'sequences' | 'words';

/** What a model of these is given, and gives. */
export function shapeOfGiven(given: Given): ModelShape {
  if (given === 'images') return shapeOf(IMAGES);
  const { length, channels, words } = SEQUENCES;
  const outputs = { outputs: IMAGES.classes, outputsAre: 'classes' as const };
  return given === 'words'
    ? { inputs: [{ name: 'text', shape: [length], tokens: words }], ...outputs }
    : { inputs: [{ name: 'sequence', shape: [length, channels] }], ...outputs };
}

/** What a model of images is given, and gives. */
export function shapeOf({ height, width, channels, classes }: typeof IMAGES): ModelShape {
  return { inputs: [{ name: 'image', shape: [height, width, channels] }], outputs: classes, outputsAre: 'classes' };
}

export type LayerFragment = { type: string } & Record<string, Json>;

/** A model as a file describes it, resolved. @param shared the model's defaults for all layers */
export function resolveModel(layers: LayerFragment[], shared: Record<string, Json> = {}): ModelConfig {
  const experiment = { dataset: { name: 'mnist' }, model: { ...shared, layers } };
  return resolveExperiment(experiment, 'test', () => '/').model;
}

/** The layers, then what makes a classifier of any: a flatten, and an output layer without softmax. */
export function classifier(layers: LayerFragment[]): LayerFragment[] {
  const flat = layers.some(({ type }) => type === 'flatten' || type.startsWith('global_pooling'));
  const end: LayerFragment[] = [
    ...(flat ? [] : [{ type: 'flatten', name: 'last_flatten' }]),
    { type: 'dense', name: 'output', activation: 'linear' },
  ];
  return [...layers, ...end];
}

export function resolveClassifier(layers: LayerFragment[], shared: Record<string, Json> = {}): ModelConfig {
  return resolveModel(classifier(layers), shared);
}

/** For the title of a test: `gelu, approximate true`. */
export function choiceName(choice: string | { name: string }): string {
  if (typeof choice === 'string') return choice;
  const { name, ...parameters } = choice;
  return [name, ...Object.entries(parameters).map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(', ');
}
