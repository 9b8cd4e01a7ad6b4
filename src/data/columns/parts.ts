import { UserError } from '../../text/errors.js';
import { listed } from '../../text/words.js';
import { splitNames } from '../images/split-names.js';
import { invalidTable, shown } from '../tables/table-error.js';
import type { Cell, Part } from '../tables/table.js';
import type { CellReader } from './cells.js';

/** Words of each part, where they are stated. */
export type PartWords = Partial<Record<Part, readonly (string | number | boolean)[]>>;

/** More different words are no parts of a split. */
const MOST_WORDS = 10_000;

/** Reads the column that says what each row is for. */
export class PartReader implements CellReader {
  /** Word → its number, by the order in which they come. */
  readonly #words = new Map<string, number>();
  /** Of each word, where it stands first. */
  readonly #first: string[] = [];
  readonly #rows: number[] = [];
  readonly #partOf: ReadonlyMap<string, Part>;

  /** @param words without any, words say what they are usually for: `train`, `val`, `test` … */
  constructor(
    readonly name: string,
    words: PartWords,
  ) {
    const stated = Object.entries(words) as [Part, readonly (string | number | boolean)[]][];
    this.#partOf = new Map(stated.flatMap(([part, list]) => list.map((word) => [String(word), part])));
  }

  /** @throws UserError at the place of an empty cell */
  add(cell: Cell, place: () => string): void {
    if (cell === null || typeof cell === 'object') {
      const problem = cell === null ? 'is empty' : 'is no word';
      const hint = 'fill it in, or remove the row';
      throw invalidTable(place(), `what this row is for, ${shown(this.name)}, ${problem} here`, hint);
    }
    const word = String(cell).trim();
    const known = this.#words.get(word) ?? this.#words.size;
    if (known === this.#words.size) {
      if (known === MOST_WORDS) throw invalidTable(place(), 'one word too many', 'choose another column');
      this.#words.set(word, known);
      this.#first.push(place());
    }
    this.#rows.push(known);
  }

  /**
   * The part of each row.
   * @throws UserError at the place of a word that says none; where none are trained on or tested
   */
  finish(): Part[] {
    const words = [...this.#words.keys()];
    const roles = words.map((word) =>
      this.#partOf.size > 0 ? this.#partOf.get(word) : splitNames([word]).at(0)?.role,
    );
    const parts = roles.map((role, index) => {
      if (role === undefined) throw this.#unknown(words[index], this.#first[index]);
      // It is what the others are not.
      return role === 'evaluation' ? (roles.includes('test') ? 'validation' : 'test') : role;
    });
    for (const part of ['train', 'test'] as const) if (!parts.includes(part)) throw this.#none(part, words);
    return this.#rows.map((word) => parts[word]);
  }

  #unknown(word: string, place: string): UserError {
    const stated = [...this.#partOf.keys()];
    const problem =
      stated.length > 0
        ? `${shown(word)} is none of the words of dataset.split: ${listed(stated, 10)}`
        : `${shown(word)} doesn't say whether this row is for train, validation or test`;
    const hint = 'let dataset.split list the words: { column: fold, train: [1, 2], validation: [3], test: [4] }';
    return invalidTable(place, problem, hint);
  }

  #none(part: Part, words: readonly string[]): UserError {
    const message = `no row is for ${part === 'test' ? 'the test' : 'training'}: ${JSON.stringify(this.name)} says ${listed(words, 10)}`;
    const hint = 'let dataset.split list the words: { column: fold, train: [1, 2], validation: [3], test: [4] }';
    return new UserError(message, { code: 'dataset-invalid', hint, exitCode: 2 });
  }
}
