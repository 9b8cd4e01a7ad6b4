import { innerLayers, withInner } from './inner-layers.js';
import { type TargetTraits, branchFor, expand } from './schema/schema.js';

/** A layer as data: what the schema has found valid, but not yet complete. */
export interface Layer {
  type: string;
  name?: string;
  [key: string]: unknown;
}

const layerKeys = new Map<string, [key: string, source: string | undefined][]>();

/**
 * The layers of a model with all that they inherit from it written into them, so that nothing else of `model` is needed to
 * build the network. Names are Keras's: the type, numbered from the second layer of its kind on.
 * @param layers valid, with the defaults of their own filled in
 * @param model the shared defaults: `kernel_size`, `activation` …
 * @param options.trainable names (`*` stands for any letters) of the layers that are trained; null: as each layer says
 * @param options.target says which layer is the output layer, and which activation makes its outputs those of the target
 */
export function completeLayers(
  layers: Layer[],
  model: Record<string, unknown>,
  { trainable, target }: { trainable: readonly string[] | null; target: Pick<TargetTraits, 'activation' | 'output'> },
): Layer[] {
  const names = new LayerNames(layers);
  const complete = (layer: Layer, special: Partial<Layer>): Layer => {
    const name = layer.name ?? names.next(layer.type);
    const whole = withInner(layer, (each) => complete(each, {}));
    const result = inherited({ ...special, ...whole, name }, model);
    if (!trainable || !('trainable' in result)) return result;
    return { ...result, trainable: trainable.some((pattern) => matchesName(name, pattern)) };
  };
  const output = outputIndex(layers, target);
  return layers.map((layer, i) => complete(layer, i === output ? outputDefaults(layers, i, target.activation) : {}));
}

/** The shared defaults of `model` that at least one layer takes. */
export function inheritedKeys(layers: Layer[]): ReadonlySet<string> {
  const taken = new Set<string>();
  const recorder = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_, key) => {
        taken.add(String(key));
        return undefined;
      },
    },
  );
  completeLayers(layers, recorder, { trainable: null, target: { activation: 'softmax' } });
  return taken;
}

/** The output layer: the last one with a kernel, if it is dense, or what else the target asks for; -1 if there is none. */
export function outputIndex(
  layers: readonly { type: string }[],
  { output = 'dense' }: Pick<TargetTraits, 'output'>,
): number {
  const last = layers.findLastIndex(({ type }) => keysOf(type).some(([key]) => key === 'kernel_initializer'));
  return last >= 0 && layers[last].type === output ? last : -1;
}

/** The output layer inherits nothing that is meant for hidden layers; its outputs are those of the target: probabilities of classes. */
function outputDefaults(layers: readonly Layer[], index: number, activation: string): Partial<Layer> {
  const activated = layers.slice(index + 1).some(({ type }) => type === 'activation');
  return { activation: activated ? 'linear' : activation, batch_normalization: false, dropout: 0 };
}

/** The layer with what it doesn't say itself, its keys in the order of the schema. */
function inherited(layer: Layer, model: Record<string, unknown>): Layer {
  const result: Record<string, unknown> = {};
  for (const [key, source] of keysOf(layer.type)) {
    const value = layer[key] === undefined ? valueOf(key, source, layer, model) : layer[key];
    if (value !== undefined) result[key] = value;
  }
  return result as Layer;
}

/** @param source the key of the model that it inherits from, if any */
function valueOf(key: string, source: string | undefined, layer: Layer, model: Record<string, unknown>): unknown {
  if (source !== undefined) return model[source];
  if (key === 'use_bias') return !(layer.batch_normalization ?? model.batch_normalization);
  return key === 'strides' ? layer.pool_size : undefined;
}

/** The keys of a type of layer, in the order of the schema, and what each inherits from. */
function keysOf(type: string): [key: string, source: string | undefined][] {
  const known = layerKeys.get(type);
  if (known) return known;
  const { properties = {} } = branchFor({ $ref: '#/definitions/layer' }, { type });
  const keys = Object.entries(properties).map(([key, schema]): [string, string | undefined] => {
    return [key, expand(schema)['x-inherits']];
  });
  layerKeys.set(type, keys);
  return keys;
}

/** Whether a name has the form of a pattern, in which `*` stands for any letters. */
export function matchesName(name: string, pattern: string): boolean {
  const [start, ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return name === pattern;
  // Each part is taken where it first occurs, which leaves the most for the others: no backtracking.
  let from = name.startsWith(start) ? start.length : -1;
  for (const part of parts) {
    const found = from === -1 ? -1 : name.indexOf(part, from);
    from = found === -1 ? -1 : found + part.length;
  }
  return from !== -1 && name.length - end.length >= from && name.endsWith(end);
}

/** Names for layers that have none, different from all that are given. */
class LayerNames {
  readonly #taken: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();

  constructor(layers: readonly Layer[]) {
    this.#taken = new Set(givenNames(layers));
  }

  next(type: string): string {
    const count = this.#counts.get(type) ?? 0;
    this.#counts.set(type, count + 1);
    const name = count === 0 ? type : `${type}_${count}`;
    return this.#taken.has(name) ? this.next(type) : name;
  }
}

function givenNames(layers: readonly Layer[]): string[] {
  return layers.flatMap((layer) => [
    ...(layer.name === undefined ? [] : [layer.name]),
    ...innerLayers(layer).flatMap((inner) => givenNames(inner.layers)),
  ]);
}
