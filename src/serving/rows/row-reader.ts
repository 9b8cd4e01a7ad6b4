import { closest, distance } from 'fastest-levenshtein';
import { inputKind } from '../../data/columns/kinds.js';
import type { SingleValues } from '../../data/columns/single-values.js';
import type { ColumnValues } from '../../data/dataset.js';
import type { Cell } from '../../data/tables/table.js';
import { shown } from '../../data/tables/table-error.js';
import type { TableModel } from '../../inference/table-model.js';
import { ablate } from '../../system/shell.js';
import { UserError } from '../../text/errors.js';
import { listed } from '../../text/words.js';

/** A row of a request. */
export interface GivenRow {
  cells: ReadonlyMap<string, Cell>;
  /** Where it is, for messages: `rows[3]`, `line 7`. */
  place: string;
  /** Likewise where its cell of a column is. */
  at: (column: string) => string;
}

/** A row as the model takes it. */
export interface ReadRow {
  /** Of each of the model's inputs the value. */
  values: ColumnValues[];
  /** What whoever asked should know. */
  remarks: string[];
}

/** An input of the model, as a server reads it. */
export interface ServedColumn extends SingleValues {
  name: string;
  type: string;
}

/** The model's inputs, in its order. @throws UserError `not-served` for a type whose values can't be read one by one */
export function servedColumns(model: TableModel): ServedColumn[] {
  return model.inputs.map(({ column, preparation }) => {
    const single = inputKind(column.type).single?.(column, preparation);
    if (single) return { ...single, name: column.name, type: column.type };
    throw new UserError(`${model.name} takes ${column.type} (${column.name}), which can't be served yet`, {
      code: 'not-served',
      hint: `${ablate('predict', model.name, 'FILE.csv')} answers whole tables`,
      exitCode: 2,
    });
  });
}

/** Reads rows, and holds their names and values to the model's. */
export class RowReader {
  readonly #names: Set<string>;

  constructor(
    readonly columns: readonly ServedColumn[],
    { target: { column } }: TableModel,
  ) {
    // Rows of the training table have the target, too: it isn't looked at.
    this.#names = new Set([...columns.map(({ name }) => name), ...(column.columns ?? [column.name])]);
  }

  /** @throws UserError `invalid-request`, with the row and the column; `image-undecodable`, `image-too-large` */
  async read({ cells, place, at }: GivenRow): Promise<ReadRow> {
    const unused = [...cells.keys()].filter((name) => !this.#names.has(name));
    for (const name of unused) this.#requireMeant(name, cells, place);
    const read = this.columns.map(async (column): Promise<{ value: ColumnValues; remark?: string }> => {
      const cell = cells.get(column.name) ?? null;
      if (cell === null && !isNullable(column)) throw this.#missing(column.name, place);
      const value = await readCell(column, cell, () => at(column.name));
      const remark = column.remark?.(cell, value);
      return remark === undefined ? { value } : { value, remark: `${at(column.name)}: ${remark}` };
    });
    const all = await Promise.all(read);
    const remarks = unused.map((name) => `the model doesn't take the column ${shown(name)}`);
    return {
      values: all.map(({ value }) => value),
      remarks: [...remarks, ...all.flatMap(({ remark }) => remark ?? [])],
    };
  }

  /** Another column than the model's isn't used; but one that is like one of the model's that isn't there was to be that. */
  #requireMeant(name: string, cells: GivenRow['cells'], place: string): void {
    const absent = this.columns.map((column) => column.name).filter((column) => !cells.has(column));
    if (absent.length === 0) return;
    const nearest = closest(name, absent);
    if (distance(name.toLowerCase(), nearest.toLowerCase()) > Math.max(1, Math.floor(nearest.length / 3))) return;
    const problem = `${place} has a column ${shown(name)}, which the model doesn't take; did you mean ${shown(nearest)}?`;
    const names = this.columns.map((column) => column.name);
    throw invalidRequest(problem, `it takes ${listed(names, 20)}`);
  }

  #missing(name: string, place: string): UserError {
    const needed = this.columns.filter((column) => !isNullable(column)).map((column) => column.name);
    return invalidRequest(`${place} has no ${shown(name)}`, `every row needs ${listed(needed, 20)}`);
  }
}

/** What a request says that can't be answered. */
export function invalidRequest(message: string, hint?: string): UserError {
  return new UserError(message, { code: 'invalid-request', hint });
}

async function readCell(column: ServedColumn, cell: Cell, at: () => string): Promise<ColumnValues> {
  try {
    return await column.read(cell, at);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'dataset-invalid') throw error;
    // How the table of a training would be repaired is no advice for a request.
    throw invalidRequest(error.message, '/model says what each column takes');
  }
}

function isNullable({ schema }: ServedColumn): boolean {
  return 'nullable' in schema && schema.nullable === true;
}
