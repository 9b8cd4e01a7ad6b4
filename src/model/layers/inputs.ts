import type { InputsLayer } from '../../config/schema/experiment.generated.js';
import type { InputTensor } from '../input-tensors.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import type { GraphPlaces, LayerNode, Origin } from '../layer-parts/layer-node.js';
import { mergedEnds } from '../layer-parts/merged-ends.js';

/** Where a model's inputs come in, a tower each (Keras's functional models of several inputs): the first layer alone. */
export const inputs: LayerKind<InputsLayer> = {
  place({ name }, input, origin, graph) {
    graph.report(origin.path, {
      message: `"${name}" is where the inputs come in, and other layers come before it`,
      hint: 'let it be the first layer',
      concerns: 'rank',
    });
    return input;
  },
};

/** Puts the towers of a model into its graph. @param tensors what the model is given, each with its node */
export function placeInputs(
  { name, merge, towers }: InputsLayer,
  tensors: readonly { tensor: InputTensor; node: LayerNode }[],
  origin: Origin,
  graph: GraphPlaces,
): LayerNode {
  const ends = tensors.map(({ tensor: { tower }, node }) => {
    if (tower === undefined) return node;
    return graph.chain(towers[tower].layers, node, { ...origin, path: [...origin.path, 'towers', tower, 'layers'] });
  });
  return mergedEnds({ name, merge, part: 'tower', key: 'towers' }, ends, origin, graph);
}
