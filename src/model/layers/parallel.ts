import type { Parallel } from '../../config/schema/experiment.generated.js';
import type { LayerKind } from '../layer-parts/layer-kind.js';
import { mergedEnds } from '../layer-parts/merged-ends.js';

/** Branches side by side, all of the same input, and their outputs merged (as in Szegedy et al., 2015, and Kim, 2014). */
export const parallel: LayerKind<Parallel> = {
  place({ name, merge, branches }, input, origin, graph) {
    const ends = branches.map((layers, index) =>
      graph.chain(layers, input, { ...origin, path: [...origin.path, 'branches', index] }),
    );
    return mergedEnds({ name, merge, part: 'branch', key: 'branches' }, ends, origin, graph);
  },
};
