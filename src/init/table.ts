import { basename, extname } from 'node:path';
import { stringify } from 'yaml';
import { type Inference, inferColumn } from '../data/tables/column-type.js';
import { openTable, partsIn } from '../data/tables/open-table.js';
import { type ColumnProfile, profileTable } from '../data/tables/profile.js';
import type { Table } from '../data/tables/table.js';
import { UserError } from '../text/errors.js';
import { listed } from '../text/words.js';
import { nameOf, pathFrom } from './names.js';
import type { NewFile } from './templates.js';

/** Rows that are looked at, to the end of the part of the file that they are read in. */
const LOOKED_AT = 100_000;
/** Whole numbers of so few different values are taken for classes where they are to be predicted. */
const MOST_NUMBERED_CLASSES = 20;
/** Different words of a text that a model knows. */
const MOST_TOKENS = 20_000;
/** Samples a second that recordings are resampled to, and seconds that are taken of each. */
const SOUND = { sampling_rate: 16_000, duration: 1 };
/** 25 ms under the window, 10 ms from frame to frame: what speech is usually looked at by. */
const SPECTROGRAM = { fft_length: 512, sequence_length: 400, sequence_stride: 160, num_mel_bins: 64 };
/** Sides that images are resized to. */
const IMAGE_SIZE = 64;

/** A column, and what it looks like. */
interface Look {
  column: ColumnProfile;
  inference: Inference;
}

/**
 * The experiment file for a table: a column that is to be predicted, and all others that a model can be given.
 * @param file CSV with its columns' names in the first line, or any other table (see `openTable`)
 * @param folder that the file is to be written to
 * @param wanted the column to predict; the last that can be, unless given
 * @throws UserError if there is none, or nothing to predict it from
 */
export async function tableExperiment(file: string, folder: string, wanted?: string): Promise<NewFile> {
  const { columns } = await profileTable(await openTrained(file), { most: LOOKED_AT });
  const looks = columns.map((column) => ({ column, inference: inferColumn(column) }));
  const target = wanted === undefined ? looks.findLast(isTarget) : looks.find(({ column }) => column.name === wanted);
  if (!target || !isTarget(target)) throw noTarget(file, looks, wanted);
  const others = looks.filter((look) => look !== target);
  const inputs = inputsAmong(others);
  if (inputs.length === 0) throw noInputs(file, looks);
  const name = nameOf(basename(file, extname(file)), 'table');
  const config = {
    name,
    dataset: {
      ...{ name: 'table', path: pathFrom(folder, file) },
      inputs: Object.fromEntries(inputs.map((look) => [look.column.name, inputType(look)])),
      target: { [target.column.name]: { type: targetType(target), ...formatOf(target) } },
      validation_split: 0.2,
    },
    model: modelFor(inputs),
    training: {
      ...{ batch_size: 32, epochs: 50 },
      early_stopping: { monitor: 'val_loss', patience: 5, restore_best_weights: true },
    },
  };
  return { name: `${name}.yaml`, text: [...head(looks, target, inputs), stringify(config)].join('\n') };
}

/** Of a file that holds several tables, that of training. */
async function openTrained(file: string): Promise<Table> {
  const parts = await partsIn(file);
  return openTable(file, parts.length > 0 ? { part: 'train' } : {});
}

const VECTOR_MODEL = { layers: [{ type: 'dense', units: 64, activation: 'relu' }, { type: 'dense' }] };
const IMAGE_MODEL = { padding: 'same', blocks: { count: 3, filters: 16 }, dense_units: 64, dropout: 0.2 };

/** Kernels of several widths side by side, after Kim (2014). */
const TEXT_MODEL = {
  layers: [
    { type: 'embedding', output_dim: 100 },
    {
      type: 'parallel',
      each: { kernel_size: [3, 4, 5] },
      layers: [{ type: 'conv1d', filters: 50, padding: 'same' }, { type: 'global_pooling1d' }],
    },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense' },
  ],
};

const IMAGE_TOWER = [
  ...[16, 32, 64]
    .flatMap((filters) => [{ type: 'conv2d', filters, padding: 'same' }, { type: 'pooling2d' }])
    .slice(0, -1),
  { type: 'global_pooling2d' },
];
const TOWERS: Record<string, object[]> = {
  image: IMAGE_TOWER,
  audio: IMAGE_TOWER,
  text: TEXT_MODEL.layers.slice(0, -2),
};

/** Of an input alone its usual network; of several a tower for each image, sound and text, merged with the numbers and categories. */
function modelFor(inputs: readonly Look[]): object {
  const typeOf = ({ inference: { type } }: Look): string => type;
  const ofTowers = inputs.filter((look) => typeOf(look) in TOWERS);
  if (ofTowers.length === 0) return VECTOR_MODEL;
  if (inputs.length === 1) return typeOf(inputs[0]) === 'text' ? TEXT_MODEL : IMAGE_MODEL;
  const towers = ofTowers.map((look) => {
    return [look.column.name, { layers: TOWERS[typeOf(look)] }];
  });
  return { inputs: Object.fromEntries(towers) as object, ...VECTOR_MODEL };
}

function isTarget(look: Look): boolean {
  return (
    (isVector(look) || look.inference.type === 'multi_label') &&
    look.column.missing.count === 0 &&
    look.column.missingWords.size === 0
  );
}

/** Whether it is numbers or categories, of which not all are the same. */
function isVector({ inference: { type }, column }: Look): boolean {
  return (type === 'category' || type === 'number') && differentValues(column) > 1;
}

function differentValues({ values, classes }: ColumnProfile): number {
  return classes?.length ?? values.size;
}

function targetType({ inference, column }: Look): 'number' | 'category' | 'binary' | 'multi_label' {
  if (inference.type === 'multi_label') return 'multi_label';
  const count = differentValues(column);
  if (count === 2) return 'binary';
  const isNumbered = column.numbers.at(0)?.whole === true && count <= MOST_NUMBERED_CLASSES;
  return inference.type === 'category' || isNumbered ? 'category' : 'number';
}

/** All images, recordings, numbers and categories, and texts that are sentences; where there are none, any text. */
function inputsAmong(looks: readonly Look[]): Look[] {
  const inputs = looks.filter((look) => isMedium(look) || isVector(look) || isSentences(look));
  const text = looks.find(({ inference }) => inference.type === 'text');
  return inputs.length > 0 || !text ? inputs : [text];
}

/** Images or recordings that aren't all the same one. */
function isMedium({ inference: { type }, column: { values } }: Look): boolean {
  return (type === 'image' || type === 'audio') && values.size !== 1;
}

/** Texts of so many words on average tell more than who or where. */
const LEAST_WORDS = 5;

function isSentences({ inference: { type }, column: { values } }: Look): boolean {
  if (type !== 'text') return false;
  const words = [...values.keys()].reduce((sum, text) => sum + text.trim().split(/\s+/).length, 0);
  return words >= LEAST_WORDS * values.size;
}

function inputType({ inference, column }: Look): object {
  if (inference.type === 'image') return { type: 'image', image_size: IMAGE_SIZE };
  if (inference.type === 'audio') return { type: 'audio', ...SOUND, mel_spectrogram: SPECTROGRAM };
  if (inference.type === 'text') return { type: 'text', max_tokens: MOST_TOKENS };
  const lacks = column.missing.count > 0 || column.missingWords.size > 0;
  if (inference.type !== 'number') return { type: inference.type };
  return { type: 'number', ...formatOf({ inference }), ...(lacks ? { missing: 'mean' } : {}) };
}

/** How a column's numbers are written, where that isn't as programs write them. */
function formatOf({ inference: { type, format } }: Pick<Look, 'inference'>): object {
  if (type !== 'number' || !format) return {};
  const { decimal, thousands } = format;
  return { ...(decimal === ',' ? { decimal } : {}), ...(thousands === '' ? {} : { thousands }) };
}

/** What the columns look like, and which of them are used. */
function head(looks: readonly Look[], target: Look, inputs: readonly Look[]): string[] {
  const width = Math.max(...looks.map(({ column }) => column.name.length));
  const use = (look: Look): string => (look === target ? 'target' : inputs.includes(look) ? 'input' : 'unused');
  const line = (look: Look): string =>
    `#   ${use(look).padEnd(6)}  ${look.column.name.padEnd(width)}  ${look.inference.type}: ${look.inference.reason}`;
  return [
    '# yaml-language-server: $schema=',
    `# What ${looks.length} columns look like; change what is meant otherwise.`,
    ...looks.map((look) => line(look).replace(/\s+/g, (space) => (space.includes('\n') ? ' ' : space))),
  ];
}

function columnLines(looks: readonly Look[]): string[] {
  const width = Math.max(0, ...looks.map(({ column }) => column.name.length));
  return looks.map(({ column, inference }) => `  ${column.name.padEnd(width)}  ${inference.type}: ${inference.reason}`);
}

function noTarget(file: string, looks: readonly Look[], wanted: string | undefined): UserError {
  const isThere = looks.some(({ column }) => column.name === wanted);
  const problem =
    wanted === undefined
      ? 'has no column that could be predicted'
      : isThere
        ? `has a column ${JSON.stringify(wanted)} that can't be predicted: its values are missing, the same, or neither numbers nor classes`
        : `has no column ${JSON.stringify(wanted)}`;
  return new UserError([`${file} ${problem}; its columns:`, ...columnLines(looks)].join('\n'), {
    code: 'unsupported-data',
    exitCode: 2,
    hint: `--target names the column: ${listed(looks.filter(isTarget).map(({ column }) => column.name)) || 'a number, or a few different words'}`,
  });
}

function noInputs(file: string, looks: readonly Look[]): UserError {
  return new UserError([`${file} has nothing to predict from; its columns:`, ...columnLines(looks)].join('\n'), {
    code: 'unsupported-data',
    exitCode: 2,
    hint: 'inputs are numbers, categories, images, sound and texts',
  });
}
