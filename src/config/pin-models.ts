import { type LoadedExperiment, rewriteExperiment } from './load.js';
import { absoluteReference } from './model-reference.js';
import { hasAnnotation } from './schema/schema.js';
import { childOf, type Entry, type ScalarTree, type Tree } from './text/tree.js';

/** Every model that an experiment, or a variant of its sweep, would start from; paths are absolute. */
export function modelReferences({ source }: LoadedExperiment): string[] {
  const found = new Set<string>();
  rewriteReferences(source.written.tree, source.tree, undefined, (reference) => {
    found.add(reference);
    return reference;
  });
  return [...found];
}

/** The experiment with each of its models pinned. @param pins reference, with an absolute path → pinned reference */
export function pinModels(experiment: LoadedExperiment, pins: ReadonlyMap<string, string>): LoadedExperiment {
  return rewriteExperiment(experiment, (written, read) =>
    rewriteReferences(written, read, undefined, (reference) => pins.get(reference) ?? reference),
  );
}

/**
 * @param written before references to other keys were followed, `read` the same after
 * @param key that the value is of
 */
function rewriteReferences(
  written: Tree,
  read: Tree | undefined,
  key: string | undefined,
  rewrite: (reference: string) => string,
): Tree {
  if (written.kind === 'scalar') return rewriteScalar(written, read, key, rewrite);
  if (written.kind === 'list') {
    const items = written.items.map((item, i) => rewriteReferences(item, childOf(read, i), key, rewrite));
    return { ...written, items };
  }
  const entries = [...written.entries].map(([name, { key: span, value }]): [string, Entry] => {
    // A parameter of a sweep has its values one or two keys further in.
    const inner = name === 'values' || name === 'value' ? key : name;
    return [name, { key: span, value: rewriteReferences(value, childOf(read, name), inner, rewrite) }];
  });
  return { ...written, entries: new Map(entries) };
}

function rewriteScalar(
  written: ScalarTree,
  read: Tree | undefined,
  key: string | undefined,
  rewrite: (reference: string) => string,
): ScalarTree {
  const value = read?.kind === 'scalar' ? read.value : written.value;
  if (!hasAnnotation(key, 'x-model') || typeof value !== 'string') return written;
  return { ...written, value: rewrite(absoluteReference(value, written.span.source.directory)) };
}
