import { relative, resolve, sep } from 'node:path';

/** A name for an experiment, of the letters that one may have. @param otherwise where none are left */
export function nameOf(words: string, otherwise: string): string {
  const name = words.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 60) || otherwise;
}

/** How data are named in a file of a folder. */
export function pathFrom(folder: string, data: string): string {
  return relative(resolve(folder), resolve(data)).split(sep).join('/') || '.';
}
