import { closest } from 'fastest-levenshtein';
import type { Cell } from '../tables/table.js';
import { invalidTable, shown } from '../tables/table-error.js';

/** More different values are names or numbers, not categories. */
const MOST_WORDS = 65_536;

/** A column of texts of which many are equal: each different one is kept once. */
export class Words {
  readonly #places = new Map<string, number>();
  /** Of each different word, where it stands first. */
  readonly #first: string[] = [];
  readonly #rows: number[] = [];

  /** @param cell null for an empty one, which is no word */
  add(cell: Cell, place: () => string): void {
    if (cell === null) {
      this.#rows.push(-1);
      return;
    }
    const word = wordOf(cell, place);
    const known = this.#places.get(word);
    if (known === undefined) {
      this.#places.set(word, this.#places.size);
      this.#first.push(place());
      if (this.#places.size > MOST_WORDS) throw tooMany(place());
    }
    this.#rows.push(known ?? this.#places.size - 1);
  }

  /** Each different word. */
  get all(): string[] {
    return [...this.#places.keys()];
  }

  /** Each different word of some rows. */
  among(rows: Int32Array): string[] {
    const words = this.all;
    const present = new Set<number>();
    for (const row of rows) present.add(this.#rows[row]);
    return words.filter((_, index) => present.has(index));
  }

  /**
   * Of each row the place of its word in a list of classes.
   * @param name of the column
   * @throws UserError at the place of a word that isn't in the list
   */
  classesIn(list: readonly string[], name: string): Int32Array {
    const known = new Set(list);
    const unknown = this.all.findIndex((word) => !known.has(word));
    if (unknown >= 0) throw unknownClass(this.#first[unknown], this.all[unknown], list, name);
    return this.indicesIn(list);
  }

  /** Of each row the place of its word in a list; −1 where it isn't in it. */
  indicesIn(list: readonly string[]): Int32Array {
    const places = new Map(list.map((word, index) => [word, index]));
    const ofWord = this.all.map((word) => places.get(word) ?? -1);
    return Int32Array.from(this.#rows, (index) => (index < 0 ? -1 : ofWord[index]));
  }
}

/** By number if all are numbers, else by their characters: 2 before 10, a before b. */
export function sortedWords(words: readonly string[]): string[] {
  const isNumber = words.every((word) => word.trim() !== '' && Number.isFinite(Number(word)));
  return [...words].sort((a, b) => (isNumber ? Number(a) - Number(b) : 0) || (a < b ? -1 : Number(a > b)));
}

/** The word in a cell. @throws UserError at the place of what is none */
export function wordOf(cell: Exclude<Cell, null>, place: () => string): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  throw invalidTable(place(), 'expected a text or a number, found a value of several parts', 'choose another column');
}

function unknownClass(place: string, word: string, classes: readonly string[], name: string): Error {
  const nearest = classes.length > 0 ? `; the nearest class is ${shown(closest(word, [...classes]))}` : '';
  const problem = `${shown(word)} is no class of the target ${shown(name)} in the training data${nearest}`;
  const hint =
    'write it as there, give the training data such rows, remove the row, or let dataset.classes name those to use';
  return invalidTable(place, problem, hint);
}

function tooMany(place: string): Error {
  const problem = `more than ${MOST_WORDS.toLocaleString('en')} different values up to here`;
  return invalidTable(place, problem, 'that many are no categories: let the column be a number, or leave it out');
}
