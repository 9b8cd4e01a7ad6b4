import type { CategoryColumn } from '../../data/columns/category.js';
import type { NumberColumn, NumberPreparation } from '../../data/columns/number.js';
import { type TextColumn, type TextPreparation, vocabularyOf } from '../../data/columns/text.js';
import type { InputColumn } from '../../data/dataset.js';
import type { ImageColumn } from '../../data/images/image-column.js';
import type { NormalizationStatistics } from '../../data/normalization.js';

/**
 * How a written model takes a column: words and texts as they are (Keras, SavedModel); numbers, each column by itself, where a
 * format has no operations for words (ONNX, TFLite); or features, all that its layers take, side by side (TensorFlow.js).
 */
export type TakenAs = 'words' | 'numbers' | 'features';

/** What a written model takes of a column, in words and with all that they name: a reader needs no program of ours. */
export interface TakenColumn {
  dtype: 'float32' | 'int32' | 'string';
  /** Of one row. */
  shape: readonly number[];
  /** What to do to a value, one after another. */
  steps: string[];
  /** What the steps name: `values`, `vocabulary`, `weights`. */
  [named: string]: unknown;
}

/** What an export knows of a type of input. */
interface ExportKind<C extends InputColumn = InputColumn, P = unknown> {
  /** What `convert_rows.py` makes it of. */
  settings: (column: C, preparation: P) => Record<string, unknown>;
  taken: (column: C, preparation: P, as: TakenAs) => TakenColumn;
  /** Why it can't be taken so; undefined where it can. */
  refusal?: (column: C, as: TakenAs) => string | undefined;
}

const number: ExportKind<NumberColumn, NumberPreparation> = {
  settings: (_, { fill, isLog, hasIndicator, mean, standardDeviation }) => ({
    ...{ fill, mean, standard_deviation: standardDeviation, is_log: isLog, has_indicator: hasIndicator },
  }),
  taken(column, preparation, as) {
    const { fill, isLog, hasIndicator, mean, standardDeviation } = preparation;
    const isAlways = column.missing === 'error';
    if (as !== 'features')
      return { dtype: 'float32', shape: [1], steps: [`the number${isAlways ? '' : '; NaN where it is missing'}`] };
    const steps = [
      `v = the number${isAlways ? '' : `; ${fill} where it is missing`}`,
      ...(isLog ? ['v = ln(1 + v)'] : []),
      `(v − ${mean}) ÷ ${standardDeviation}`,
      ...(hasIndicator ? ['after it a second number: 1 where the first is missing, else 0'] : []),
    ];
    return { dtype: 'float32', shape: [hasIndicator ? 2 : 1], steps, ...number.settings(column, preparation) };
  },
};

const category: ExportKind<CategoryColumn> = {
  settings: ({ categories }) => ({ categories }),
  taken({ categories: values }, _, as) {
    const kinds: Record<TakenAs, TakenColumn> = {
      words: { dtype: 'string', shape: [1], steps: ['one of `values`; any other text, or an empty one, is none'] },
      numbers: { dtype: 'int32', shape: [1], steps: ['its place in `values`, counted from 0; −1 where it has none'] },
      features: {
        dtype: 'float32',
        shape: [values.length],
        steps: ['a number for each of `values`: 1 for the one that it is, 0 for all others'],
      },
    };
    return { ...kinds[as], values };
  },
};

const STANDARDIZED: Record<string, string[]> = {
  lower: ['make the letters A to Z small, and no others'],
  strip_punctuation: ['remove the characters of `punctuation`'],
  casefold: ["apply Unicode's case folding, then its normal form NFC"],
};
const PUNCTUATION = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\'';

const text: ExportKind<TextColumn, TextPreparation> = {
  settings: (column, preparation) => ({
    ...{ standardize: column.standardize, split: column.split, ngrams: column.ngrams },
    ...{ output_mode: column.output_mode, length: preparation.length, weights: preparation.weights },
    vocabulary: vocabularyOf(column, preparation),
  }),
  taken(column, preparation, as) {
    if (as === 'words') return { dtype: 'string', shape: [1], steps: ['the text, UTF-8'] };
    const { standardize, split, ngrams, output_mode: mode } = column;
    const { length, weights } = preparation;
    const standardizing = (standardize ?? '').split('_and_').flatMap((part) => STANDARDIZED[part] ?? []);
    const joined = Array.isArray(ngrams) ? ngrams.join(', ') : `1 to ${ngrams ?? 1}`;
    const steps = [
      ...standardizing,
      split === 'character' ? 'split it into characters' : 'split it at white space (space, tab, ends of lines)',
      ...(ngrams === null ? [] : [`words are ${joined} neighbours, joined by a space; the shorter ones come first`]),
      ...(mode === 'int' ? numbering(length) : counting(mode, length)),
    ];
    return {
      ...{ dtype: mode === 'int' ? 'int32' : 'float32', shape: [length], steps },
      ...{ vocabulary: vocabularyOf(column, preparation), punctuation: PUNCTUATION },
      ...(weights ? { weights } : {}),
    };
  },
  refusal({ standardize }, as) {
    if (as !== 'words' || standardize?.startsWith('casefold') !== true) return undefined;
    return `Keras's TextVectorization has no standardize: ${standardize}`;
  },
};

const numbering = (length: number): string[] => [
  'the number of each word: 2 + its place in `vocabulary`, counted from 0; 1 where it has none',
  `the first ${length} of these numbers; where there are fewer, 0 after them`,
];

function counting(mode: string, length: number): string[] {
  const each = mode === 'multi_hot' ? 'whether it is there, 1 or 0' : 'how often it is there';
  const places = `${length} numbers: the first of all words that aren't in \`vocabulary\`, then one for each word of it, then 0`;
  return [places, `of each ${each}`, ...(mode === 'tf_idf' ? ['times its number in `weights`'] : [])];
}

const image: ExportKind<ImageColumn, NormalizationStatistics> = {
  settings: ({ shape }, { mean, standardDeviation }) => ({ shape, mean, standard_deviation: standardDeviation }),
  taken({ shape }, { mean, standardDeviation }, as) {
    const scaled = mean.map((each, channel) => `(pixel − ${each}) ÷ ${standardDeviation[channel]}`);
    const steps = [
      `the image, resized to ${shape[0]} × ${shape[1]} (bilinear, antialiased, its proportions not kept), ${shape[2] === 3 ? 'red, green and blue' : 'gray'}`,
      'its pixels, 0 to 255, row by row',
      ...(as === 'features' ? [`of each channel ${scaled.join(', ')}`] : []),
    ];
    return { dtype: 'float32', shape, steps };
  },
};

const EXPORTED: Record<string, ExportKind<never, never>> = { number, category, text, image };

/** What is known of a type of input; undefined of one that can't be exported. */
export function exportKind(type: string): ExportKind | undefined {
  return Object.hasOwn(EXPORTED, type) ? (EXPORTED[type] as ExportKind) : undefined;
}
