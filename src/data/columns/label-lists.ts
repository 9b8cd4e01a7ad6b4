import { closest } from 'fastest-levenshtein';
import { isNumberArray, type Cell } from '../tables/table.js';
import { invalidTable, shown } from '../tables/table-error.js';
import type { CellReader } from './cells.js';

/** More different labels are no labels: names, running numbers. */
const MOST_LABELS = 10_000;

/** A column of which each cell holds any number of labels; each different one is kept once. */
export class LabelLists implements CellReader {
  readonly #words = new Map<string, number>();
  /** Of each label, where it stands first. */
  readonly #first: string[] = [];
  /** Labels of all rows, one row after the other, and where each row's end. */
  readonly #items: number[] = [];
  readonly #ends: number[] = [];

  /** @param separator of labels in a text; without it, a text is a list as JSON has it */
  constructor(
    readonly name: string,
    readonly separator: string | null,
  ) {}

  /** @param cell null for a row without labels @throws UserError at its place */
  add(cell: Cell, place: () => string): void {
    for (const label of this.#labelsOf(cell, place)) {
      const known = this.#words.get(label) ?? this.#words.size;
      if (known === this.#words.size) {
        if (known === MOST_LABELS) throw tooMany(place());
        this.#words.set(label, known);
        this.#first.push(place());
      }
      this.#items.push(known);
    }
    this.#ends.push(this.#items.length);
  }

  /** Each different label of some rows. */
  among(rows: Int32Array): string[] {
    const present = new Set<number>();
    for (const row of rows)
      for (let at = row === 0 ? 0 : this.#ends[row - 1]; at < this.#ends[row]; at++) present.add(this.#items[at]);
    return [...this.#words.keys()].filter((_, index) => present.has(index));
  }

  /**
   * Which labels each row has: row-major [rows, labels], 0 or 1.
   * @throws UserError at the place of a label that isn't among them
   */
  valuesIn(labels: readonly string[]): Int32Array {
    const places = new Map(labels.map((label, index) => [label, index]));
    const words = [...this.#words.keys()];
    const unknown = words.findIndex((word) => !places.has(word));
    if (unknown >= 0) throw unknownLabel(this.#first[unknown], words[unknown], labels, this.name);
    const ofWord = words.map((word) => places.get(word) ?? 0);
    const values = new Int32Array(this.#ends.length * labels.length);
    this.#ends.forEach((end, row) => {
      for (let at = row === 0 ? 0 : this.#ends[row - 1]; at < end; at++)
        values[row * labels.length + ofWord[this.#items[at]]] = 1;
    });
    return values;
  }

  get rows(): number {
    return this.#ends.length;
  }

  #labelsOf(cell: Cell, place: () => string): readonly string[] {
    if (cell === null) return [];
    if (isNumberArray(cell)) return ofZerosAndOnes([...cell.data], place);
    if (typeof cell === 'string' && this.separator !== null)
      return cell
        .split(this.separator)
        .map((label) => label.trim())
        .filter((label) => label !== '');
    const list: unknown = typeof cell === 'string' ? listOf(cell, place, this.name) : cell;
    if (!Array.isArray(list)) throw noList(place(), this.name);
    return list.map((label: unknown) => {
      if (typeof label === 'string' || typeof label === 'number' || typeof label === 'boolean') return String(label);
      throw invalidTable(place(), 'expected a list of labels, found another kind of value in it', 'write ["a", "b"]');
    });
  }
}

/** A text such as `["a", "b"]`. */
function listOf(text: string, place: () => string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noList(place(), name, text);
  }
}

/** Labels of an array's row are numbered from 0. */
function ofZerosAndOnes(values: readonly number[], place: () => string): string[] {
  const other = values.find((value) => value !== 0 && value !== 1);
  if (other !== undefined)
    throw invalidTable(place(), `expected 0 or 1 for each label, found ${other}`, 'encode it so');
  return values.flatMap((value, index) => (value === 1 ? [String(index)] : []));
}

function noList(place: string, name: string, text?: string): Error {
  const found = text === undefined ? 'another kind of value' : shown(text);
  const hint = `write ["a", "b"]; or say what separates the labels: target: { ${name}: { type: multi_label, separator: "," } }`;
  return invalidTable(place, `expected a list of labels, found ${found}`, hint);
}

function unknownLabel(place: string, word: string, labels: readonly string[], name: string): Error {
  const nearest = labels.length > 0 ? `; the nearest label is ${shown(closest(word, [...labels]))}` : '';
  const problem = `${shown(word)} is no label of the target ${shown(name)} in the training data${nearest}`;
  return invalidTable(place, problem, 'write it as there, give the training data such rows, or remove it');
}

function tooMany(place: string): Error {
  const problem = `more than ${MOST_LABELS.toLocaleString('en')} different labels up to here`;
  return invalidTable(place, problem, 'check the separator; or choose another column');
}
