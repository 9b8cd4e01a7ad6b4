#!/usr/bin/env node
// Starts the compiled program. In a checkout (where src/ stands beside bin/) it is compiled first whenever a source
// file is newer than the last build, so that `npm install && npx ablate …` needs no build step: npm runs none, since
// .npmrc says ignore-scripts.
import { existsSync } from 'node:fs';

if (existsSync(new URL('../src/', import.meta.url))) {
  const { buildIfStale } = await import('../scripts/build.js');
  await buildIfStale();
}
// By a computed name, so that the type checker, which reads this file, doesn't go on into the compiled program.
const program = new URL('../dist/cli.js', import.meta.url).href;
const { main } = /** @type {typeof import('../src/cli.js')} */ (await import(program));
await main(process.argv.slice(2));
