import type { TextInput } from '../../config/schema/experiment.generated.js';
import { casefold } from './casefold.js';

/** How a text becomes its words: the keys of a text column that say it. */
export type Tokenization = Pick<TextInput, 'standardize' | 'split' | 'ngrams'>;

/** What Keras's TextVectorization strips: the punctuation of ASCII. */
const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;

/** Half of a letter beyond the first 65,536, which has no bytes. */
const HALF_LETTER = /\p{Surrogate}/gu;

/** What TensorFlow splits at: the white space of ASCII; a no-break space isn't. */
const WHITE_SPACE = /[ \t\n\v\f\r]+/;

/**
 * What makes words of a text, as Keras's TextVectorization does (`keras/src/layers/preprocessing/text_vectorization.py`):
 * `lower` changes the letters A to Z alone, as `tf.strings.lower` does. A word may be a letter, or several joined by a space.
 */
export function tokenizer({ standardize, split, ngrams }: Tokenization): (text: string) => string[] {
  const words = split === 'character' ? (text: string): string[] => Array.from(text) : splitWords;
  const widths = widthsOf(ngrams);
  return (text) => {
    const each = words(standardized(text.replace(HALF_LETTER, '\ufffd'), standardize));
    return widths ? widths.flatMap((width) => grams(each, width)) : each;
  };
}

function standardized(text: string, how: TextInput['standardize']): string {
  switch (how) {
    case 'lower_and_strip_punctuation':
      return lower(text).replace(PUNCTUATION, '');
    case 'lower':
      return lower(text);
    case 'strip_punctuation':
      return text.replace(PUNCTUATION, '');
    case 'casefold_and_strip_punctuation':
      return casefold(text).replace(PUNCTUATION, '');
    case 'casefold':
      return casefold(text);
    case null:
      return text;
  }
}

const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

const splitWords = (text: string): string[] => text.split(WHITE_SPACE).filter((word) => word !== '');

/** The lengths of n-grams: up to a number, or those of a list. */
function widthsOf(ngrams: TextInput['ngrams']): readonly number[] | null {
  return typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, index) => index + 1) : ngrams;
}

function grams(words: readonly string[], width: number): string[] {
  return Array.from({ length: Math.max(0, words.length - width + 1) }, (_, at) =>
    words.slice(at, at + width).join(' '),
  );
}
