import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The browser of this machine, if it has one: Debian's package is `chromium`. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** What a page may take on a loaded machine, in milliseconds: this only ends one that hangs. */
export const PATIENCE = 300_000;
