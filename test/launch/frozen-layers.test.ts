import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config/text/config-error.js';
import { loadAll } from '../../src/launch/experiment-arguments.js';
import { checkAgainstModels } from '../../src/launch/pinned-models.js';
import { createRun, writeSummary } from '../../src/tracking/run-store.js';
import { finishedSummary, identity, temporaryFolder } from '../support/runs.js';

const network = `name: tuned
dataset: { name: mnist, classes: ["3", "5"] }
model:
  layers:
    - { type: conv2d, filters: 4, groups: 1, batch_normalization: true, name: stem }
    - { type: global_pooling2d }
    - { type: dense, units: 8, name: middle, activation: { name: prelu } }
    - { type: dense, name: head }
`;

/** Name and shape of every weight of that network. */
const weights: Record<string, number[]> = {
  'stem/kernel': [3, 3, 1, 4],
  'stem/batch_normalization/gamma': [4],
  'stem/batch_normalization/beta': [4],
  'stem/batch_normalization/moving_mean': [4],
  'stem/batch_normalization/moving_variance': [4],
  'middle/kernel': [4, 8],
  'middle/bias': [8],
  'middle/activation/alpha': [8],
  'head/kernel': [8, 2],
  'head/bias': [2],
};

interface Saved {
  /** Beside those of the network, or in their place; undefined: without it. */
  changes?: Record<string, number[] | undefined>;
  classes?: unknown;
}

function modelJson({ changes = {}, classes = ['3', '5'] }: Saved): string {
  const named = Object.entries({ ...weights, ...changes }).flatMap(([name, shape]) => (shape ? [{ name, shape }] : []));
  return JSON.stringify({ weightsManifest: [{ weights: named }], userDefinedMetadata: { classes } });
}

/** What is wrong with the network when it starts from this model: the messages, and the text that each points at. */
async function problemsOf(training: string, saved: Saved | string = {}, yaml = network): Promise<[string, string][]> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'old/model'), { recursive: true });
  writeFileSync(join(folder, 'old/model/model.json'), typeof saved === 'string' ? saved : modelJson(saved));
  const file = join(folder, 'tuned.yaml');
  writeFileSync(file, `${yaml}training: { initial_weights: ./old, ${training} }\n`);
  const error: unknown = await loadAll({ files: [file], overrides: [] }).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) return [];
  return error.problems.map((problem) => [
    problem.message,
    problem.sourceLine.slice(problem.column - 1, problem.endColumn - 1),
  ]);
}

it('a frozen layer for which the model has no weights is refused where it is frozen', async () => {
  const noHead = { changes: { 'head/kernel': undefined, 'head/bias': undefined } };
  expect(await problemsOf('trainable: [stem, middle]', noHead)).toEqual([
    ['head is frozen, and old has no weights for it: it would stay random', 'trainable'],
  ]);
  const less = { changes: { 'stem/kernel': [5, 5, 1, 4], 'middle/activation/alpha': undefined } };
  expect(await problemsOf('trainable: [head]', less)).toEqual([
    ['stem, middle/activation are frozen, and old has no weights for them: they would stay random', 'trainable'],
  ]);
  const own = network.replace('name: stem }', 'name: stem, trainable: false }');
  expect(await problemsOf('epochs: 1', less, own)).toEqual([
    ['stem is frozen, and old has no weights for it: it would stay random', 'false'],
  ]);
});

it('a frozen head for other classes is refused, though its shapes agree', async () => {
  const expected = [['head is frozen, and old has no weights for it: it would stay random', 'trainable']];
  expect(await problemsOf('trainable: [stem]', { classes: ['5', '3'] })).toEqual(expected);
  expect(await problemsOf('trainable: [head]', { classes: ['5', '3'] })).toEqual([]);
});

it('what takes its weights, or is trained some day, may be frozen', async () => {
  expect(await problemsOf('trainable: [head]')).toEqual([]);
  expect(await problemsOf('trainable: [head]', { changes: { 'stem/bias': [4], 'other/kernel': [7] } })).toEqual([]);
  const fresh = { changes: { 'stem/kernel': undefined } };
  expect(await problemsOf('trainable: [head]', fresh)).toHaveLength(1);
  expect(await problemsOf("trainable: [head], epochs: 3, unfreeze: { 2: ['st*'] }", fresh)).toEqual([]);
  expect(await problemsOf('epochs: 1', fresh)).toEqual([]);
});

it('a convolution in groups takes its parts', async () => {
  const parts = { 'stem/kernel': undefined, 'stem/group_0/kernel': [3, 3, 1, 2], 'stem/group_1/kernel': [3, 3, 1, 2] };
  const first = `    - { type: conv2d, filters: 2, name: first }\n`;
  const yaml = network.replace('groups: 1', 'groups: 2').replace('  layers:\n', `  layers:\n${first}`);
  const saved = { changes: { ...parts, 'first/kernel': [3, 3, 1, 2], 'first/bias': [2] } };
  expect(await problemsOf('trainable: [head]', saved, yaml)).toEqual([]);
  const half = { changes: { ...saved.changes, 'stem/group_1/kernel': undefined } };
  expect(await problemsOf('trainable: [head]', half, yaml)).toHaveLength(1);
});

it.each(['', 'null', '[]', '{"weightsManifest":7}', '{"weightsManifest":[{"weights":[{"name":1,"shape":[2]}]}]}'])(
  'a model.json that is none, %o, is left to the worker to refuse',
  async (text) => {
    expect(await problemsOf('trainable: [head]', text)).toEqual([]);
  },
);

it('a model may be named by its experiment, and may not be there yet', async () => {
  const run = createRun(temporaryFolder(), identity({ name: 'old' }), 'name: old\n');
  const file = join(temporaryFolder(), 'tuned.yaml');
  writeFileSync(file, `${network}training: { initial_weights: old, trainable: [stem, middle] }\n`);
  const experiments = await loadAll({ files: [file], overrides: [] });
  await checkAgainstModels(experiments, join(run.path, '..'));
  mkdirSync(run.model);
  writeFileSync(join(run.model, 'model.json'), modelJson({ changes: { 'head/kernel': undefined } }));
  writeFileSync(join(run.model, 'weights.bin'), '');
  writeSummary(run, finishedSummary({ id: run.id, name: 'old' }));
  await expect(checkAgainstModels(experiments, join(run.path, '..'))).rejects.toThrow(`head is frozen, and ${run.id}`);
});
