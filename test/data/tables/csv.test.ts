import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { type Records, readRecords } from '../../../src/data/tables/formats/csv-records.js';
import { openTable } from '../../../src/data/tables/open-table.js';
import { it, userError } from '../fixtures.js';
import { readTable } from './read.js';

const place = { file: 'x.csv', line: 1 };

/** A record's cells as they are written, with quotes or without. */
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '"', ',', '\n', '\r', '0') }),
  fc.constantFrom('', 'plain', '1.5'),
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1 }))
  // An empty line is no record, neither here nor in pandas.
  .map((rows) => rows.filter((row) => row.length > 1 || row[0] !== ''))
  .filter((rows) => rows.length > 0);

function written(rows: string[][], lineEnd: string): string {
  const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(quoted).join(',')).join(lineEnd);
}

function rowsOf(records: Records): string[][] {
  return Array.from({ length: records.count }, (_, row) =>
    Array.from({ length: records.columns }, (__, column) => records.cell(row, column)),
  );
}

/** Reads a text that arrives in parts of the given lengths. */
function readInParts(text: string, lengths: number[]): { rows: string[][]; places: string[] } {
  const rows: string[][] = [];
  const places: string[] = [];
  const characters = Array.from(text);
  let rest = Buffer.of();
  let [line, at] = [1, 0];
  const columns = parse(text, { relax_column_count: true, to: 1 })[0].length;
  for (const length of [...lengths, characters.length]) {
    rest = Buffer.concat([rest, Buffer.from(characters.slice(at, at + length).join(''))]);
    at += length;
    const isLast = at >= characters.length;
    const records = readRecords(rest, ',', { columns, isLast, place: { file: 'x.csv', line } });
    rows.push(...rowsOf(records));
    places.push(...Array.from({ length: records.count }, (_, row) => records.place(row, 0)));
    rest = rest.subarray(records.end);
    line += records.endLine;
    if (isLast) break;
  }
  return { rows, places };
}

describe('records of separated values', () => {
  it('are those that csv-parse reads, however the text arrives', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (rows, lineEnd, endsInLine, lengths) => {
          const text = written(rows, lineEnd) + (endsInLine ? lineEnd : '');
          const reference = parse(text, { record_delimiter: lineEnd, skip_empty_lines: true });
          const read = readInParts(text, lengths);
          expect(read.rows).toEqual(reference);
          expect(read.rows).toEqual(rows);
          expect(read.places).toEqual(readInParts(text, []).places);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('know the place of each cell', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const text = written(rows, '\n');
        const records = readRecords(Buffer.from(text), ',', { isLast: true, place });
        const starts = [0, ...Array.from(text.matchAll(/\r\n|[\r\n]/g), (end) => end.index + end[0].length)];
        for (const [row, cells] of rows.entries()) {
          for (const [column, value] of cells.entries()) {
            const [, line, at] = records.place(row, column).split(':').map(Number);
            const rest = text.slice(starts[line - 1] + at - 1);
            expect(starts[line] ?? Infinity).toBeGreaterThan(starts[line - 1] + at - 1);
            expect(rest.startsWith(written([[value]], ''))).toBe(true);
          }
        }
      }),
    );
  });
});

describe('a CSV file', () => {
  it('gives its columns and rows, with empty cells as missing', async ({ folder }) => {
    const file = join(folder, 'pets.csv');
    writeFileSync(file, 'file,label,note\r\na.png,cat,\r\n\r\nb.png,"dog, big","says ""hi""\nloudly"\r\n');
    const { table, rows, place } = await readTable(file);
    expect(table).toMatchObject({ file, folder, columns: [{ name: 'file' }, { name: 'label' }, { name: 'note' }] });
    expect(table.recognized).toEqual([]);
    expect(rows).toEqual([
      ['a.png', 'cat', null],
      ['b.png', 'dog, big', 'says "hi"\nloudly'],
    ]);
    expect([place(0, 2), place(1, 0), place(1, 2)]).toEqual([`${file}:2:11`, `${file}:4:1`, `${file}:4:18`]);
  });

  it.for([
    [';', 'a;b\n1,5;2\n', ['separated by semicolons']],
    ['\t', 'a\tb\n1,5\t2;3\n', ['separated by tabs']],
    ['|', 'a|b\n1,5|2;3\n', ['separated by vertical bars']],
    [';', 'size, mm;b\n1,5;2\n3;4\n', ['separated by semicolons']],
    [',', 'a\n1,5\n', undefined],
    [',', '"a;b",c\n1,2\n', []],
  ] as const)('is separated by what its first rows say: %j in %j', async ([, text, recognized], { folder }) => {
    const file = join(folder, 't.csv');
    writeFileSync(file, text);
    if (recognized) expect((await readTable(file)).table.recognized).toEqual(recognized);
    else expect((await userError(readTable(file))).message).toContain(`${file}:2:3: `);
  });

  it('whose separator can not be told is refused, and read when it is stated', async ({ folder }) => {
    const file = join(folder, 't.csv');
    writeFileSync(file, 'a,b;c\n1,2;3\n');
    const error = await userError(openTable(file));
    expect(error.message).toBe(`${file}:1: its cells may be separated by commas or semicolons`);
    expect((await readTable(file, { separator: ';' })).rows).toEqual([['1,2', '3']]);
  });

  it.for([
    ['a,b\n1,2\n3\n', ':3:1', 'this row has 1 cell, and the table 2 columns'],
    ['a,b\n1,2,3\n', ':2:5', 'this row has more cells than the 2'],
    ['a,b\n"1\n1",2\n"3"x,4\n', ':4:4', 'expected the cell to end after its closing quote, found "x,4"'],
    ['a,b\n1,"2\n3,4\n', ':2:3', 'this quote opens a cell that never ends'],
    ['a,b,a\n', ':1:5', 'a second column is called "a"'],
    ['', '', 'is empty'],
    ['a,b\n1,2\u0000\n', ':2', 'the byte 0x00 at position 7 is not UTF-8'],
  ])('that is damaged is refused at its place: %j', async ([text, at, problem], { folder }) => {
    const file = join(folder, 't.csv');
    writeFileSync(file, text);
    const { message } = await userError(readTable(file));
    expect(message.slice(file.length)).toMatch(new RegExp(`^${at}: ?`));
    expect(message).toContain(problem);
  });

  it('compressed by gzip is read, and refused where it is cut off', async ({ folder }) => {
    const file = join(folder, 't.csv.gz');
    const bytes = gzipSync(`a,b\n${'1,2\n'.repeat(1e5)}`);
    writeFileSync(file, bytes);
    expect((await readTable(file)).rows).toHaveLength(1e5);
    writeFileSync(file, bytes.subarray(0, bytes.length - 20));
    expect(await userError(readTable(file))).toMatchObject({ code: 'dataset-file-corrupt' });
  });

  it('ends early when it is told to, with the reason', async ({ folder }) => {
    const file = join(folder, 't.csv');
    writeFileSync(file, `a,b\n${'1,2\n'.repeat(1e6)}`);
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const reading = async () => {
      const onProgress = ({ done }: { done: number }) => seen.push(done);
      for await (const batch of (await openTable(file)).batches({ signal: controller.signal, onProgress })) {
        expect(batch.count).toBeGreaterThan(0);
        controller.abort(reason);
      }
    };
    await expect(reading()).rejects.toBe(reason);
    expect(Math.max(...seen)).toBeLessThan(readFileSync(file).length);
  });

  it('has no row longer than memory should hold', async ({ folder }) => {
    const file = join(folder, 't.csv');
    writeFileSync(file, `a,b\n1,2\n3,"${'x'.repeat(2 ** 25)}`);
    expect((await userError(readTable(file))).message).toMatch(/:3:1: a row that begins here has more than/);
  });
});

describe('encodings', () => {
  const text = 'größe,name\n1,Ærø\n2,😀\n';
  const utf16be = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  it.for([
    ['UTF-8', Buffer.from(text), undefined, []],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`), undefined, []],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le'), undefined, ['UTF-16 (little-endian), by its byte order mark']],
    ['UTF-16, big-endian', utf16be, undefined, ['UTF-16 (big-endian), by its byte order mark']],
    ['UTF-16, stated', Buffer.from(text, 'utf16le'), 'utf-16le', []],
    ['cp1252', Buffer.from(text.replace('😀', 'É'), 'latin1'), 'cp1252', []],
  ] as const)('%s is read', async ([, bytes, encoding, recognized], { folder }) => {
    const file = join(folder, 't.csv');
    writeFileSync(file, bytes);
    const { table, rows } = await readTable(file, { encoding });
    expect(table.columns.map(({ name }) => name)).toEqual(['größe', 'name']);
    expect(rows).toEqual([
      ['1', 'Ærø'],
      ['2', encoding === 'cp1252' ? 'É' : '😀'],
    ]);
    expect(table.recognized).toEqual(recognized);
  });

  it.for([
    [Buffer.from(text.replace('😀', '€'), 'latin1'), undefined, ':1: the byte 0xF6 at position 2 is not UTF-8'],
    [Buffer.from(text, 'utf16le'), undefined, ':1: the byte 0x00 at position 1 is not UTF-8'],
    [Buffer.from('a\n\uFFFD\u0081'), 'cp1252', ':2: the byte 0x81 at position 6 is not Windows-1252'],
    [Buffer.from('a\n\uFFFD\n\xff', 'utf8').fill(0xff, 6), undefined, ':3: the byte 0xFF at position 6 is not UTF-8'],
    [Buffer.from('a\n1\uD800\n', 'utf16le'), 'utf-16le', ':2: the byte 0x00 at position 6 is not UTF-16'],
    [Buffer.from('a\n1\nx', 'utf16le').subarray(0, 9), 'utf-16le', ':3: the byte 0x78 at position 8 is not UTF-16'],
    [Buffer.from('\uFEFFa\n1\n', 'utf16le'), 'utf-8', ': begins with the byte order mark of UTF-16 (little-endian)'],
  ] as const)('are never guessed: %j as %s', async ([bytes, encoding, message], { folder }) => {
    const file = join(folder, 't.csv');
    writeFileSync(file, bytes);
    expect((await userError(readTable(file, { encoding }))).message.slice(file.length)).toContain(message);
  });

  it('are those of a text whatever its parts, which cut characters', async ({ folder }) => {
    const file = join(folder, 't.csv');
    const line = 'aé€😀';
    const count = 400_000;
    for (const [encoding, bytes] of [
      ['utf-8', Buffer.from(`t\n${`${line}\n`.repeat(count)}`)],
      ['utf-16le', Buffer.from(`t\n${`${line}\n`.repeat(count)}`, 'utf16le')],
    ] as const) {
      writeFileSync(file, bytes);
      const { rows } = await readTable(file, { encoding });
      expect(rows).toHaveLength(count);
      expect(rows.every(([value]) => value === line)).toBe(true);
    }
  });
});
