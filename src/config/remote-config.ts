import { resolve } from 'node:path';
import type { Experiment } from './schema/experiment.generated.js';
import { readConfiguration } from './configuration.js';
import { parseReference, pinnedReference } from './model-reference.js';
import { hasAnnotation } from './schema/schema.js';
import { fromJson, type Json } from './text/tree.js';

/**
 * A complete configuration that came as data, from a place that isn't trusted: checked like a file, but nothing in it is
 * followed, neither `extends` nor references to environment variables.
 * @param from where it came from, for messages
 * @throws ConfigError
 */
export function experimentOf(data: Json, from: string): Experiment {
  const source = { name: from, text: '', directory: resolve('/') };
  return readConfiguration(fromJson(data, { source, start: 0, end: 0 }), 'experiment').config;
}

/** A configuration with every path of files or folders in it replaced. */
export function mapPaths(config: Experiment, map: (path: string) => string): Experiment {
  const visit = (value: Json, key: string | undefined): Json => {
    if (typeof value === 'string') {
      if (hasAnnotation(key, 'x-model')) return mapReference(value, map);
      return hasAnnotation(key, 'x-path') ? map(value) : value;
    }
    if (Array.isArray(value)) return value.map((item) => visit(item, undefined));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, visit(inner, name)]));
  };
  const { dataset, training } = config;
  const mapped = visit({ dataset, training } as unknown as Json, undefined);
  return { ...config, ...(mapped as unknown as Pick<Experiment, 'dataset' | 'training'>) };
}

/**
 * Of whatever form: senders send paths only, and where training reads a model, `models:/…` or a bare name is a path like any
 * other, which must not lead anywhere else. The digest that a model is pinned by stays: elsewhere it must be the very same
 * model.
 */
function mapReference(reference: string, map: (path: string) => string): string {
  const { model, sha256 } = parseReference(reference);
  return sha256 === undefined ? map(model) : pinnedReference(map(model), sha256);
}
