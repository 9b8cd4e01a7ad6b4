import { realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALLED = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));
const SCHEMA = join('schemas', 'experiment.schema.json');

/** Where the installed schema lies. */
export const INSTALLED_SCHEMA = join(INSTALLED, SCHEMA);
/** Its copy, where no path to the installed one would hold: that of a cache of npx, or another computer's. */
export const COPIED_SCHEMA = 'experiment.schema.json';

/**
 * The path by which an editor finds the schema from a folder: of the package that is installed for it.
 * @returns undefined if none is
 */
export function schemaFrom(folder: string): string | undefined {
  const start = resolve(folder);
  if (`${existing(start)}${sep}`.startsWith(`${INSTALLED}${sep}`)) return posix(relative(start, INSTALLED_SCHEMA));
  for (let parent = start; ; parent = dirname(parent)) {
    const candidate = join(parent, 'node_modules', 'ablate');
    if (isInstalled(candidate)) return posix(relative(start, join(candidate, SCHEMA)));
    if (parent === dirname(parent)) return undefined;
  }
}

/** The text of an experiment file, with the line by which editors find the schema. */
export function withSchemaLine(text: string, schema: string): string {
  return text.replace(/^# yaml-language-server: \$schema=.*$/m, () => `# yaml-language-server: $schema=${schema}`);
}

function isInstalled(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false }) !== undefined && realpathSync(folder) === INSTALLED;
}

/** The real path of the nearest folder that exists. */
function existing(folder: string): string {
  return statSync(folder, { throwIfNoEntry: false }) ? realpathSync(folder) : existing(dirname(folder));
}

function posix(path: string): string {
  return path.split(sep).join('/');
}
