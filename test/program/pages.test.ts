import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMap, isSeq, parseDocument } from 'yaml';
import { blocksOf, markdownPages, readPage, type Block } from '../support/pages.js';
import { Workspace } from '../support/program.js';
import { smallMnist } from '../support/small-mnist.js';
import { writeTones } from '../data/audio/tones.js';

const PROGRAM = resolve(import.meta.dirname, '../../bin/ablate.js');

/** The images that the pages suppose their reader to have, beside an otherwise empty folder and in it. */
const IMAGES = [
  ...['seven.png', 'photo.jpg', 'scans/1.png', 'scans/2.png', 'photos/2026/3.jpg'],
  ...['cat', 'dog'].flatMap((kind) => Array.from({ length: 20 }, (_, i) => `../pets/${kind}/${i}.jpg`)),
];

/** A command of a page, with its place. */
interface Command {
  line: number;
  text: string;
}

/** What a page has its reader do: files to write, commands to run. */
type Step = { file: string; text: string } | { command: Command };

/** In their order: of blocks that are marked as runnable the commands, a line each, and the files that blocks are named by. */
function stepsOf(page: string): Step[] {
  return blocksOf(readPage(page)).flatMap((block): Step[] => {
    if (block.language === 'sh' && block.marking === 'runnable') {
      return commandsOf(block).map((command) => ({ command }));
    }
    const isFile = /^(yaml|csv)$/.test(block.language) && /^[\w./-]+\.(yaml|csv)$/.test(block.marking);
    return isFile ? [{ file: block.marking, text: `${block.lines.join('\n')}\n` }] : [];
  });
}

/** A line ends a command unless it ends in a backslash. */
function commandsOf({ line, lines }: Block): Command[] {
  const commands: Command[] = [];
  let isContinued = false;
  for (const [index, text] of lines.entries()) {
    if (isContinued) commands[commands.length - 1].text += `\n${text}`;
    else commands.push({ line: line + 1 + index, text });
    isContinued = text.endsWith('\\');
  }
  return commands.filter(({ text }) => text.trim() !== '' && !text.startsWith('#'));
}

const workspace = new Workspace(afterAll);
const programs = join(workspace.folder, 'bin');

/** Makes `ablate` and `npx ablate` what was built here; `test/program/package.test.ts` is about `npx` itself. */
function installProgram(): void {
  mkdirSync(programs);
  const scripts = { ablate: `exec node ${PROGRAM} "$@"`, npx: `[ "$1" = ablate ] && shift && exec ablate "$@"` };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, name), 0o755);
  }
}

async function makeFolder(page: string): Promise<string> {
  const folder = join(workspace.folder, page.replaceAll(/[/.]/g, '-'), 'empty');
  for (const [index, name] of IMAGES.entries()) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    const background = { r: (index * 37) % 256, g: (index * 91) % 256, b: 90 };
    await sharp({ create: { width: 32, height: 32, channels: 3, background } }).toFile(file);
  }
  writeTones(join(folder, 'words'), 40);
  return folder;
}

const env = {
  ...process.env,
  MLFLOW_TRACKING_URI: undefined,
  NO_COLOR: '1',
  PATH: [programs, dirname(process.execPath), process.env.PATH].join(delimiter),
};

/** @throws what it printed, below its place */
async function run(page: string, { line, text }: Command, cwd: string): Promise<void> {
  await promisify(execFile)('bash', ['-c', text], { cwd, env }).catch((error: unknown) => {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    throw new Error(`${page}:${line}: ${text}\nended with ${code}\n${stdout}${stderr}`);
  });
}

/** Of MNIST 540 images train, in small layers: the commands are the page's, and take a tenth of the time. */
function makeSmall(folder: string): void {
  const experiments = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  for (const file of experiments.map((name) => join(folder, name))) {
    const experiment = parseDocument(readFileSync(file, 'utf8'));
    if (experiment.getIn(['dataset', 'name']) !== 'mnist') continue;
    experiment.setIn(['dataset', 'path'], smallMnist());
    experiment.setIn(['dataset', 'train_fraction'], 0.2);
    const layers = experiment.getIn(['model', 'layers']);
    for (const layer of isSeq(layers) ? layers.items.filter(isMap) : []) {
      for (const key of ['filters', 'units']) if (layer.has(key)) layer.set(key, 8);
    }
    writeFileSync(file, String(experiment));
  }
}

/** What a reader does by the first of these steps: without the comments, and where they stand. */
function keyOf(steps: readonly Step[]): string {
  return JSON.stringify(steps.map((step) => ('command' in step ? step.command.text.replace(/\s+# .*$/, '') : step)));
}

/** Several pages begin alike, with `ablate init` and a run: what a page has done so far, for the others to begin with. */
class Beginnings {
  readonly #counts = new Map<string, number>();
  readonly #folders = new Map<string, string>();

  constructor(pages: readonly (readonly Step[])[]) {
    for (const steps of pages) {
      for (const end of steps.keys()) {
        const key = keyOf(steps.slice(0, end + 1));
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
      }
    }
  }

  /** Keeps a copy of a page's folder if another page begins likewise. */
  keep(steps: readonly Step[], folder: string): void {
    const key = keyOf(steps);
    if (this.#folders.has(key) || (this.#counts.get(key) ?? 0) < 2) return;
    const copy = join(workspace.folder, `beginning-${this.#folders.size}`);
    cpSync(folder, copy, { recursive: true });
    this.#folders.set(key, copy);
  }

  /** Brings a folder as far as another page has come with the same steps. @returns how many */
  resume(steps: readonly Step[], folder: string): number {
    const done = [...steps.keys(), steps.length]
      .toReversed()
      .find((count) => this.#folders.has(keyOf(steps.slice(0, count))));
    if (done === undefined) return 0;
    cpSync(this.#folders.get(keyOf(steps.slice(0, done))) ?? '', folder, { recursive: true });
    return done;
  }
}

describe('what a page has its reader do, in an empty folder, works', () => {
  const pages = markdownPages().filter((page) => stepsOf(page).some((step) => 'command' in step));

  const beginnings = new Beginnings(pages.map(stepsOf));

  beforeAll(installProgram);

  it('on most of the pages', () => {
    expect(pages.length).toBeGreaterThan(20);
  });

  it.each(pages)('%s', async (page) => {
    const folder = await makeFolder(page);
    const steps = stepsOf(page);
    for (let done = beginnings.resume(steps, folder); done < steps.length; done++) {
      const step = steps[done];
      if ('command' in step) await run(page, step.command, folder);
      else writeFileSync(join(folder, step.file), step.text);
      makeSmall(folder);
      beginnings.keep(steps.slice(0, done + 1), folder);
    }
  });
});
