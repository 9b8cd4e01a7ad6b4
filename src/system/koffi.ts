import type Koffi from 'koffi';
import { UserError, messageOf } from '../text/errors.js';
import { ablate } from './shell.js';

/**
 * The result of loading koffi. Its own native part is a package for each platform, which npm leaves out where it is told to,
 * or where there is none; only what calls native code needs it.
 */
const loading = await import('koffi').then(
  (module) => ({ koffi: module.default }),
  (error: unknown) => ({ error }),
);

/**
 * koffi, which calls native libraries.
 * @throws UserError `koffi-not-loadable`
 */
export function koffi(): typeof Koffi {
  if ('koffi' in loading) return loading.koffi;
  throw new UserError(`koffi's native library can't be loaded: ${messageOf(loading.error).split(';')[0]}`, {
    code: 'koffi-not-loadable',
    hint: repair(),
    cause: loading.error,
  });
}

function repair(): string {
  if (!/^(linux|darwin)-(x64|arm64)$/.test(`${process.platform}-${process.arch}`))
    return 'run Ablate on Linux or macOS, on x64 or arm64; on Windows in WSL 2 (wsl --install)';
  return (
    'npm has left out its package for this platform: `npm install --include=optional` brings it; ' +
    `\`${ablate('doctor')}\` tells whether all is there`
  );
}
