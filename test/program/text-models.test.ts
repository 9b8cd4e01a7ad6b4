import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workspace } from '../support/program.js';

const FILLER = ['the', 'film', 'was', 'and', 'it', 'a', 'so', 'they', 'said', 'of', 'an', 'hour'];
const OPINIONS = { good: ['lovely', 'moving', 'funny'], bad: ['dull', 'silly', 'awful'] };

/** Sentences whose one telling word says what they are; the last is mistaken on purpose. */
function opinions(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const label = row % 2 === 0 ? 'good' : 'bad';
    const words = Array.from({ length: 4 + (row % 5) }, (__, at) => FILLER[(row * 7 + at * 5) % FILLER.length]);
    words.splice(row % 4, 0, OPINIONS[label][row % 3]);
    return `"${words.join(' ')}!",${label}`;
  });
  return ['sentence,label', ...rows].join('\n');
}

const EXPERIMENT = `
name: opinions
dataset:
  name: table
  train: train.csv
  test: test.csv
  inputs: { sentence: { type: text, output_sequence_length: 8 } }
  target: label
model:
  layers:
    - { type: embedding, output_dim: 8 }
    - type: parallel
      each: { kernel_size: [1, 2] }
      layers: [{ type: conv1d, filters: 6 }, { type: global_pooling1d }]
    - { type: dense }
training: { epochs: 12, batch_size: 16, seed: 1, optimizer: { name: adam, learning_rate: 0.03 } }
tracking: none
`;

describe('a model of texts', () => {
  const workspace = new Workspace(afterAll);

  beforeAll(async () => {
    workspace.write('train.csv', opinions(160));
    workspace.write('test.csv', `${opinions(30)}\n"such a lovely film, lovely",bad\n"unseen words alone",good\n`);
    workspace.write('opinions.yaml', EXPERIMENT);
    const { code, stderr } = await workspace.ablate(['run', 'opinions.yaml']);
    expect(code, stderr).toBe(0);
  });

  it('learns what tells the sentences apart, and keeps the vocabulary of the rows trained on', () => {
    const [run] = readdirSync(join(workspace.folder, 'runs')).filter((name) => name.startsWith('opinions'));
    const folder = join(workspace.folder, 'runs', run);
    const { metrics } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as {
      metrics: Record<string, number>;
    };
    expect(metrics.val_accuracy).toBe(1);
    expect(metrics.test_accuracy).toBeGreaterThan(0.9);
    const { userDefinedMetadata } = JSON.parse(readFileSync(join(folder, 'model/model.json'), 'utf8')) as {
      userDefinedMetadata: { inputs: { column: { words: string[] } }[] };
    };
    const { words } = userDefinedMetadata.inputs[0].column;
    expect(words.toSorted()).toEqual([...FILLER, ...OPINIONS.good, ...OPINIONS.bad].toSorted());
  });

  it('predicts the rows of CSV and JSONL files', async () => {
    workspace.write('new.csv', 'sentence\n"A LOVELY, lovely hour"\nso awful\n""\n');
    workspace.write('new.jsonl', '{"sentence": "dull and \\ud800 awful"}\n{"sentence": "funny"}\n');
    const { code, stdout, stderr } = await workspace.ablate(['predict', 'opinions', 'new.csv', 'new.jsonl', '--json']);
    expect(code, stderr).toBe(0);
    const { predictions } = JSON.parse(stdout) as { predictions: { class: string }[] };
    expect(predictions.map((each) => each.class).filter((_, row) => row !== 2)).toEqual(['good', 'bad', 'bad', 'good']);
  });

  it('is evaluated with the sentences that it misreads', async () => {
    const { code, stdout, stderr } = await workspace.ablate(['evaluate', 'opinions']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('such a lovely film, lovely');
    const json = await workspace.ablate(['evaluate', 'opinions', '--json']);
    const [{ worst }] = (JSON.parse(json.stdout) as { runs: { worst: { index: number; text: string }[] }[] }).runs;
    expect(worst[0]).toMatchObject({ index: 30, text: 'such a lovely film, lovely', class: 'bad', predicted: 'good' });
  });

  it('is explained by the words that speak for a class', async () => {
    const sentence = 'the film was awful and so it was said';
    const { code, stdout, stderr } = await workspace.ablate([
      'explain',
      'opinions',
      sentence,
      '--html',
      'w.html',
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    const [{ class: told, words }] = (
      JSON.parse(stdout) as { texts: { class: string; words: { word: string; effect: number }[] }[] }
    ).texts;
    expect(told).toBe('bad');
    expect(words.map(({ word }) => word).join(' ')).toBe(sentence);
    const strongest = words.toSorted((a, b) => b.effect - a.effect)[0];
    expect(strongest.word).toBe('awful');
    // Without it the model is given the same text without the word.
    workspace.write('less.csv', `sentence\n${sentence}\n${sentence.replace(' awful', '')}\n`);
    const { stdout: told2 } = await workspace.ablate(['predict', 'opinions', 'less.csv', '--json', '--top', '2']);
    const [whole, less] = (
      JSON.parse(told2) as { predictions: { top: { class: string; probability: number }[] }[] }
    ).predictions.map(({ top }) => top.find((each) => each.class === 'bad')?.probability ?? NaN);
    expect(strongest.effect).toBeCloseTo(whole - less, 4);
    expect(workspace.read('w.html').toString()).toContain('>awful</span>');
    const other = await workspace.ablate(['explain', 'opinions', 'x', '--class', 'worse']);
    expect(other.stderr).toContain('it tells apart bad, good');
  });

  it.each<[string, string[], RegExp]>([
    ['several inputs', ['+dataset.inputs.label={type: category}'], /"sentence" is a text whose words are numbered/],
    ['no embedding', ['model.layers=[{type: dense}]'], /reach "dense" as numbers.*\{type: embedding/],
    ['a vector under an embedding', ['dataset.inputs.sentence.output_mode=count'], /needs the words of a text/],
    ['a key of Keras that is written otherwise', ['+dataset.inputs.sentence.max_token=9'], /did you mean "max_tokens"/],
  ])('tells the mistake of %s', async (_, overrides, message) => {
    const { code, stderr, stdout } = await workspace.ablate(['check', 'opinions.yaml', ...overrides]);
    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toMatch(message);
  });

  it('takes vectors of words beside other inputs', async () => {
    const { code, stdout, stderr } = await workspace.ablate([
      ...['plan', 'opinions.yaml', '--no-calibration', '--json', 'model.layers=[{type: dense}]'],
      'dataset.inputs={sentence: {type: text, output_mode: tf_idf, max_tokens: 10}, label: category}',
    ]);
    expect(code, stderr).toBe(0);
    expect((JSON.parse(stdout) as { parameters: number }).parameters).toBe((10 + 2 + 1) * 2);
  });
});
