import type { Parallel } from '../../config/schema/experiment.generated.js';
import { type LayerProblem, type Shape, shapeText } from '../shape.js';
import type { LayerKind } from './layer-kind.js';
import type { GraphPlaces, LayerNode, Origin } from './layer-node.js';

/** Branches side by side, all of the same input, and their outputs merged (as in Szegedy et al., 2015, and Kim, 2014). */
export const parallel: LayerKind<Parallel> = {
  place(layer, input, origin, graph) {
    const ends = layer.branches.map((layers, index) =>
      graph.chain(layers, input, { ...origin, path: [...origin.path, 'branches', index] }),
    );
    if (ends.length === 1) return ends[0];
    const different = ends.findIndex((end) => !canMerge(layer, ends[0].outputShape, end.outputShape));
    if (different > 0) {
      graph.report(origin.path, mismatch(layer, ends[0].outputShape, ends[different].outputShape, different));
      return ends[0];
    }
    const merged = graph.append({ type: layer.merge, name: layer.name }, distinct(layer, ends, origin, graph), origin);
    const { mask } = ends[0];
    if (mask && ends.every((end) => end.mask === mask)) merged.mask = mask;
    return merged;
  },
};

/** tfjs can't merge a tensor with itself, which two empty branches give. */
function distinct(layer: Parallel, ends: readonly LayerNode[], origin: Origin, graph: GraphPlaces): LayerNode[] {
  return ends.map((end, index) => {
    if (ends.indexOf(end) === index) return end;
    const name = `${layer.name}/branch_${index}`;
    return graph.append({ type: 'activation', name, activation: 'linear' }, [end], origin);
  });
}

function canMerge({ merge }: Parallel, one: Shape, other: Shape): boolean {
  if (merge !== 'concatenate') return shapeText(one) === shapeText(other);
  return one.length === other.length && shapeText(one.slice(0, -1)) === shapeText(other.slice(0, -1));
}

function mismatch({ name, merge }: Parallel, one: Shape, other: Shape, branch: number): LayerProblem {
  const isSequence = merge === 'concatenate' && one.length === other.length;
  return {
    key: 'branches',
    message: `the branches of "${name}" end in different shapes, which can't be merged by ${merge}`,
    expected: `${shapeText(one)}, as in the first branch`,
    received: `${shapeText(other)} in branch ${branch + 1}`,
    hint: isSequence
      ? 'padding: same, or a global pooling at the end of each branch'
      : 'let every branch end in the same shape, or merge: concatenate',
    concerns: 'rank',
  };
}
