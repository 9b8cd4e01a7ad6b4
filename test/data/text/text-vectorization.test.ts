import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TextInput } from '../../../src/config/schema/experiment.generated.js';
import type { ReadRows } from '../../../src/data/columns/cells.js';
import { type TextColumn, text } from '../../../src/data/columns/text.js';
import { everyIndex } from '../../../src/data/rows.js';
import { casefold } from '../../../src/data/text/casefold.js';
import type { Runtime } from '../../../src/tensorflow/runtime.js';
import { randomStream } from '../../../src/random.js';
import { askKerasBy } from '../../support/keras.js';
import { startTensorFlow } from '../../support/tensorflow.js';

/** What a text can be that nobody thinks of. */
const NASTY = [
  '',
  ' ',
  'a  b\tc\nd\u000be\ff\rg',
  'no\u00a0break\u3000spaces\u2009that\u0085TensorFlow\u2028keeps',
  "don't; can't! (won't) [it's] {100%} #1 @home $5 ^2 a&b *c* +d -e_f =g |h ~i <j> \\k/ `l` \"m\" n?o:p,q.",
  'ÀÉÎÕÜ Straße STRASSE ΣΊΣΥΦΟΣ İstanbul ILIK ǅ ﬁ ŉ ᾼ Ꮳꮳ ẞ',
  'e\u0301 é E\u0301 É',
  '日本語のテキスト 中文 한국어 ไทย',
  '👩‍👩‍👧 🇩🇪 😀😀 \u{1f600}x',
  '[UNK] unk [UNK]',
  '“quoted” — ‘dashes’ … ¿qué?',
  'null\u0000byte \u001b[31m \ufeffbom \u200bzero',
  'word '.repeat(40).trim(),
  'A A A a a B b b C',
  'the THE The tHe',
  '\u0301 combining first',
];

/** The words of this project's own pages. */
function realTexts(): string[] {
  const docs = new URL('../../../docs/', import.meta.url);
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md') && name !== 'reference.md');
  const lines = pages.flatMap((name) => readFileSync(new URL(name, docs), 'utf8').split('\n'));
  return lines.filter((line) => line.length > 40).slice(0, 400);
}

/** Letters of every kind. */
function randomTexts(): string[] {
  const stream = randomStream(Number(process.env.ABLATE_TEST_SEED), 'test/texts');
  const bounds = [0x7f, 0x24f, 0x3ff, 0x1fff, 0x1ffff];
  return Array.from({ length: 60 }, () => {
    const points = Array.from(
      { length: stream.below(30) },
      () => 1 + stream.below(bounds[stream.below(bounds.length)]),
    );
    return String.fromCodePoint(...points.filter((point) => point < 0xd800 || point > 0xdfff));
  });
}

type Config = Partial<Omit<TextInput, 'type' | 'vocabulary'>>;

const CONFIGS: Config[] = [
  {},
  { output_sequence_length: 7 },
  { max_tokens: 20, output_sequence_length: 100 },
  { standardize: null, output_sequence_length: 12 },
  { standardize: 'lower', max_tokens: 200 },
  { standardize: 'strip_punctuation', output_sequence_length: 30 },
  { split: 'character', output_sequence_length: 50 },
  { split: 'character', standardize: null, max_tokens: 40 },
  { ngrams: 2, output_sequence_length: 40 },
  { ngrams: [1, 3], max_tokens: 300 },
  { ngrams: [2], output_mode: 'multi_hot' },
  { output_mode: 'multi_hot', max_tokens: 100 },
  { output_mode: 'count', standardize: 'lower' },
  { output_mode: 'tf_idf', max_tokens: 150 },
  { output_mode: 'tf_idf', split: 'character' },
];

interface Vectorized {
  vocabulary: string[];
  output: number[][];
}

const noTable: ReadRows = {
  files: [],
  folderOf: () => '',
  cellsOf: () => {
    throw new Error('the texts are not read again');
  },
};

describe('texts as in Keras TextVectorization', () => {
  const texts = [...NASTY, ...realTexts(), ...randomTexts()];
  const asked = [...texts.slice(0, 40), 'words that nobody wrote before: zyxw', ...randomTexts().slice(0, 5)];
  let runtime: Runtime;
  let keras: { vectorized: Vectorized[]; folded: string[] };

  beforeAll(async () => {
    runtime = await startTensorFlow();
    const script = fileURLToPath(new URL('keras_text.py', import.meta.url));
    const cases = CONFIGS.map((config) => ({ config, texts, asked }));
    keras = await askKerasBy(script, { cases, folded: texts });
  });

  it.each(CONFIGS.map((config, index) => [JSON.stringify(config), config, index] as const))(
    '%s',
    async (_, config, index) => {
      const { vocabulary, output } = await vectorize(runtime, config, texts, asked);
      const theirs = keras.vectorized[index];
      const reserved = config.output_mode === undefined ? 2 : 1;
      // NumPy takes the zero byte for the end of a text.
      expect(vocabulary.map((word) => word.replace(/\0+$/, ''))).toEqual(theirs.vocabulary.slice(reserved));
      output.forEach((row, place) => {
        // Keras pads to the longest text of a batch, where no length is said.
        const expected = theirs.output[place];
        const common = Math.min(row.length, expected.length);
        row.slice(0, common).forEach((value, at) => {
          expect(value, `${JSON.stringify(asked[place])}: ${at}`).toBeCloseTo(expected[at], 4);
        });
        for (const rest of [row, expected]) expect(rest.slice(common).every((value) => value === 0)).toBe(true);
      });
    },
  );

  it('casefold is that of Python, composed', () => {
    // Letters that are newer than Python's Unicode have no case there.
    const isOld = (line: string): boolean => !/[\u1c89\ua7cb-\ua7dc]|[\u{10d50}-\u{10d85}]/u.test(line);
    texts.forEach((line, index) => {
      if (isOld(line)) expect(casefold(line), JSON.stringify(line)).toBe(keras.folded[index]);
    });
  });
});

/** Through the column, as a run does: read, learnt of the rows trained on, prepared in a program. */
async function vectorize(
  runtime: Runtime,
  config: Config,
  texts: readonly string[],
  asked: readonly string[],
): Promise<{ vocabulary: readonly string[]; output: number[][] }> {
  const whole: TextInput = {
    ...{ type: 'text', standardize: 'lower_and_strip_punctuation', split: 'whitespace', ngrams: null },
    ...{ max_tokens: null, output_sequence_length: null, output_mode: 'int', vocabulary: null, ...config },
  };
  const reader = text.read('sentence', whole);
  for (const each of [...texts, ...asked]) reader.add(each, () => 'here');
  const train = everyIndex(texts.length);
  const test = Int32Array.from(asked, (_, index) => texts.length + index);
  const { column, load } = reader.finish({ train, test }, noTable);
  const values = await load({ baseDirectory: '' });
  const preparation = text.fit(column as TextColumn, values.train, texts.length, train);
  const kept = text.kept?.(column as TextColumn, preparation);
  expect(kept && text.isFitted(kept.column, kept.preparation)).toBe(true);
  const output = tf.tidy(() => {
    const resident = text.makeResident(column as TextColumn, values.test, asked.length, runtime);
    const indices = tf.range(0, asked.length, 1, 'int32');
    const { shape } = resident;
    const program = runtime.compile(
      'prepare',
      [
        { shape, dtype: 'int32' },
        { shape: indices.shape, dtype: 'int32' },
      ],
      ([rows, at]) => [text.prepare(text.gather(rows, at, runtime), preparation)],
    );
    const [prepared] = program.run([resident, indices]);
    program.dispose();
    return prepared.arraySync() as number[][];
  });
  return { vocabulary: (kept?.column as TextColumn).words, output };
}
