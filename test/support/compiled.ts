import { buildIfStale } from '../../scripts/build.js';

/**
 * A module as the program runs it, for tests of what starts other processes by their compiled files.
 * @param path within `src/`, without its extension
 */
export async function compiled<Module>(path: string): Promise<Module> {
  await buildIfStale();
  return import(new URL(`../../dist/${path}.js`, import.meta.url).href) as Promise<Module>;
}
