/** What stands for a word that the vocabulary doesn't have. */
export const UNKNOWN = '[UNK]';

/** The numbers that no word has: padding, and words that aren't known. */
export const PADDING = 0;
export const UNKNOWN_NUMBER = 1;
export const FIRST_WORD = 2;

/**
 * The words that a vocabulary is made of, as Keras's TextVectorization adapts to texts: the most frequent first, of equally
 * frequent ones the last in the order of their bytes.
 * @param counts of each word, how often it stands in the texts; those of 0 aren't in the vocabulary
 * @param most words, at most
 * @returns indices of words
 */
export function mostFrequent(words: readonly string[], counts: Int32Array, most: number): number[] {
  const known = [...words.keys()].filter((word) => counts[word] > 0 && words[word] !== UNKNOWN);
  return known.sort((a, b) => counts[b] - counts[a] || byBytes(words[b], words[a])).slice(0, most);
}

/** The order of the bytes in UTF-8, which is that of the code points. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * The weight of each word by how few texts have it, as Keras's TextVectorization: ln(1 + texts ÷ (1 + those with the word));
 * of unknown words the mean.
 * @param documents of each word of the vocabulary, how many texts have it
 * @returns [1 + words], unknown words first
 */
export function inverseDocumentFrequency(documents: readonly number[], texts: number): number[] {
  const weights = documents.map((count) => Math.log(1 + texts / (1 + count)));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, weights.length);
  return [mean, ...weights];
}
