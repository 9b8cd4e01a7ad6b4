// Given to node by --import: says at exit which modules of tfjs the process has loaded.
import { createRequire } from 'node:module';
import process from 'node:process';

const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  const loaded = Object.keys(cache).filter((name) => /tfjs/.test(name));
  process.stderr.write(`loaded: ${loaded.join(' ') || 'no tfjs'}\n`);
});
