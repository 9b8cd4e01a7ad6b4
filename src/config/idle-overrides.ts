import { type Layer, inheritedKeys } from './layers.js';
import type { Override } from './text/overrides.js';
import { formatPath, problemAt, type Problem } from './text/problems.js';
import { at, keySpan, toJson, type Json, type Tree } from './text/tree.js';
import { withInputsLayer } from './model-inputs.js';

/** Keys of `model` that are no defaults for its layers. */
const OF_NO_LAYER = ['layers', 'blocks', 'dense_units', 'inputs', 'merge', 'use_inputs'];

/**
 * Overrides of what layers inherit from `model` that no layer inherits, since each says it itself: as in the complete
 * configuration that a run keeps. They would change nothing, and a model would be compared with itself.
 * @param tree valid, with the overrides applied
 */
export function idleOverrides(tree: Tree, overrides: readonly Override[]): Problem[] {
  // The layers that `blocks` stand for inherit everything.
  if (at(tree, ['model', 'layers']) === undefined) return [];
  const model = toJson(at(tree, ['model']) as Tree) as Record<string, Json>;
  const inherited = inheritedKeys(withInputsLayer(model).layers as unknown as Layer[]);
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
