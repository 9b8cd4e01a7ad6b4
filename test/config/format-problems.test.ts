import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.js';
import { formatProblems } from '../../src/config/format-problems.js';
import { problemAt, type Problem, type ProblemDetails } from '../../src/config/problems.js';

const text = ['model:', '  layers:', '\t- kernal_size: 3', `description: ${'x'.repeat(300)}end`].join('\n');

function problem(part: string, details: Partial<ProblemDetails> = {}): Problem {
  const start = text.indexOf(part);
  const span = { source: { name: 'a/b.yaml', text, directory: '/' }, start, end: start + part.length };
  return problemAt(span, ['model', 'layers', 0], { code: 'unknown-key', message: `unknown key "${part}"`, ...details });
}

test('a problem is shown with its line, a caret below it, and the repair', () => {
  const details = {
    expected: 'one of filters, kernel_size',
    received: 'x',
    suggestion: 'kernel_size',
    hint: 'or remove it',
  };
  expect(formatProblems([problem('kernal_size', details)], { color: false })).toBe(
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

test('of a long line the part around the mistake is shown', () => {
  const lines = formatProblems([problem('end')], { color: false }).split('\n');
  expect(lines[1].length).toBeLessThan(110);
  expect(lines[1].slice(lines[2].indexOf('^'), lines[2].lastIndexOf('^') + 1)).toBe('end');
});

test('colours are added on demand only', () => {
  const coloured = formatProblems([problem('end')], { color: true });
  // eslint-disable-next-line no-control-regex
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatProblems([problem('end')], { color: false }));
  expect(coloured).toContain('\u001b[');
});

test('what a terminal would obey is replaced', () => {
  const evil = problem('end', { message: 'a\u001b[2Jb\u202ec\nd', hint: '\u0007' });
  expect(formatProblems([evil], { color: false })).not.toMatch(/[\u0007\u001b\u202e]/); // eslint-disable-line no-control-regex
});

test('many problems are counted', () => {
  const shown = formatProblems(
    Array.from({ length: 35 }, () => problem('end')),
    { color: false },
  );
  expect(shown.match(/ error /g)).toHaveLength(30);
  expect(shown).toMatch(/… and 5 more$/);
});

test('an error for the user holds its problems and their report', () => {
  const error = new ConfigError([problem('kernal_size')]);
  expect(error).toMatchObject({ code: 'invalid-config', exitCode: 2, name: 'ConfigError' });
  expect(error.message).toContain('a/b.yaml:3:4 error unknown key "kernal_size"');
  expect(error.problems[0]).toMatchObject({ path: 'model.layers.0', line: 3, column: 4, endColumn: 15 });
});
