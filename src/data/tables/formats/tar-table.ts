import { dirname } from 'node:path';
import { messageOf } from '../../../text/errors.js';
import type { TaskOptions } from '../../dataset.js';
import type { Cell, RowBatch, Table } from '../table.js';
import { invalidTable, shown, damagedTable } from '../table-error.js';
import { type TarMember, tarMembers } from './tar-members.js';

/** So many bytes or rows are handed on at once. */
const BATCH_BYTES = 2 ** 22;
const BATCH_ROWS = 1024;
/** Rows by which the columns are told. */
const LOOKED_AT = 100;

/** The column of the names that members of a row share. */
const KEY = '__key__';

/** An example: members of one name that follow each other, by their endings. */
interface Sample {
  key: string;
  members: Map<string, TarMember>;
}

/**
 * Opens a tar archive as WebDataset has them: members that follow each other and have one name but for their endings
 * (`0001.jpg`, `0001.cls`) are a row, their endings the columns. `cls` is a whole number, `txt` text, `json` what it says;
 * others are files. Nothing of it is written to disk.
 * @param file plain or compressed by gzip
 */
export async function openTar(file: string, { signal }: TaskOptions = {}): Promise<Table> {
  const names = new Set<string>();
  let rows = 0;
  for await (const { members } of samples(file, { signal })) {
    for (const name of members.keys()) names.add(name);
    if (++rows === LOOKED_AT) break;
  }
  if (rows === 0) throw damagedTable(file, 'holds no files such as 0001.jpg and 0001.cls');
  const columns = [KEY, ...names].map((name) => ({ name }));
  const endings = [...names];
  const batches = (task: TaskOptions = {}) => readBatches(file, endings, task);
  return { file, columns, recognized: [], folder: dirname(file), batches };
}

async function* readBatches(file: string, endings: readonly string[], task: TaskOptions): AsyncGenerator<RowBatch> {
  let first = 0;
  let bytes = 0;
  let gathered: Sample[] = [];
  const toBatch = (): RowBatch => {
    const batch = batchOf(file, endings, gathered, first);
    first += gathered.length;
    bytes = 0;
    gathered = [];
    return batch;
  };
  for await (const sample of samples(file, task)) {
    gathered.push(sample);
    for (const member of sample.members.values()) bytes += member.bytes.length;
    if (bytes >= BATCH_BYTES || gathered.length === BATCH_ROWS) yield toBatch();
  }
  if (gathered.length > 0) yield toBatch();
}

function batchOf(file: string, endings: readonly string[], gathered: readonly Sample[], first: number): RowBatch {
  const keys: Cell[] = gathered.map(({ key }) => key);
  const cells = [
    keys,
    ...endings.map((ending) => gathered.map(({ members }) => toCell(file, ending, members.get(ending)))),
  ];
  const place = (row: number, column: number): string => {
    const { key, members } = gathered[row];
    const path = column === 0 ? key : (members.get(endings[column - 1])?.path ?? `${key}.${endings[column - 1]}`);
    return `${file}: ${path}`;
  };
  return { first, count: gathered.length, column: (index) => cells[index], place };
}

function toCell(file: string, ending: string, member: TarMember | undefined): Cell {
  if (!member) return null;
  const { path, bytes } = member;
  const place = `${file}: ${path}`;
  const kind = ending.slice(ending.lastIndexOf('.') + 1).toLowerCase();
  if (kind === 'cls') return classOf(bytes.toString('utf8'), place);
  if (kind === 'txt' || kind === 'text') return bytes.toString('utf8');
  if (kind !== 'json') return { bytes, path };
  try {
    return JSON.parse(bytes.toString('utf8')) as Cell;
  } catch (error) {
    throw invalidTable(place, `is not JSON (${messageOf(error)})`, 'write it anew, or leave it out of the archive');
  }
}

function classOf(text: string, place: string): number {
  if (/^\s*\d{1,9}\s*$/.test(text)) return Number(text);
  throw invalidTable(place, `expected the number of a class, found ${shown(text.trim())}`, 'text goes into NAME.txt');
}

/** Members of one name, as they follow each other. */
async function* samples(file: string, task: TaskOptions): AsyncGenerator<Sample> {
  let sample: Sample | undefined;
  for await (const member of tarMembers(file, task)) {
    const name = /^(.*\/)?([^/.]+)\.([^/]+)$/.exec(member.path);
    if (!name) continue;
    const key = `${(name[1] as string | undefined) ?? ''}${name[2]}`;
    if (sample && sample.key !== key) {
      yield sample;
      sample = undefined;
    }
    sample ??= { key, members: new Map() };
    if (sample.members.has(name[3]))
      throw invalidTable(`${file}: ${member.path}`, 'is there twice', 'give each example a name of its own');
    sample.members.set(name[3], member);
  }
  if (sample) yield sample;
}
