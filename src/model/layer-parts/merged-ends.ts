import type { Parallel } from '../../config/schema/experiment.generated.js';
import { type LayerProblem, type Shape, shapeText } from '../shape.js';
import type { GraphPlaces, LayerNode, Origin } from './layer-node.js';

/** What is merged, and what it is called in a message. */
interface Merging extends Pick<Parallel, 'name' | 'merge'> {
  /** `branch`, `tower` */
  part: string;
  /** The key of the parts. */
  key: string;
}

/** Makes one of the ends of several paths; of a single one, itself. */
export function mergedEnds(
  merging: Merging,
  ends: readonly LayerNode[],
  origin: Origin,
  graph: GraphPlaces,
): LayerNode {
  if (ends.length === 1) return ends[0];
  const different = ends.findIndex((end) => !canMerge(merging, ends[0].outputShape, end.outputShape));
  if (different > 0) {
    graph.report(origin.path, mismatch(merging, ends[0].outputShape, ends[different].outputShape, different));
    return ends[0];
  }
  const { merge, name } = merging;
  const merged = graph.append({ type: merge, name }, distinct(merging, ends, origin, graph), origin);
  const { mask } = ends[0];
  if (mask && ends.every((end) => end.mask === mask)) merged.mask = mask;
  return merged;
}

/** tfjs can't merge a tensor with itself, which two empty branches give. */
function distinct(
  { name, part }: Merging,
  ends: readonly LayerNode[],
  origin: Origin,
  graph: GraphPlaces,
): LayerNode[] {
  return ends.map((end, index) => {
    if (ends.indexOf(end) === index) return end;
    return graph.append({ type: 'activation', name: `${name}/${part}_${index}`, activation: 'linear' }, [end], origin);
  });
}

function canMerge({ merge }: Merging, one: Shape, other: Shape): boolean {
  if (merge !== 'concatenate') return shapeText(one) === shapeText(other);
  return one.length === other.length && shapeText(one.slice(0, -1)) === shapeText(other.slice(0, -1));
}

function mismatch({ name, merge, part, key }: Merging, one: Shape, other: Shape, index: number): LayerProblem {
  const isSequence = merge === 'concatenate' && one.length === other.length;
  const parts = part === 'branch' ? 'branches' : `${part}s`;
  return {
    key,
    message: `the ${parts} of "${name}" end in different shapes, which can't be merged by ${merge}`,
    expected: `${shapeText(one)}, as in the first ${part}`,
    received: `${shapeText(other)} in ${part} ${index + 1}`,
    hint: isSequence
      ? `padding: same, or a global pooling at the end of each ${part}`
      : `let every ${part} end in the same shape, or merge: concatenate`,
    concerns: 'rank',
  };
}
