import { basename, resolve } from 'node:path';

/**
 * What names a trained model: the name of an experiment, a run's id, a path (which has a slash) or a URI of MLflow; and,
 * once it is pinned, the digest of the very weights: `…/model#sha256=…`, as pip pins archives.
 */
export interface ModelReference {
  model: string;
  /** Hex; undefined: whatever is found there. */
  sha256: string | undefined;
}

const PINNED = /^(.*)#sha256=([0-9a-f]{64})$/;

export function parseReference(text: string): ModelReference {
  const [, model, sha256] = PINNED.exec(text) ?? [undefined, text, undefined];
  return { model, sha256 };
}

export function pinnedReference(model: string, sha256: string): string {
  return `${model}#sha256=${sha256}`;
}

/** Whether it is a URI of MLflow's. */
export function isMlflowUri(model: string): boolean {
  return /^(models|runs):\//.test(model);
}

/** Whether it is the path of a folder, not a name or an id. */
export function isModelPath(model: string): boolean {
  return /[\\/]/.test(model) && !isMlflowUri(model);
}

/** With its path, if it is one, made absolute. @param directory that a relative path starts from */
export function absoluteReference(text: string, directory: string): string {
  return isModelPath(parseReference(text).model) ? resolve(directory, text) : text;
}

/** How tables call a model that is pinned: by the run that made it. */
export function modelLabel(value: unknown): string | undefined {
  const { model, sha256 } = parseReference(String(value));
  if (sha256 === undefined) return undefined;
  return isMlflowUri(model) ? model : basename(model.replace(/[\\/]model$/, ''));
}
