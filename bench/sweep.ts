// Whether a sweep's cost grows with its length: seconds a trial, and the memory of all its processes.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ABLATE, inTemporaryFolder, runAblate } from './ablate.js';
import { median } from './median.js';
import { writeRandomImages } from './training/random-images.js';

const SHORT = 10;
const LONG = 500;
const RUNS = 10_000;

interface SweepCost {
  /** Between the ends of two trials of one worker, starts of workers left out; the median, at the sweep's start and end. */
  first: number;
  last: number;
  /** Resident memory of all processes, in MB, after a fifth of the trials and at the end. */
  early: number;
  late: number;
  runs: string;
}

/** A sweep of many trials of a tenth of a second, against one of few; then what 10,000 finished runs cost. */
export function sweepLength(): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    writeRandomImages(folder, 256);
    writeFileSync(join(folder, 'tiny.yaml'), tinyExperiment());
    const short = await sweep(folder, SHORT);
    const long = await sweep(folder, LONG);
    return report(short, long, manyRuns(folder, long.runs));
  });
}

function tinyExperiment(): string {
  const files = ['train', 't10k'].flatMap((set) => [
    `  ${set === 'train' ? 'train' : 'test'}_images: ${set}-images-idx4-ubyte`,
    `  ${set === 'train' ? 'train' : 'test'}_labels: ${set}-labels-idx1-ubyte`,
  ]);
  return [
    'dataset:',
    '  name: idx',
    ...files,
    'model: { layers: [{ type: flatten }, { type: dense, activation: softmax }] }',
    'training: { epochs: 2, early_stopping: null }',
    'sweep: { parameters: { training.optimizer.learning_rate: [0.001] } }',
    'tracking: none',
    '',
  ].join('\n');
}

async function sweep(folder: string, trials: number): Promise<SweepCost> {
  const runs = join(folder, `runs-${trials}`);
  const words = [ABLATE, 'run', join(folder, 'tiny.yaml'), `sweep.seeds=${trials}`, '--runs-dir', runs, '--jobs', '2'];
  const child = spawn(process.execPath, words, { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const memory: { trials: number; megabytes: number }[] = [];
  while (child.exitCode === null) {
    memory.push({ trials: endsOf(runs).length, megabytes: megabytesOf(child.pid ?? 0) });
    await wait(250);
  }
  if ((await ended) !== 0) throw new Error(`the sweep of ${trials} trials failed`);
  const ends = endsOf(runs);
  const gaps = ends.slice(2).map((time, index) => (time - ends[index]) / 1000);
  const sized = memory.filter(({ trials: count, megabytes }) => count >= 2 && megabytes > 0);
  const early = sized.find(({ trials: count }) => count >= trials / 5) ?? sized[0];
  return {
    first: median(gaps.slice(2, SHORT)),
    last: median(gaps.slice(1 - SHORT)),
    early: early.megabytes,
    late: sized[sized.length - 1].megabytes,
    runs,
  };
}

/** When each trial has ended, in milliseconds. */
function endsOf(runs: string): number[] {
  try {
    const sweeps = join(runs, 'sweeps');
    const text = readFileSync(join(sweeps, readdirSync(sweeps)[0], 'journal.jsonl'), 'utf8');
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; time: number });
    return events.filter(({ type }) => type === 'end').map(({ time }) => time);
  } catch {
    return []; // not there yet, or its last line is half written
  }
}

/** Of a process and its children, as long as they live. */
function megabytesOf(pid: number): number {
  try {
    const table = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' });
    const rows = table
      .trim()
      .split('\n')
      .map((row) => row.trim().split(/\s+/).map(Number));
    const own = rows.filter(([id, parent]) => id === pid || parent === pid);
    return own.reduce((sum, [, , kilobytes]) => sum + kilobytes, 0) / 1000;
  } catch {
    return 0;
  }
}

/** Seconds of commands over 10,000 finished runs: copies of one, under other names. */
function manyRuns(folder: string, from: string): Record<string, number> {
  const runs = join(folder, 'many');
  mkdirSync(runs);
  const [source] = readdirSync(from).filter((name) => name.startsWith('tiny-'));
  for (let index = 0; index < RUNS; index++) {
    const id = `tiny-20260101-${String(100_000 + (index % 50_000)).slice(0, 6)}-${index.toString(16).padStart(4, '0')}`;
    mkdirSync(join(runs, id));
    for (const file of ['config.yaml', 'journal.jsonl', 'summary.json']) {
      const text = readFileSync(join(from, source, file), 'utf8').replaceAll(source, id);
      writeFileSync(join(runs, id, file), text.replaceAll('"seed": 0', `"seed": ${index}`));
    }
  }
  cpSync(join(from, 'sweeps'), join(runs, 'sweeps'), { recursive: true });
  const rates = Array.from({ length: RUNS }, (_, index) => (index + 1) / 1e6).join(',');
  const file = join(folder, 'large.yaml');
  const values = tinyExperiment().replace('[0.001]', `[${rates}]`);
  writeFileSync(file, values);
  return {
    [`\`ablate ls\` of ${RUNS} runs`]: runAblate(['ls', '--runs-dir', runs]).seconds,
    [`\`ablate plan\` of a grid of ${RUNS} variants`]: runAblate(['plan', file, '--no-calibration']).seconds,
  };
}

function report(short: SweepCost, long: SweepCost, commands: Record<string, number>): string {
  const milliseconds = (seconds: number): string => (1000 * seconds).toFixed(0);
  const rows = [
    [`the ${SHORT} of a sweep of ${SHORT}`, short.first],
    [`the first ${SHORT} of a sweep of ${LONG}`, long.first],
    [`the last ${SHORT} of a sweep of ${LONG}`, long.last],
  ] as const;
  const others = Object.entries(commands).map(([what, seconds]) => `| ${what} | ${seconds.toFixed(1)} |`);
  return `## The length of a sweep

| tiny trials, two workers | ms a trial and worker | times the first row |
|---|---:|---:|
${rows.map(([what, value]) => `| ${what} | ${milliseconds(value)} | ${(value / short.first).toFixed(2)} |`).join('\n')}

Medians. All processes of the sweep of ${LONG} together: ${long.early.toFixed(0)} MB after a fifth of its trials,
${long.late.toFixed(0)} MB at its end.

| command | seconds |
|---|---:|
${others.join('\n')}

`;
}
