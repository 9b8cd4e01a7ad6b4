// How fast tables are read, beside pandas, pyarrow and numpy on the same files.
import { execFileSync } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { openTable } from '../src/data/tables/open-table.js';
import { inTemporaryFolder } from './ablate.js';
import { median } from './median.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** A Python with pandas and pyarrow: that of the tests, or any other. */
const PYTHON = process.env.BENCH_PYTHON ?? 'python3';

const readers: Record<string, string> = {
  'table.csv': 'pandas',
  'numbers.csv': 'pandas',
  'table.jsonl': 'pandas',
  'table.parquet': 'pyarrow, to pandas',
  'table.npz': 'numpy',
};

/** Tables of each format, read to their end by one and by the other. */
export function tables(): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    execFileSync(PYTHON, ['bench/tables.py', 'write', folder]);
    const rows: string[] = [];
    for (const [name, other] of Object.entries(readers)) rows.push(await rowOf(join(folder, name), name, other));
    const reference = await secondsOf(() => readByCsvParse(join(folder, 'table.csv')));
    return `## Tables

| file | MB | Ablate, s | other, s | Ablate's times the other's | other |
|---|---:|---:|---:|---:|---|
${rows.join('\n')}

Whole files, in one process each, medians of ${ROUNDS}. csv-parse takes ${reference.toFixed(2)} s for table.csv, and tells no cell's place.
`;
  });
}

async function rowOf(file: string, name: string, other: string): Promise<string> {
  const own = await secondsOf(() => readToEnd(file));
  const answer = execFileSync(PYTHON, ['bench/tables.py', 'read', file, String(ROUNDS)], { encoding: 'utf8' });
  const theirs = median(JSON.parse(answer) as number[]);
  const size = (statSync(file).size / 1e6).toFixed(0);
  return `| ${name} | ${size} | ${own.toFixed(2)} | ${theirs.toFixed(2)} | ${(own / theirs).toFixed(2)} | ${other} |`;
}

async function secondsOf(action: () => Promise<number>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await action();
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

async function readToEnd(file: string): Promise<number> {
  let rows = 0;
  const table = await openTable(file);
  for await (const { count, column, numbers } of table.batches()) {
    table.columns.forEach((_, index) => numbers?.(index) ?? column(index));
    rows += count;
  }
  return rows;
}

async function readByCsvParse(file: string): Promise<number> {
  let rows = 0;
  for await (const record of createReadStream(file).pipe(parse())) if (Array.isArray(record)) rows++;
  return rows;
}
