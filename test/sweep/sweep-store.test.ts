import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadExperiment } from '../../src/config/load.js';
import { toPortableYaml } from '../../src/config/portable.js';
import { createSweep, findSweepOf } from '../../src/sweep/sweep-store.js';
import { temporaryFolder } from '../support/runs.js';

const experiment = {
  dataset: { name: 'mnist' },
  model: { layers: [{ type: 'flatten' }, { type: 'dense' }] },
  sweep: { parameters: { 'training.epochs': [1, 2] } },
};

function yamlOf(more: object, overrides: string[] = []): string {
  const file = join(temporaryFolder(), 'study.yaml');
  writeFileSync(file, stringify({ ...experiment, ...more }));
  return toPortableYaml(loadExperiment(file, { overrides, env: {} }));
}

it('a sweep is found again whatever its description says, and by nothing else', () => {
  const folder = temporaryFolder();
  const sweep = createSweep(folder, 'study', yamlOf({ description: 'first words' }));
  writeFileSync(sweep.journal, 'begun');
  const long = 'word '.repeat(40);
  for (const description of [
    '',
    'other words',
    'one\n\n  two\n- three: 3\n',
    long,
    `${long}\n\n${long}`,
    ' - #"\'',
    '|',
  ])
    expect(findSweepOf(folder, yamlOf({ description }))?.id).toBe(sweep.id);
  expect(findSweepOf(folder, yamlOf({}))?.id).toBe(sweep.id);
  fc.assert(
    fc.property(fc.string({ maxLength: 60, unit: fc.constantFrom(...Array.from('ab :#-\n\t"|>{')) }), (description) => {
      expect(findSweepOf(folder, yamlOf({}, [`description=${JSON.stringify(description)}`]))?.id).toBe(sweep.id);
    }),
    { numRuns: 50 },
  );
  expect(findSweepOf(folder, yamlOf({ question: 'which?' }))).toBeUndefined();
  expect(findSweepOf(folder, yamlOf({ description: 'first words', training: { batch_size: 7 } }))).toBeUndefined();
});
