// Makes the package to install elsewhere: `npm run package`. Builds first wherever a source file is newer than the last
// build. `npm pack` alone would pack whatever dist/ holds, since .npmrc says ignore-scripts: .npmrc has it fail.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build.js';
import { bundleTypes } from './types.js';

await buildIfStale();
bundleTypes();
const folder = resolve(process.argv[2] ?? '.');
mkdirSync(folder, { recursive: true });
const { status } = spawnSync('npm', ['pack', '--pack-destination', folder], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
