// `npm run bench -- NAME…|all`: how fast Ablate is beside others, as ratios measured in one run. Each
// result replaces the section of its title in bench/results.md. BENCH_ROUNDS: rounds; BENCH_THREADS: threads an engine.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { grid } from './grid.js';
import { images } from './images.js';
import { queueThroughput } from './queue.js';
import { serving } from './serving.js';
import { statistics } from './statistics.js';
import { sweepLength } from './sweep.js';
import { tables } from './tables.js';
import { tracking } from './tracking.js';
import { trainingSpeed } from './training/training.js';

const RESULTS = 'bench/results.md';
const HEADING = '# Results of `npm run bench`\n';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const threads = Number(process.env.BENCH_THREADS ?? 0);

const benchmarks: Record<string, () => Promise<string>> = {
  baseline: () => trainingSpeed('baseline', rounds, threads),
  resnet20: () => trainingSpeed('resnet20', rounds, threads),
  sound: () => trainingSpeed('sound', rounds, threads),
  text: () => trainingSpeed('text', rounds, threads),
  grid: () => grid(Math.min(rounds, 3)),
  serving,
  queue: queueThroughput,
  sweep: sweepLength,
  tables,
  images,
  statistics,
  tracking,
};

/** Puts a section where the one of the same title is, else at the end. */
function withSection(text: string, section: string): string {
  const title = section.split('\n', 1)[0];
  const sections = text.split(/^(?=## )/m);
  const index = sections.findIndex((each) => each.startsWith(`${title}\n`));
  if (index < 0) sections.push(section);
  else sections[index] = section;
  return sections.map((each) => each.trimEnd()).join('\n\n') + '\n';
}

function existingResults(): string {
  try {
    return readFileSync(RESULTS, 'utf8');
  } catch {
    return HEADING;
  }
}

const wanted = process.argv.slice(2).flatMap((name) => (name === 'all' ? Object.keys(benchmarks) : [name]));
if (wanted.length === 0 || wanted.some((name) => !(name in benchmarks))) {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')}|all`);
  process.exit(2);
}
for (const name of wanted) {
  const section = `${await benchmarks[name]()}${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}.\n`;
  console.log(section);
  writeFileSync(RESULTS, withSection(existingResults(), section));
}
process.exit();
