import type { Table as TableConfig } from '../../config/schema/experiment.generated.js';
import { UserError } from '../../text/errors.js';
import { randomStream } from '../../random.js';
import type { ReadRows, RowSets } from '../columns/cells.js';
import { GroupReader } from '../columns/groups.js';
import { PartReader, type PartWords } from '../columns/parts.js';
import { TimeReader, timeText } from '../columns/times.js';
import type { TaskOptions, Times } from '../dataset.js';
import { drawGroups } from '../group-split.js';
import { everyIndex } from '../rows.js';
import { stratifiedOrder } from '../stratified-order.js';
import { takeNewest } from '../time-split.js';
import type { ColumnReader } from './column-reading.js';
import { invalidTable } from './table-error.js';
import type { OpenedTable } from './table-files.js';

/** What rows of tables are for. */
export interface GivenSets {
  rows: RowSets;
  /** How many at the end of those trained on validate. */
  givenValidation: number;
}

/** What was read of the columns by which rows are divided. */
interface SplitValues {
  groups?: Int32Array;
  times?: Times;
  /** Whatever the target is; undefined where the test rows are to be drawn of all. */
  given?: GivenSets;
}

/** Reads the columns by which rows are divided: `dataset.split`. */
export class SplitColumns {
  readonly readers: readonly ColumnReader[];
  readonly #opened: readonly OpenedTable[];
  readonly #config: Pick<TableConfig, 'split' | 'test_split'>;
  readonly #group: GroupReader | undefined;
  readonly #time: TimeReader | undefined;
  readonly #part: PartReader | undefined;

  constructor(config: Pick<TableConfig, 'split' | 'test_split'>, opened: readonly OpenedTable[]) {
    const { group = null, time = null, column = null } = config.split ?? {};
    this.#config = config;
    this.#opened = opened;
    this.#group = group === null ? undefined : new GroupReader(group);
    this.#time = time === null ? undefined : new TimeReader(time);
    this.#part = column === null ? undefined : new PartReader(column, statedWords(config));
    if (this.#part && opened[0].set !== 'all') throw besideTables(this.#part.name);
    const readers = [this.#group, this.#time, this.#part];
    this.readers = readers.flatMap((reader) => (reader ? [{ name: reader.name, reader }] : []));
  }

  /**
   * Once all rows are in.
   * @param ends of each table, how many rows there are up to its end
   * @throws UserError for a group on two sides, for a row that is older than one that it is to be newer than
   */
  async finish(ends: readonly number[], again: ReadRows, options: TaskOptions): Promise<SplitValues> {
    const times = this.#time?.finish();
    if (times && this.#opened.length > 1)
      await requireOrder(times, ends, { name: this.#time?.name ?? '', again, options });
    const given = this.#givenSets(ends, times);
    const groups = this.#group?.finish(...this.#sides(ends, given));
    return { groups, times, given };
  }

  #givenSets(ends: readonly number[], times: Times | undefined): GivenSets | undefined {
    const all = everyIndex(ends[ends.length - 1]);
    if (this.#opened[0].set !== 'all') {
      const end = ends[ends.length - 2];
      const rows = { train: all.subarray(0, end), test: all.subarray(end) };
      return { rows, givenValidation: ends.length === 3 ? end - ends[0] : 0 };
    }
    if (this.#part) {
      const parts = this.#part.finish();
      const [train, validation, test] = (['train', 'validation', 'test'] as const).map((part) =>
        all.filter((row) => parts[row] === part),
      );
      return { rows: { train: Int32Array.of(...train, ...validation), test }, givenValidation: validation.length };
    }
    if (!times) return undefined;
    const { drawn, rest } = takeNewest(times.values, this.#config.test_split);
    return { rows: { train: rest, test: drawn }, givenValidation: 0 };
  }

  /** On which side each row is, as far as groups may not be on two; and what the other side is called. */
  #sides(ends: readonly number[], given: GivenSets | undefined): [(row: number) => number, string] {
    if (!given || !this.#part) return [(row) => ends.findIndex((end) => row < end), 'another of the tables'];
    const side = new Int8Array(ends[ends.length - 1]);
    for (const row of given.rows.test) side[row] = 2;
    for (const row of given.rows.train.subarray(given.rows.train.length - given.givenValidation)) side[row] = 1;
    return [(row) => side[row], `rows that ${this.#part.name} gives another part`];
  }
}

/** Test rows that are drawn: whole groups, or of each stratum its share; the same whatever the run's seed. */
export function drawnSets(
  part: number,
  { groups, strata }: { groups: Int32Array | undefined; strata: Int32Array },
): GivenSets {
  const random = randomStream(0, 'table/test');
  if (groups) {
    const { drawn, rest } = drawGroups(groups, part, random);
    return { rows: { train: rest, test: drawn }, givenValidation: 0 };
  }
  const count = strata.length;
  const order = stratifiedOrder(everyIndex(count), strata, random);
  const tested = Math.min(Math.max(1, Math.round(count * part)), count - 1);
  return { rows: { train: order.slice(tested).sort(), test: order.slice(0, tested).sort() }, givenValidation: 0 };
}

/** All rows, to be divided by each run: a fold of them is tested. */
export function undividedSets(count: number): GivenSets {
  return { rows: { train: everyIndex(count), test: new Int32Array(0) }, givenValidation: 0 };
}

/** The rows that are trained on for certain: none that validates or is tested. */
export function trainedRows({ rows, givenValidation }: GivenSets): Int32Array {
  return rows.train.subarray(0, rows.train.length - givenValidation);
}

function statedWords({ split }: Pick<TableConfig, 'split'>): PartWords {
  const { train = null, validation = null, test = null } = split ?? {};
  return Object.fromEntries(Object.entries({ train, validation, test }).filter(([, words]) => words !== null));
}

/** Each table's rows are newer than all of those before it. @throws UserError at the first that isn't */
async function requireOrder(
  { values, areDates }: Times,
  ends: readonly number[],
  { name, again, options }: { name: string; again: ReadRows; options: TaskOptions },
): Promise<void> {
  for (const [table, end] of ends.slice(0, -1).entries()) {
    const newest = values.subarray(0, end).reduce((most, value) => Math.max(most, value), -Infinity);
    const old = values.subarray(end, ends[table + 1]).findIndex((value) => value <= newest);
    if (old < 0) continue;
    const problem = `this ${name}, ${timeText(values[end + old], areDates)}, isn't after all of those in the tables before, which go to ${timeText(newest, areDates)}`;
    const hint = 'a split by time tests on what came later: move the row, or give one table as dataset.path';
    throw invalidTable(await placeOf(end + old, name, again, options), problem, hint);
  }
}

/** Where a row's cell is; the column is read once more. */
async function placeOf(row: number, column: string, again: ReadRows, options: TaskOptions): Promise<string> {
  for await (const { first, cells, place } of again.cellsOf(column, options))
    if (row < first + cells.length) return place(row - first);
  return column;
}

function besideTables(column: string): UserError {
  return new UserError(`dataset.split.column (${JSON.stringify(column)}) beside tables for training and test`, {
    code: 'dataset-invalid',
    hint: 'remove it; or give one table as dataset.path, whose column says what each row is for',
    exitCode: 2,
  });
}
