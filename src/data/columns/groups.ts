import { invalidTable, shown } from '../tables/table-error.js';
import type { Cell } from '../tables/table.js';
import type { CellReader } from './cells.js';

/** More groups than these are taken for rows that stand alone: names of files, running numbers. */
const MOST_GROUPS = 1_000_000;

/** Reads the column whose equal values must stay on one side of a split. */
export class GroupReader implements CellReader {
  readonly #known = new Map<string, number>();
  /** Of each group, where it stands first. */
  readonly #first: string[] = [];
  readonly #rows: number[] = [];

  constructor(readonly name: string) {}

  add(cell: Cell, place: () => string): void {
    if (cell === null || (typeof cell === 'object' && !(cell instanceof Date))) throw noGroup(place(), this.name, cell);
    const word = cell instanceof Date ? cell.toISOString() : String(cell);
    const known = this.#known.get(word) ?? this.#known.size;
    if (known === this.#known.size) {
      if (known === MOST_GROUPS) throw invalidTable(place(), 'is one group too many', 'choose another column');
      this.#known.set(word, known);
      this.#first.push(place());
    }
    this.#rows.push(known);
  }

  /**
   * Of each row its group, counted from 0.
   * @param sideOf of each row, the side that it is given for: a group is on one of them alone
   * @param other what another side is called
   * @throws UserError
   */
  finish(sideOf: (row: number) => number, other: string): Int32Array {
    const sideOfGroup = new Map<number, number>();
    this.#rows.forEach((group, row) => {
      const side = sideOf(row);
      const before = sideOfGroup.get(group) ?? side;
      if (before !== side) throw this.#onBothSides(group, other);
      sideOfGroup.set(group, side);
    });
    return Int32Array.from(this.#rows);
  }

  #onBothSides(group: number, other: string): Error {
    const word = [...this.#known.keys()][group];
    const problem = `the ${this.name} ${shown(word)} is here and in ${other}`;
    const hint =
      'let all of its rows be in one of them; or give one table as dataset.path, of which whole groups are drawn';
    return invalidTable(this.#first[group], problem, hint);
  }
}

function noGroup(place: string, name: string, cell: Cell): Error {
  const problem = cell === null ? 'is empty here' : 'is a value of several parts here';
  return invalidTable(place, `the group ${shown(name)} ${problem}`, 'fill it in, or remove the row');
}
