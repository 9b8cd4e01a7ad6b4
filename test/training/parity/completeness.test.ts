import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EPOCH_CASES, STEP_GROUPS } from './cases.js';

interface Definition {
  oneOf?: { $ref: string }[];
  properties?: Record<string, { const?: string; enum?: string[] }>;
}

/** The layer types or function names that a union of the schema has. */
function wordsOf(union: string): string[] {
  const { definitions } = JSON.parse(readFileSync('schemas/experiment.schema.json', 'utf8')) as {
    definitions: Record<string, Definition>;
  };
  return (definitions[union].oneOf ?? []).flatMap(({ $ref }) => {
    const { type, name } = definitions[$ref.replace('#/definitions/', '')].properties ?? {};
    const word = union === 'layer' ? type : name;
    return word.enum ?? [word.const ?? ''];
  });
}

it.each([
  // table.test.ts compares towers and how they are merged.
  ['layer', ['inputs']],
  ['activation_function', []],
  ['initializer_function', []],
  ['optimizer', []],
  // Keras has none; test/training/schedules compares it with PyTorch's values.
  ['learning_rate_schedule', ['one_cycle']],
])('training compares every %s with Keras', (union, excepted) => {
  const compared = JSON.stringify([STEP_GROUPS, EPOCH_CASES]);
  const words = wordsOf(union);
  expect(words.length).toBeGreaterThan(3);
  expect(words.filter((word) => !compared.includes(`"${word}"`))).toEqual(excepted);
});
