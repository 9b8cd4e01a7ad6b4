import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigError } from '../../src/config/text/config-error.js';
import { loadExperiment } from '../../src/config/load.js';
import type { Problem, ProblemCode } from '../../src/config/text/problems.js';
import { expandSweep } from '../../src/config/variants/sweep.js';

/**
 * A wrong experiment: `⟦` and `⟧` mark what must be underlined, in the order in which problems are reported. What the
 * input leaves out of `dataset` and `model` is added below it, unless it is `bare`.
 */
interface Mistake {
  input?: string;
  overrides?: string[];
  /** Files beside it. */
  files?: Record<string, string>;
  bare?: boolean;
  code?: ProblemCode;
  /** For several mistakes in one file. */
  codes?: ProblemCode[];
  /** Parts of the first problem's texts. */
  message?: string;
  hint?: string;
  suggestion?: string;
}

interface Place {
  file: string;
  line: number;
  column: number;
  endColumn: number;
}

const corpus = new URL('mistakes/', import.meta.url);
const groups = readdirSync(corpus).map((file) => {
  return { file, mistakes: parse(readFileSync(new URL(file, corpus), 'utf8')) as Mistake[] };
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-mistakes-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a marked text without its marks. */
function unmark(marked: string, file: string): { text: string; places: Place[] } {
  const places: Place[] = [];
  let text = '';
  for (const part of marked.split(/(?=[⟦⟧])/)) {
    const before = text.slice(text.lastIndexOf('\n') + 1);
    if (part.startsWith('⟦')) {
      places.push({ file, line: text.split('\n').length, column: before.length + 1, endColumn: 0 });
    }
    if (part.startsWith('⟧')) places[places.length - 1].endColumn = before.length + 1;
    text += part.replace(/^[⟦⟧]/, '');
  }
  return { text, places };
}

function write(name: string, marked: string): Place[] {
  const { text, places } = unmark(marked, join(shownFolder(), name));
  writeFileSync(join(folder, name), text);
  return places;
}

function shownFolder(): string {
  const fromHere = relative(process.cwd(), folder);
  return fromHere.startsWith('..') ? folder : fromHere;
}

function completed({ input = '', bare = false }: Mistake): string {
  if (bare) return input;
  const dataset = /^⟦?dataset/m.test(input) ? '' : 'dataset: {name: mnist}\n';
  const model = /^⟦?model/m.test(input) ? '' : 'model: {layers: [{type: dense}]}\n';
  return `${input}${input.endsWith('\n') || input === '' ? '' : '\n'}${dataset}${model}`;
}

function problemsOf(mistake: Mistake): { problems: Problem[]; places: Place[] } {
  const own = write('main.yaml', completed(mistake));
  const others = Object.entries(mistake.files ?? {}).flatMap(([name, text]) => write(name, text));
  const overrides = (mistake.overrides ?? []).map((text, i) => unmark(text, `<override ${i + 1}>`));
  const places = [...own, ...others, ...overrides.flatMap((override) => override.places)];
  try {
    const experiment = loadExperiment(join(folder, 'main.yaml'), {
      overrides: overrides.map(({ text }) => text),
      env: {},
    });
    if (experiment.config.sweep) expandSweep(experiment);
  } catch (error) {
    if (error instanceof ConfigError) return { problems: [...error.problems], places };
    throw error;
  } finally {
    for (const name of Object.keys(mistake.files ?? {})) rmSync(join(folder, name));
  }
  throw new Error('this file is not wrong');
}

it('the corpus is large enough to mean something', () => {
  expect(groups.flatMap(({ mistakes }) => mistakes).length).toBeGreaterThanOrEqual(150);
});

describe.each(groups)('$file', ({ mistakes }) => {
  it.each(mistakes.map((mistake) => [JSON.stringify(mistake.input ?? mistake.overrides), mistake] as const))(
    '%s',
    (_, mistake) => {
      const { problems, places } = problemsOf(mistake);
      expect(problems.map(({ code }) => code)).toEqual(mistake.codes ?? [mistake.code]);
      for (const [i, problem] of problems.entries()) {
        const { file, line, column, endColumn } = problem;
        const place = places[Math.min(i, places.length - 1)];
        // An empty mark stands for a place without text, where one column is underlined.
        const end = Math.max(place.endColumn, place.column + 1);
        expect({ file, line, column, endColumn }).toEqual({ ...place, endColumn: end });
      }
      const [first] = problems;
      expect(first.message).toContain(mistake.message ?? '');
      expect(first.hint ?? '').toContain(mistake.hint ?? '');
      expect(first.suggestion).toBe(mistake.suggestion);
    },
  );
});
