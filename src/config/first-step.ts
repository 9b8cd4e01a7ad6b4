import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ablate } from '../system/shell.js';

/** Where experiment files are likely to lie. */
const PLACES = ['.', 'experiments'];

/**
 * How a first run is made: of an experiment file that is here, or else of one that is written.
 * @param overrides what the example changes
 */
export function firstStep(...overrides: string[]): string {
  const file = PLACES.flatMap(experimentsIn).at(0);
  return file === undefined
    ? `\`${ablate('init')}\` writes an experiment to begin with`
    : `an experiment lies in ${file}: \`${ablate('run', file, ...overrides)}\``;
}

function experimentsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/i.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch {
    // It isn't there.
    return [];
  }
}
