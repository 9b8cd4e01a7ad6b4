import { UserError } from '../../text/errors.js';
import { FIRST_WORD, PADDING, UNKNOWN_NUMBER } from './vocabulary.js';

/** More different words than these are taken for something else than words. */
const MOST_WORDS = 2 ** 22;

/** Words of all texts together, padded to the longest: 1 GiB. */
const MOST_NUMBERS = 2 ** 28;

/** Numbers of the words of texts, row after row, while they are read. */
export class WordNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #isOpen: boolean;
  #values = new Int32Array(1024);
  /** Of each text, where it ends in `values`. */
  readonly #ends: number[] = [];

  /**
   * @param name of the column
   * @param known the only words that have a number; without them every word is given one
   */
  constructor(
    readonly name: string,
    known?: readonly string[],
  ) {
    this.#isOpen = known === undefined;
    for (const word of known ?? []) this.#numbers.set(word, FIRST_WORD + this.#numbers.size);
  }

  /** @param place of the text, for messages */
  add(words: readonly string[], place: () => string): void {
    const start = this.#ends.at(-1) ?? 0;
    const end = start + words.length;
    if (end > this.#values.length) this.#grow(end, place);
    words.forEach((word, index) => {
      this.#values[start + index] = this.#numberOf(word, place);
    });
    this.#ends.push(end);
  }

  #numberOf(word: string, place: () => string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined || !this.#isOpen) return known ?? UNKNOWN_NUMBER;
    if (this.#numbers.size === MOST_WORDS)
      throw tooMuch(this.name, `more than ${MOST_WORDS.toLocaleString('en')} different words, up to ${place()}`);
    const next = FIRST_WORD + this.#numbers.size;
    this.#numbers.set(word, next);
    return next;
  }

  #grow(least: number, place: () => string): void {
    if (least > MOST_NUMBERS)
      throw tooMuch(this.name, `more than ${MOST_NUMBERS.toLocaleString('en')} words, up to ${place()}`);
    const larger = new Int32Array(Math.max(least, 2 * this.#values.length));
    larger.set(this.#values);
    this.#values = larger;
  }

  /** Each different word that a number was given. */
  get words(): string[] {
    return [...this.#numbers.keys()];
  }

  /** The longest of some texts. */
  longest(rows: Int32Array): number {
    return rows.reduce((most, row) => Math.max(most, this.#text(row).length), 0);
  }

  /** Whether each number, from the first word's on, stands in one of some texts. */
  present(rows: Int32Array): Uint8Array {
    const present = new Uint8Array(this.#numbers.size);
    for (const row of rows)
      for (const number of this.#text(row)) if (number >= FIRST_WORD) present[number - FIRST_WORD] = 1;
    return present;
  }

  /**
   * Texts of one length, padded at their end or cut.
   * @param renumbered of each number from the first word's on, the one that it is to have
   * @returns int32 [rows, length], row-major
   */
  padded(rows: Int32Array, length: number, renumbered: Int32Array): Int32Array<ArrayBuffer> {
    if (rows.length * length > MOST_NUMBERS) {
      const what = `${rows.length.toLocaleString('en')} texts, the longest of ${length.toLocaleString('en')} words: too many to have all at that length`;
      throw tooMuch(this.name, what);
    }
    const values = new Int32Array(rows.length * length).fill(PADDING);
    rows.forEach((row, place) => {
      const text = this.#text(row).subarray(0, length);
      text.forEach((number, at) => {
        values[place * length + at] = number < FIRST_WORD ? number : renumbered[number - FIRST_WORD];
      });
    });
    return values;
  }

  #text(row: number): Int32Array {
    return this.#values.subarray(row === 0 ? 0 : this.#ends[row - 1], this.#ends[row]);
  }
}

function tooMuch(name: string, what: string): UserError {
  return new UserError(`the texts ${JSON.stringify(name)} have ${what}`, {
    code: 'dataset-too-large',
    hint: 'split long texts into several rows, or train on fewer; of n-grams, take shorter ones',
  });
}
