import { counted, listed } from '../../text/words.js';
import { inferColumn } from './column-type.js';
import { parseNumber } from './number-text.js';
import type { ColumnProfile, Found, TableProfile } from './profile.js';
import type { Part } from './table.js';
import { shown } from './table-error.js';

/** Something in the data that a user should know of before they train. */
export interface Finding {
  kind: 'missing' | 'empty' | 'duplicated' | 'constant' | 'out_of_range' | 'unseen' | 'recognized';
  part: Part;
  /** The column's name; none where it is of whole rows. */
  column?: string;
  count: number;
  /** In words, after the part and the column. */
  message: string;
  /** Where the first of them are. */
  places: readonly string[];
}

/** What tables hold that are trained on, validate and test. */
export type Profiles = Partial<Record<Part, TableProfile>>;

/** What an experiment says that columns are: name → type. Without it, they are what they look like. */
export type StatedTypes = ReadonlyMap<string, string>;

/** What is missing, empty, duplicated, constant, out of the range of training, or not seen in it. */
export function findingsOf(profiles: Profiles, stated: StatedTypes = new Map()): Finding[] {
  const parts = Object.entries(profiles) as [Part, TableProfile][];
  return [
    ...parts.flatMap(([part, profile]) => findingsOfPart(part, profile)),
    ...parts.flatMap(([part, profile]) =>
      profiles.train && part !== 'train' ? findingsAgainst(profiles.train, part, profile, stated) : [],
    ),
  ];
}

function findingsOfPart(part: Part, profile: TableProfile): Finding[] {
  const { doubles, rows, recognized } = profile;
  const none = { part, count: 0, places: [] };
  const told: Finding[] = recognized.map((message) => ({ ...none, kind: 'recognized', message }));
  const columns = profile.columns.flatMap((column) => findingsOfColumn(part, column));
  if (doubles.count === 0) return [...told, ...columns];
  const message = `${share(doubles.count, rows, 'row')} ${doubles.count === 1 ? 'repeats' : 'repeat'} an earlier row in all columns`;
  return [...told, { kind: 'duplicated', part, ...doubles, message }, ...columns];
}

function findingsOfColumn(part: Part, column: ColumnProfile): Finding[] {
  const { name, rows, missing, infinite, values, missingWords } = column;
  if (rows === 0) return [];
  const given = rows - missing.count;
  const of = { part, column: name };
  if (given === 0) return [{ ...of, kind: 'empty', count: rows, message: 'has no values', places: [] }];
  const said =
    inferColumn(column).type === 'number' ? [...missingWords.values()].reduce((sum, count) => sum + count, 0) : 0;
  const findings: Finding[] = [];
  const absent = missing.count + said;
  const word = said > 0 ? ` (${said} of them say ${listed([...missingWords.keys()].map((text) => shown(text)))})` : '';
  if (absent > 0)
    findings.push({
      ...of,
      kind: 'missing',
      count: absent,
      message: `${shareIs(absent, rows, 'value')} missing${word}`,
      places: missing.places,
    });
  if (infinite.count > 0)
    findings.push({
      ...of,
      kind: 'out_of_range',
      ...infinite,
      message: `${shareIs(infinite.count, rows, 'value')} infinite`,
    });
  if (values.size === 1 && given > 1)
    findings.push({
      ...of,
      kind: 'constant',
      count: given,
      message: `has one value in all rows: ${shown([...values.keys()][0])}`,
      places: [],
    });
  return findings;
}

/** What of a table isn't like what is trained on. */
function findingsAgainst(train: TableProfile, part: Part, profile: TableProfile, stated: StatedTypes): Finding[] {
  const shared = sharedRows(train, profile);
  const rows: Finding[] =
    shared.count > 0
      ? [
          {
            kind: 'duplicated',
            part,
            ...shared,
            message: `${shareIs(shared.count, profile.rows, 'row')} also in the training data`,
          },
        ]
      : [];
  return [
    ...rows,
    ...profile.columns.flatMap((column) => {
      const trained = train.columns.find(({ name }) => name === column.name);
      return trained ? comparedColumn(trained, part, column, stated.get(column.name)) : [];
    }),
  ];
}

function sharedRows(train: TableProfile, { digests }: TableProfile): Found {
  const found: Found = { count: 0, places: [] };
  for (const [digest, place] of digests) {
    const other = train.digests.get(digest);
    if (other === undefined) continue;
    if (found.count++ < 3) found.places.push(`${place} (as ${other})`);
  }
  return found;
}

function comparedColumn(
  trained: ColumnProfile,
  part: Part,
  column: ColumnProfile,
  stated: string | undefined,
): Finding[] {
  const [before, now] = [stated ?? inferColumn(trained).type, inferColumn(column).type];
  const isWords = ['category', 'multi_label', 'identifier', 'text'].includes(now);
  if (CLASS_TYPES.has(before) && (stated !== undefined || isWords)) return unseen(trained, part, column);
  if (before === 'number' && now === 'number') return beyond(trained, part, column);
  return [];
}

const CLASS_TYPES = new Set(['category', 'multi_label', 'binary']);

function unseen(trained: ColumnProfile, part: Part, column: ColumnProfile): Finding[] {
  if (trained.hasMoreValues) return [];
  const news = [...column.values].filter(([value]) => !trained.values.has(value));
  if (news.length === 0) return [];
  const count = news.reduce((sum, [, found]) => sum + found.count, 0);
  const values = listed(news.map(([value]) => shown(value)));
  const message = `${shareIs(count, column.rows, 'value')} not among those of training: ${values}`;
  return [
    {
      kind: 'unseen',
      part,
      column: column.name,
      count,
      message,
      places: news.slice(0, 3).flatMap(([, { places }]) => places),
    },
  ];
}

/** Numbers of an evaluation that a model has seen nothing like. */
function beyond(trained: ColumnProfile, part: Part, column: ColumnProfile): Finding[] {
  const [[range], [other]] = [trained.numbers, column.numbers];
  if (other.min >= range.min && other.max <= range.max) return [];
  const outside = [...column.values].filter(([text]) => {
    const value = parseNumber(text, other.format);
    return typeof value === 'number' && Number.isFinite(value) && (value < range.min || value > range.max);
  });
  const count = outside.reduce((sum, [, found]) => sum + found.count, 0);
  const least = column.hasMoreValues ? 'at least ' : '';
  const message = `${least}${shareIs(count, column.rows, 'value')} outside of training's ${range.min} to ${range.max}: from ${other.min} to ${other.max}`;
  const places = outside.slice(0, 3).flatMap(([, found]) => found.places);
  return [{ kind: 'out_of_range', part, column: column.name, count, message, places }];
}

/** `12 of 535 values (2.2 %)` */
function share(count: number, total: number, noun: string): string {
  const percent = ((100 * count) / total).toFixed(count / total < 0.001 ? 2 : 1);
  return `${count.toLocaleString('en')} of ${counted(total, noun)} (${percent} %)`;
}

/** `12 of 535 values (2.2 %) are` */
function shareIs(count: number, total: number, noun: string): string {
  return `${share(count, total, noun)} ${count === 1 ? 'is' : 'are'}`;
}
