/** Rows as `preprocessing.json` of an export says that they are to be prepared, by that alone. */

export interface Described {
  inputs: DescribedInput[];
  output: { name: string };
}

interface DescribedInput {
  column: string;
  input: string;
  type: string;
  dtype: string;
  shape: (number | string)[];
  steps: string[];
  values?: string[];
  vocabulary?: string[];
  punctuation?: string;
  weights?: number[];
  fill?: number;
  mean?: number;
  standard_deviation?: number;
  is_log?: boolean;
  has_indicator?: boolean;
  /** Of several tensors that the model takes, which. */
  tensor?: number;
}

export type Row = Record<string, string | number | null>;

/** A column's cells as numbers: [rows][numbers]. */
export function preparedColumn(input: DescribedInput, rows: readonly Row[], as: 'numbers' | 'features'): number[][] {
  return rows.map((row) => {
    const cell = row[input.column];
    if (input.type === 'number') return as === 'numbers' ? [cell === null ? NaN : Number(cell)] : scaled(input, cell);
    if (input.type === 'text') return counted(input, String(cell));
    const place = (input.values ?? []).indexOf(String(cell));
    return as === 'numbers' ? [place] : (input.values ?? []).map((_, index) => Number(index === place));
  });
}

function scaled(input: DescribedInput, cell: Row[string]): number[] {
  const { fill = 0, mean = 0, standard_deviation: deviation = 1, is_log: isLog, has_indicator: hasIndicator } = input;
  const value = cell === null ? fill : Number(cell);
  const number = ((isLog ? Math.log1p(value) : value) - mean) / deviation;
  return hasIndicator ? [number, Number(cell === null)] : [number];
}

/** A text of tf-idf, in words and pairs of words. */
function counted(
  { shape, vocabulary = [], punctuation = '', weights = [], steps }: DescribedInput,
  text: string,
): number[] {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const words = Array.from(lower).filter((letter) => !punctuation.includes(letter)).join('').split(/\s+/).filter(Boolean); // prettier-ignore
  const isPairs = steps.some((step) => step.startsWith('words are 1 to 2 neighbours'));
  const all = isPairs ? [...words, ...words.slice(1).map((word, index) => `${words[index]} ${word}`)] : words;
  const counts = new Array<number>(Number(shape.at(-1))).fill(0);
  for (const word of all) counts[1 + vocabulary.indexOf(word)] += 1;
  return counts.map((count, place) => count * (weights[place] ?? 0));
}
