/** A list of layers that lies in a layer, and where. */
export interface InnerLayers<L> {
  layers: readonly L[];
  /** From the layer. */
  path: (string | number)[];
}

/** A layer that may hold others: `residual` has `layers`, `parallel` has `branches`, `inputs` has `towers`. */
interface Holder<L> {
  layers?: readonly L[];
  branches?: readonly (readonly L[])[];
  /** What a file gives may leave out their layers. */
  towers?: Readonly<Record<string, { layers?: readonly L[] }>>;
}

/** The layers within a layer. */
export function innerLayers<L extends object>(layer: L): InnerLayers<L>[] {
  const { layers, branches = [], towers = {} } = layer as Holder<L>;
  return [
    ...(layers ? [{ layers, path: ['layers'] }] : []),
    ...branches.map((branch, index) => ({ layers: branch, path: ['branches', index] })),
    ...Object.entries(towers).map(([name, tower]) => ({
      layers: tower.layers ?? [],
      path: ['towers', name, 'layers'],
    })),
  ];
}

/** A layer with each of those within it changed. */
export function withInner<L extends object>(layer: L, change: (inner: L) => L): L {
  const { layers, branches, towers } = layer as Holder<L>;
  return {
    ...layer,
    ...(layers ? { layers: layers.map(change) } : {}),
    ...(branches ? { branches: branches.map((branch) => branch.map(change)) } : {}),
    ...(towers
      ? { towers: mapValues(towers, (tower) => ({ ...tower, layers: tower.layers?.map(change) ?? [] })) }
      : {}),
  };
}

function mapValues<T>(mapping: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, change(value)]));
}
