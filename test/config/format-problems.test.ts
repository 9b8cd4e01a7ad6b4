import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config/text/config-error.js';
import { createColors, terminalText } from '../../src/text/visible.js';
import { formatProblems } from '../../src/config/text/format-problems.js';
import { problemAt, type Problem, type ProblemDetails } from '../../src/config/text/problems.js';

const text = ['model:', '  layers:', '\t- kernal_size: 3', `description: ${'x'.repeat(300)}end`].join('\n');

function problem(part: string, details: Partial<ProblemDetails> = {}): Problem {
  const start = text.indexOf(part);
  const span = { source: { name: 'a/b.yaml', text, directory: '/' }, start, end: start + part.length };
  return problemAt(span, ['model', 'layers', 0], { code: 'unknown-key', message: `unknown key "${part}"`, ...details });
}

it('a problem is shown with its line, a caret below it, and the repair', () => {
  const details = {
    expected: 'one of filters, kernel_size',
    received: 'x',
    suggestion: 'kernel_size',
    hint: 'or remove it',
  };
  expect(formatProblems([problem('kernal_size', details)])).toBe(
    [
      'a/b.yaml:3:4 error unknown key "kernal_size"',
      '  3 | \t- kernal_size: 3',
      '    | \t  ^^^^^^^^^^^',
      '  expected one of filters, kernel_size, got x',
      '  did you mean "kernel_size"?',
      '  or remove it',
    ].join('\n'),
  );
});

it('of a long line the part around the mistake is shown', () => {
  const lines = formatProblems([problem('end')]).split('\n');
  expect(lines[1].length).toBeLessThan(110);
  expect(lines[1].slice(lines[2].indexOf('^'), lines[2].lastIndexOf('^') + 1)).toBe('end');
});

it('colours are added on demand only', () => {
  const coloured = terminalText(formatProblems([problem('end')], { colors: createColors(true) }));
  // eslint-disable-next-line no-control-regex
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatProblems([problem('end')]));
  expect(coloured).toContain('\u001b[');
});

it('what a terminal would obey is replaced', () => {
  const evil = problem('end', { message: 'a\u001b[2Jb\u202ec\nd', hint: '\u0007' });
  expect(formatProblems([evil])).not.toMatch(/[\u0007\u001b\u202e]/); // eslint-disable-line no-control-regex
});

it('fit their terminal, no word broken', () => {
  const details = { expected: 'one of filters, kernel_size, strides, padding or activation', received: 'kernal_size' };
  const told = formatProblems([problem('kernal_size', details)], { width: 40 }).split('\n');
  expect(told.filter((line) => line.length > 40)).toEqual([]);
  const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
  expect(words(told.join('\n'))).toEqual(words(formatProblems([problem('kernal_size', details)])));
});

it('many problems are counted', () => {
  const shown = formatProblems(Array.from({ length: 35 }, () => problem('end')));
  expect(shown.match(/ error /g)).toHaveLength(30);
  expect(shown).toMatch(/… and 5 more$/);
});

it('an error for the user holds its problems and their report', () => {
  const error = new ConfigError([problem('kernal_size')]);
  expect(error).toMatchObject({ code: 'invalid-config', exitCode: 2, name: 'ConfigError' });
  expect(error.message).toContain('a/b.yaml:3:4 error unknown key "kernal_size"');
  expect(error.problems[0]).toMatchObject({ path: 'model.layers.0', line: 3, column: 4, endColumn: 15 });
});
