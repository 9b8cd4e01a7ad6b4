import type { Command } from 'commander';
import type { CataloguedDataset } from '../data/catalogue.js';
import type { Column } from '../display/tables/table.js';

interface Options {
  json?: true;
}

const COLUMNS: Column[] = [
  { title: 'NAME' },
  ...['TRAIN', 'TEST', 'IMAGE', 'CLASSES', 'SIZE'].map((title) => ({ title, align: 'right' as const })),
  { title: 'LICENCE' },
  { title: 'HERE' },
];

/** Adds `ablate datasets` to the program. */
export function registerDatasets(program: Command): void {
  program
    .command('datasets')
    .description('the published datasets that dataset.name may say: size, licence, whether they are here')
    .argument('[name]', 'tell all of one: what is to be cited, where it comes from')
    .option('--json', 'print it as JSON')
    .action(datasets);
}

async function datasets(name: string | undefined, { json }: Options): Promise<void> {
  const { catalogue } = await import('../data/catalogue.js');
  const all = await catalogue();
  const chosen = name === undefined ? all : [await named(name, all)];
  if (json) process.stdout.write(`${JSON.stringify(chosen.map(toJson), undefined, 2)}\n`);
  else process.stdout.write(name === undefined ? await tableOf(all) : await cardOf(chosen[0]));
}

async function named(name: string, all: readonly CataloguedDataset[]): Promise<CataloguedDataset> {
  const found = all.find((dataset) => dataset.name === name);
  if (found) return found;
  const { UserError } = await import('../text/errors.js');
  const { nearest } = await import('../config/text/suggest.js');
  const names = all.map((dataset) => dataset.name);
  const meant = nearest(name, names);
  throw new UserError(`there is no published dataset ${JSON.stringify(name)}`, {
    code: 'dataset-unknown',
    exitCode: 2,
    hint: meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`,
  });
}

async function tableOf(all: readonly CataloguedDataset[]): Promise<string> {
  const { count } = await import('../display/format.js');
  const { formatTable } = await import('../display/tables/table.js');
  const rows = all.map((dataset) => [
    dataset.name,
    count(dataset.train),
    count(dataset.test),
    dataset.shape?.join('×') ?? 'varies',
    count(dataset.classes),
    dataset.files.length === 0 ? '' : roundSize(bytesOf(dataset)),
    dataset.licence,
    dataset.isHere ? 'yes' : 'no',
  ]);
  return formatTable(COLUMNS, rows);
}

/** `561.8 MB` is too long for a table of 80 columns. */
function roundSize(bytes: number): string {
  const [size, unit] = bytes >= 1e9 ? [bytes / 1e9, 'GB'] : [bytes / 1e6, 'MB'];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}

async function sizeOf(dataset: CataloguedDataset): Promise<string> {
  const { bytesText } = await import('../display/format.js');
  const { files } = dataset;
  return files.length === 0 ? '' : bytesText(bytesOf(dataset));
}

function bytesOf({ files }: CataloguedDataset): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function cardOf(dataset: CataloguedDataset): Promise<string> {
  const { count } = await import('../display/format.js');
  const { wrapped } = await import('../display/wrapped.js');
  const { name, title, train, validation, test, shape, classes, licence, citation, page, files, isHere } = dataset;
  const validating = validation === undefined ? '' : ` ${count(validation)} to validate,`;
  const images = `${count(train)} images to train on,${validating} ${count(test)} to test`;
  const size = shape ? ` of ${shape.join('×')}` : ' of several sizes';
  const origin =
    files.length === 0
      ? 'comes with Ablate'
      : `${isHere ? 'downloaded' : 'downloaded when it is first used'}, ${await sizeOf(dataset)}: ${files[0].urls[0]}`;
  const lines = [`${title}: ${images},${size}, ${count(classes)} classes`, origin];
  const about = [`licence: ${licence}`, `cite: ${citation}`, page];
  return `${name}\n${[...lines, ...about].map((line) => wrapped(line, '  ')).join('')}`;
}

function toJson(dataset: CataloguedDataset): object {
  const { isHere, files, ...about } = dataset;
  return { ...about, bytes: bytesOf(dataset), files, is_here: isHere };
}
