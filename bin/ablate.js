#!/usr/bin/env node
// Starts the compiled program. In a checkout (where src/ stands beside bin/) it is compiled first whenever a source
// file is newer than the last build, so that `npm install && npx ablate …` needs no build step: npm runs none, since
// .npmrc says ignore-scripts.
import { existsSync } from 'node:fs';

if (existsSync(new URL('../src/', import.meta.url))) {
  const { buildIfStale } = await import('../scripts/build.js');
  buildIfStale();
}
const { main } = await import('../dist/cli.js');
await main(process.argv.slice(2));
