import { dirname } from 'node:path';
import { codeOf, messageOf } from '../../../text/errors.js';
import { readRegularFile } from '../../../system/regular-file.js';
import { placeOf } from '../text-place.js';
import { jsonMistake } from './json-text.js';
import type { RowBatch, Table } from '../table.js';
import { damagedTable, invalidTable, unopenableTable } from '../table-error.js';

/** COCO's own annotations take 450 MB; a text of Node can't be larger than this. */
const MOST_BYTES = 2 ** 29 - 2 ** 16;
const BATCH_ROWS = 2 ** 13;

/** A row of the table: an image and what is in it. */
interface Labelled {
  path: string;
  categories: Set<number>;
}

/**
 * Opens annotations in COCO's format (Lin et al. 2014) as a table with a row for each image: `file_name` and `categories`,
 * the names of what is annotated in it, each once. Boxes and outlines are left out.
 */
export async function openCoco(file: string): Promise<Table> {
  const text = await readWhole(file);
  const annotations = parse(file, text);
  const names = new Map(annotations.categories.map(({ id, name }) => [id, name]));
  const rows = new Map<number, Labelled>();
  for (const [index, { id, file_name: path }] of annotations.images.entries()) {
    if (rows.has(id)) throw mistake(file, `images[${index}].id`, `a second image has the id ${id}`);
    rows.set(id, { path, categories: new Set() });
  }
  for (const [index, { image_id: image, category_id: category }] of annotations.annotations.entries()) {
    const row = rows.get(image);
    if (!row) throw mistake(file, `annotations[${index}].image_id`, `no image has the id ${image}`);
    if (!names.has(category))
      throw mistake(file, `annotations[${index}].category_id`, `no category has the id ${category}`);
    row.categories.add(category);
  }
  return toTable(file, [...rows.values()], names);
}

function toTable(file: string, rows: readonly Labelled[], names: ReadonlyMap<number, string>): Table {
  const columns = [{ name: 'file_name' }, { name: 'categories', classes: [...names.values()] }];
  const namesOf = ({ categories }: Labelled): string[] =>
    [...names].filter(([id]) => categories.has(id)).map(([, name]) => name);
  // eslint-disable-next-line @typescript-eslint/require-await -- it is in memory, and others wait for their files
  async function* batches(): AsyncGenerator<RowBatch> {
    for (let first = 0; first < rows.length; first += BATCH_ROWS) {
      const part = rows.slice(first, first + BATCH_ROWS);
      const cells = [part.map(({ path }) => path), part.map(namesOf)];
      yield {
        first,
        count: part.length,
        column: (index) => cells[index],
        place: (row) => `${file}: images[${first + row}]`,
      };
    }
  }
  return { file, columns, rows: rows.length, recognized: [], folder: dirname(file), batches };
}

async function readWhole(file: string): Promise<string> {
  try {
    return (await readRegularFile(file, MOST_BYTES)).toString('utf8');
  } catch (error) {
    throw codeOf(error) === 'TOO_LARGE' ? damagedTable(file, messageOf(error), error) : unopenableTable(file, error);
  }
}

interface Coco {
  images: { id: number; file_name: string }[];
  annotations: { image_id: number; category_id: number }[];
  categories: { id: number; name: string }[];
}

function parse(file: string, text: string): Coco {
  const value = parseJson(file, text);
  const coco = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  requireList(file, coco.images, 'images', { id: 'number', file_name: 'string' });
  requireList(file, coco.annotations, 'annotations', { image_id: 'number', category_id: 'number' });
  requireList(file, coco.categories, 'categories', { id: 'number', name: 'string' });
  return coco as unknown as Coco;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    const { problem, at } = jsonMistake(error);
    const place = at === undefined ? file : placeOf(text, at, { file, line: 1 });
    throw invalidTable(place, `is not JSON: ${problem}`, 'copy or download the file again');
  }
}

function requireList(file: string, list: unknown, name: string, keys: Record<string, 'number' | 'string'>): void {
  if (!Array.isArray(list)) throw mistake(file, name, 'expected a list, as COCO has it');
  for (const [index, item] of (list as unknown[]).entries()) {
    for (const [key, type] of Object.entries(keys)) {
      const value = typeof item === 'object' && item !== null ? (item as Record<string, unknown>)[key] : undefined;
      if (typeof value !== type) throw mistake(file, `${name}[${index}].${key}`, `expected a ${type}`);
    }
  }
}

function mistake(file: string, place: string, problem: string): Error {
  return invalidTable(
    `${file}: ${place}`,
    problem,
    'expected images, annotations and categories, as in COCO’s instances',
  );
}
