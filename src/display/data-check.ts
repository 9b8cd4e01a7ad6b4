import type { DataCheck } from '../data/check-data.js';
import type { DatasetDuplicates, NamedPair } from '../data/duplicates/dataset-duplicates.js';
import type { PartAccount, SplitAccount } from '../data/split-account.js';
import type { Finding } from '../data/tables/findings.js';
import { visibleLine } from '../text/visible.js';
import { count } from './format.js';
import { formatTable } from './tables/table.js';
import { wrapped } from './wrapped.js';

/** Pairs that a text names; `--json` has all. */
const NAMED = 10;

/** What was found in the data, in lines. */
export function dataCheckText({ duplicates, findings, split }: DataCheck): string {
  const lines = [
    ...(duplicates ? duplicateLines(duplicates) : []),
    ...(findings ? findingLines(findings) : []),
    ...(split ? [splitTable(split)] : []),
  ];
  return lines.join('');
}

/** A column for each part; classes as shares of its rows. */
function splitTable({ group, time, parts: { train, validation, test } }: SplitAccount): string {
  const parts = [train, validation, test];
  const row = (title: string, told: (part: PartAccount) => string | undefined): string[] => {
    return [title, ...parts.map((part) => told(part) ?? '')];
  };
  const names = Object.keys(train.classes ?? {});
  const shares = names.slice(0, NAMED).map((name) => row(name, (part) => shareOf(part, name)));
  const pixels = pixelRows(train.pixels, row);
  const numbers = Object.keys(train.numbers ?? {}).flatMap((name) =>
    (['mean', 'least', 'greatest'] as const).map((key) =>
      row(`${key} ${name}`, ({ numbers: known }) => known && String(Number(known[name][key].toPrecision(5)))),
    ),
  );
  const cells = [
    row('rows', ({ rows }) => count(rows)),
    ...(group === undefined ? [] : [row(`values of ${group}`, ({ groups = 0 }) => count(groups))]),
    ...(time === undefined
      ? []
      : [0, 1].map((end) => row(`${time} ${end === 0 ? 'from' : 'to'}`, ({ times }) => times?.[end]))),
    ...(names.length > 0 ? shares : [...pixels, ...numbers]),
  ];
  const columns = ['TRAINING', 'VALIDATION', 'TEST'].map((title) => ({ title, align: 'right' as const }));
  const classes = Math.max(names.length, Object.keys(train.pixels?.classes ?? {}).length);
  const more = classes > NAMED ? `and ${count(classes - NAMED)} more classes; --json has them\n` : '';
  return `${formatTable([{ title: 'SPLIT' }, ...columns], cells)}${more}`;
}

/** Of masks: a row for each class, for what is ignored, and for masks without anything in them. */
function pixelRows(
  trained: PartAccount['pixels'],
  row: (title: string, told: (part: PartAccount) => string | undefined) => string[],
): string[][] {
  if (!trained) return [];
  const share = ({ pixels }: PartAccount, counted: number): string => {
    const all = pixels ? Object.values(pixels.classes).reduce((sum, each) => sum + each, pixels.ignored) : 0;
    return all === 0 ? '' : `${((100 * counted) / all).toFixed(1)} %`;
  };
  const names = Object.keys(trained.classes);
  const classes = names
    .slice(0, NAMED)
    .map((name) => row(`pixels of ${name}`, (part) => share(part, part.pixels?.classes[name] ?? 0)));
  const ignored = row('ignored pixels', (part) => share(part, part.pixels?.ignored ?? 0));
  const empty = row(`masks of ${names[0]} alone`, ({ pixels }) => count(pixels?.empty ?? 0));
  return [...classes, ...(trained.ignored > 0 ? [ignored] : []), empty];
}

function shareOf({ rows, classes }: PartAccount, name: string): string {
  return rows === 0 ? '' : `${((100 * (classes?.[name] ?? 0)) / rows).toFixed(1)} %`;
}

function duplicateLines({ tests, exact, near }: DatasetDuplicates): string[] {
  if (exact.length + near.length === 0)
    return [wrapped(`data: none of the ${count(tests)} test images is, or looks like, a training image`, '')];
  return [
    ...pairLines(exact, tests, exact.length === 1 ? 'is a training image' : 'are training images', '='),
    ...pairLines(near, tests, near.length === 1 ? 'looks like a training image' : 'look like training images', '≈'),
    wrapped('a score of the test is too good by what a model remembers of them: take them out of one set', ''),
  ];
}

function pairLines(pairs: readonly NamedPair[], tests: number, words: string, sign: string): string[] {
  if (pairs.length === 0) return [];
  const named = pairs.slice(0, NAMED).map(({ test, train, classes }) => {
    const differ = classes ? `, of class ${classes[0]} and ${classes[1]}` : '';
    return visibleLine(`  ${test} ${sign} ${train}${differ}`);
  });
  const more = pairs.length > NAMED ? [`  and ${count(pairs.length - NAMED)} more; --json names them`] : [];
  const share = ((100 * pairs.length) / tests).toFixed(1);
  const head = wrapped(`data: ${count(pairs.length)} of ${count(tests)} test images (${share} %) ${words}:`, '');
  return [head, ...[...named, ...more].map((line) => `${line}\n`)];
}

function findingLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ['data: nothing is missing, repeated, constant or unseen\n'];
  return findings.map(({ part, column, message, places }) => {
    const where = places.length > 0 ? ` (${places.length > 1 ? 'first ' : ''}at ${places[0]})` : '';
    return wrapped(visibleLine(`data: ${part}${column === undefined ? '' : `, ${column}`}: ${message}${where}`), '');
  });
}
