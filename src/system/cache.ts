import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The user's cache folder for Ablate (it may not exist yet): `ABLATE_CACHE` itself, else `ablate` in the platform's
 * cache folder (`XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`).
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.ABLATE_CACHE ? resolve(env.ABLATE_CACHE) : join(platformCacheDirectory(env), 'ablate');
}

function platformCacheDirectory(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  // The XDG Base Directory Specification says that a relative path is to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  return xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
}
