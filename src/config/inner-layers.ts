/** A list of layers that lies in a layer, and where. */
export interface InnerLayers<L> {
  layers: readonly L[];
  /** From the layer. */
  path: (string | number)[];
}

/** A layer that may hold others: `residual` has `layers`, `parallel` has `branches`. */
interface Holder<L> {
  layers?: readonly L[];
  branches?: readonly (readonly L[])[];
}

/** The layers within a layer. */
export function innerLayers<L extends object>(layer: L): InnerLayers<L>[] {
  const { layers, branches = [] } = layer as Holder<L>;
  return [
    ...(layers ? [{ layers, path: ['layers'] }] : []),
    ...branches.map((branch, index) => ({ layers: branch, path: ['branches', index] })),
  ];
}

/** A layer with each of those within it changed. */
export function withInner<L extends object>(layer: L, change: (inner: L) => L): L {
  const { layers, branches } = layer as Holder<L>;
  return {
    ...layer,
    ...(layers ? { layers: layers.map(change) } : {}),
    ...(branches ? { branches: branches.map((branch) => branch.map(change)) } : {}),
  };
}
