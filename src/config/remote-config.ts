import { resolve } from 'node:path';
import type { Experiment } from './experiment.js';
import { checkedExperiment } from './load.js';
import { isModelPath, parseReference, pinnedReference } from './model-reference.js';
import { hasAnnotation } from './schema.js';
import { fromJson, type Json } from './tree.js';

/**
 * A complete configuration that came as data, from a place that isn't trusted: checked like a file, but nothing in it is
 * followed, neither `extends` nor references to environment variables.
 * @param from where it came from, for messages
 * @throws ConfigError
 */
export function experimentOf(data: Json, from: string): Experiment {
  const source = { name: from, text: '', directory: resolve('/') };
  return checkedExperiment(fromJson(data, { source, start: 0, end: 0 }), 'experiment');
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

/** The digest that a model is pinned by stays: elsewhere it must be the very same model. */
function mapReference(reference: string, map: (path: string) => string): string {
  const { model, sha256 } = parseReference(reference);
  if (!isModelPath(model)) return reference;
  return sha256 === undefined ? map(model) : pinnedReference(map(model), sha256);
}
