import { type Layer, inheritedKeys } from './layers.js';
import type { Override } from './text/overrides.js';
import { formatPath, problemAt, type Problem } from './text/problems.js';
import { at, keySpan, toJson, type Tree } from './text/tree.js';

/** Keys of `model` that are no defaults for its layers. */
const OF_NO_LAYER = ['layers', 'blocks', 'dense_units'];

/**
 * Overrides of what layers inherit from `model` that no layer inherits, since each says it itself: as in the complete
 * configuration that a run keeps. They would change nothing, and a model would be compared with itself.
 * @param tree valid, with the overrides applied
 */
export function idleOverrides(tree: Tree, overrides: readonly Override[]): Problem[] {
  const layers = at(tree, ['model', 'layers']);
  // The layers that `blocks` stand for inherit everything.
  if (layers === undefined) return [];
  const inherited = inheritedKeys(toJson(layers) as unknown as Layer[]);
  return overrides
    .filter(({ action, path: [section, key] }) => action !== 'remove' && section === 'model' && isIdle(key))
    .map(({ path }) =>
      problemAt(keySpan(tree, path), path, {
        code: 'conflict',
        message: `${formatPath(path)} changes nothing: no layer of this file takes its ${String(path[1])} from the model`,
        hint: `override it at a layer (model.layers.0.${String(path[1])}=…), or override the file that this one was made from`,
      }),
    );

  function isIdle(key: string | number | undefined): boolean {
    return key !== undefined && !OF_NO_LAYER.includes(String(key)) && !inherited.has(String(key));
  }
}
