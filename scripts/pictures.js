// Writes the pictures of the README, of one real study: `npm run pictures`. It trains for minutes, and needs util-linux's
// `script`, Chromium, and MLflow (as `ablate ui` installs it).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { buildIfStale } from './build.js';
import { cellsOf, Screen, screenOf, terminalPicture, textOf } from './terminal-picture.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(root, 'bin/ablate.js');
const STUDY = 'experiments/faq/activation.yaml';
/** What is typed to have what a picture shows. */
const COMMAND = `npx ablate run ${STUDY}`;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Of the terminals, in columns. */
const [WIDE, NARROW, FILE] = [96, 80, 42];

/** The pictures, each made of the study's runs. @type {Record<string, (study: Study) => Promise<string | Buffer>>} */
export const PICTURES = {
  'answer.svg': async ({ folder }) => {
    const { output } = await onTerminal(folder, NARROW, ['show', 'latest']);
    const rows = screenOf(output);
    const last = rows.findIndex((row) => textOf(row).includes('/sweeps/'));
    const answer = rows.slice(0, last).filter((row, i) => i > 0 || textOf(row) !== '');
    return terminalPicture([
      { rows: [cellsOf(`$ cat ${STUDY}`.slice(0, FILE), 'dim'), ...fileRows()], columns: FILE },
      { rows: [cellsOf(`$ ${COMMAND}`, 'dim'), ...answer], columns: NARROW },
    ]);
  },
  'live.svg': async ({ chunks }) => {
    const rows = liveTable(chunks);
    return terminalPicture([{ rows: [cellsOf(`$ ${COMMAND}`, 'dim'), ...rows], columns: WIDE }]);
  },
  'report.png': async ({ folder }) => {
    const file = join(folder, 'report.html');
    await onTerminal(folder, NARROW, ['compare', 'latest', '--html', file]);
    const [day, night] = await Promise.all(
      /** @type {const} */ (['light', 'dark']).map((colorScheme) =>
        shoot(pathToFileURL(file).href, { width: 700, height: 1000, colorScheme }),
      ),
    );
    return sharp({ create: { width: 1400, height: 1000, channels: 3, background: 'white' } })
      .composite([
        { input: day, left: 0, top: 0 },
        { input: night, left: 700, top: 0 },
      ]) // prettier-ignore
      .png({ palette: true })
      .toBuffer();
  },
  'mlflow.png': async ({ folder }) => {
    const ui = spawn(process.execPath, [PROGRAM, 'ui', '--no-open', '--json'], { cwd: folder });
    try {
      const [said] = /** @type {[Buffer]} */ (await once(ui.stdout, 'data'));
      const { url } = JSON.parse(said.toString());
      const ready = async (/** @type {import('playwright-core').Page} */ page) => {
        await page.getByText('matching runs').waitFor();
        // Its assistant opens by itself, and takes a third of the page.
        const assistant = page.getByPlaceholder('Ask a question');
        await assistant.waitFor();
        await page.getByRole('button', { name: 'Close', exact: true }).last().click();
        await assistant.waitFor({ state: 'hidden' });
        await page.waitForTimeout(5000);
      };
      const shot = await shoot(url, { width: 1400, height: 900, colorScheme: 'light', ready });
      return await sharp(shot).png({ palette: true }).toBuffer();
    } finally {
      ui.kill('SIGINT');
      await once(ui, 'close');
    }
  },
};

/** @typedef {{ folder: string, chunks: { time: number, text: string }[] }} Study the folder of its runs, and what was shown meanwhile */

/** Runs Ablate in a folder, on a terminal so wide. @param {string} folder @param {number} columns @param {readonly string[]} words */
async function onTerminal(folder, columns, words) {
  const program = [process.execPath, PROGRAM, ...words].map((word) => `'${word}'`).join(' ');
  const env = { ...process.env, TERM: 'xterm-256color', CI: undefined, NO_COLOR: undefined, COLUMNS: undefined };
  const command = `stty cols ${columns} rows 40; ${program}`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: folder,
    env,
  });
  /** @type {{ time: number, text: string }[]} */
  const chunks = [];
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => chunks.push({ time: Date.now(), text }));
  const [code] = await once(child, 'close');
  const output = chunks.map(({ text }) => text).join('');
  if (code !== 0) throw new Error(`\`ablate ${words.join(' ')}\` ended with ${code}:\n${output}`);
  return { output, chunks };
}

/**
 * The table when more than half of the study is trained, and the trials under way are at different epochs.
 * @param {Study['chunks']} chunks
 */
function liveTable(chunks) {
  const [start, end] = [chunks[0].time, chunks[chunks.length - 1].time];
  const middle = chunks.findIndex(({ time }) => time > start + 0.6 * (end - start));
  const screen = new Screen();
  for (const { text } of chunks.slice(0, middle)) screen.write(text);
  const shown = chunks.slice(middle, middle + 400).map(({ text }) => {
    screen.write(text);
    const { rows } = screen;
    return rows.slice(0, rows.findLastIndex((row) => textOf(row) !== '') + 1);
  });
  // Some end while the table is being drawn anew.
  const most = Math.max(...shown.map(({ length }) => length));
  const full = shown.filter(({ length }) => length === most);
  return full.find((rows) => epochsIn(rows) > 1) ?? full[0];
}

/** How many different epochs are told. @param {import('./terminal-picture.js').Cell[][]} rows */
function epochsIn(rows) {
  return new Set(rows.flatMap((row) => /epoch (\d)/.exec(textOf(row))?.[1] ?? [])).size;
}

/** The study's file, its keys in a colour. */
function fileRows() {
  const lines = readFileSync(join(root, STUDY), 'utf8').trimEnd().split('\n');
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const key = /^\s*[\w.]+:/.exec(line)?.[0] ?? '';
      return [...cellsOf(key, 'cyan'), ...cellsOf(line.slice(key.length))];
    });
}

/**
 * @param {string} url
 * @param {{ width: number, height: number, colorScheme: 'light' | 'dark', ready?: (page: import('playwright-core').Page) => Promise<void> }} options
 */
async function shoot(url, { width, height, colorScheme, ready }) {
  const browser = await chromium.launch({
    channel: undefined,
    executablePath: CHROMIUM,
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(url);
    await ready?.(page);
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}

async function main() {
  await buildIfStale();
  const folder = mkdtempSync(join(tmpdir(), 'ablate-pictures-'));
  try {
    // As a reader has them, so that the commands which are shown are those that the reader types.
    cpSync(join(root, 'experiments'), join(folder, 'experiments'), { recursive: true });
    cpSync(join(root, 'schemas'), join(folder, 'schemas'), { recursive: true });
    const { chunks } = await onTerminal(folder, WIDE, ['run', STUDY, 'tracking=none']);
    for (const [name, make] of Object.entries(PICTURES))
      writeFileSync(join(root, 'docs/images', name), await make({ folder, chunks }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
