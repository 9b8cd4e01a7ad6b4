import { markup, type Content, type Markup } from './markup.js';

/** A column of a table, and how a row fills it. */
export interface TableColumn<Row> {
  title: string;
  text: (row: Row) => Content;
  /** What rows are sorted by, where it isn't the text; null comes last. */
  value?: (row: Row) => number | null;
}

export interface TableOptions<Row> {
  /** Tells it from the page's other tables. */
  id: string;
  caption: string;
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  /** A row's CSS class; none unless told. */
  classOf?: (row: Row) => string;
}

/** A table in a box that scrolls by itself. Its first column names the rows; the page's script makes it sortable. */
export function tableMarkup<Row>({ id, caption, columns, rows, classOf }: TableOptions<Row>): Markup {
  const isNumeric = columns.map(({ value }) => value !== undefined);
  return markup`<div class="table" role="region" aria-labelledby="${id}-caption" tabindex="0">
    <table id="${id}">
      <caption id="${id}-caption">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ title }, i) => markup`<th scope="col" class="${isNumeric[i] && i > 0 ? 'number' : 'text'}">${breakable(title)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            markup`<tr class="${classOf?.(row) ?? ''}">
              ${columns.map((column, i) => cell(column, row, i))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A long name may break after its underscores and dots, a long value before its arguments, and nowhere else. */
function breakable(text: string, after = /(?<=[_.])/): Content {
  return text.split(after).map((part, i) => (i === 0 ? part : markup`<wbr />${part}`));
}

function cell<Row>({ text, value }: TableColumn<Row>, row: Row, position: number): Markup {
  const told = text(row);
  const content = typeof told === 'string' && value === undefined ? breakable(told, /(?<=[_(=])/) : told;
  if (position === 0) return markup`<th scope="row">${content}</th>`;
  return value === undefined
    ? markup`<td class="text">${content}</td>`
    : markup`<td class="number" data-value="${value(row) ?? ''}">${content}</td>`;
}
