import type { DatasetColumns, DatasetDescription, FolderAccount } from '../data/dataset.js';
import { isImages } from '../data/images/image-dataset.js';
import { counted, listed } from '../text/words.js';
import { count } from './format.js';
import { wrapped } from './wrapped.js';
import { ablate } from '../system/shell.js';

/** What a text names of classes, and of reasons; `--json` has all. */
const MAX_CLASSES = 20;
const MAX_REASONS = 4;

/**
 * What a dataset's files hold beyond numbers, in lines: a folder's classes, which sets are given, what was passed over.
 * @param file the experiment's
 */
export function datasetText(description: DatasetDescription, file: string): string {
  return `${setsText(description, file)}${emptyClassesText(description)}`;
}

function emptyClassesText({ emptyClasses = [] }: DatasetDescription): string {
  if (emptyClasses.length === 0) return '';
  const named = emptyClasses.slice(0, MAX_CLASSES).join(', ');
  const more = emptyClasses.length > MAX_CLASSES ? ` and ${emptyClasses.length - MAX_CLASSES} more` : '';
  const those = emptyClasses.length === 1 ? `class ${named} has` : `classes ${named}${more} have`;
  const effect =
    'the model has an output for each class all the same, and macro averages leave out what does not occur';
  return wrapped(`${those} no images: ${effect}; to train without, list the others in dataset.classes`, '');
}

function setsText({ inputs, target: { classes }, hasValidation, folder }: DatasetDescription, file: string): string {
  if (!folder)
    return hasValidation
      ? `validation ${inputs.every(({ type }) => type === 'image') ? 'images' : 'rows'} are given\n`
      : '';
  const validation = hasValidation ? 'validation images are given' : '';
  const named = classes.slice(0, MAX_CLASSES).join(', ');
  const more = classes.length > MAX_CLASSES ? ` and ${classes.length - MAX_CLASSES} more` : '';
  const test = folder.isTestDrawn ? '20 % of each class are drawn for the test' : 'test images are given';
  const lines = [`classes: ${named}${more}`, [validation, test].filter((part) => part !== '').join(', ')];
  if (folder.passedOver.length > 0)
    lines.push(`${passedOverText(folder)}; \`${ablate('check', file, '--json')}\` names them`);
  return lines.map((line) => wrapped(line, '')).join('');
}

/** `passed over: 3 (2 hidden, 1 not an image)` */
export function passedOverText({ passedOver }: Pick<FolderAccount, 'passedOver'>): string {
  const numbers = new Map<string, number>();
  for (const { reason } of passedOver) numbers.set(reason, (numbers.get(reason) ?? 0) + 1);
  const reasons = [...numbers].sort((a, b) => b[1] - a[1]);
  const named = reasons.slice(0, MAX_REASONS).map(([reason, number]) => `${count(number)} ${reason}`);
  const others = reasons.slice(MAX_REASONS).reduce((sum, [, number]) => sum + number, 0);
  const parts = [...named, ...(others > 0 ? [`${count(others)} for other reasons`] : [])];
  return `passed over: ${count(passedOver.length)} (${parts.join(', ')})`;
}

/** The same as JSON, with all that was passed over; nothing where there is nothing to say. */
export function datasetJson({ target: { classes }, folder, emptyClasses }: DatasetDescription): { dataset?: object } {
  const account = accountJson({ folder, emptyClasses });
  if (!folder) return Object.keys(account).length === 0 ? {} : { dataset: { classes, ...account } };
  const { train, validation, test } = folder;
  return { dataset: { classes, train, validation, test, ...account } };
}

/** What is known of a dataset beside its numbers of images. */
export function accountJson({
  folder,
  emptyClasses = [],
}: Pick<DatasetDescription, 'folder' | 'emptyClasses'>): object {
  return {
    ...(folder ? { test_is_drawn: folder.isTestDrawn, passed_over: folder.passedOver } : {}),
    ...(emptyClasses.length > 0 ? { classes_without_images: emptyClasses } : {}),
  };
}

/** `28×28×1, 10 classes`; of a table `area (number), zipcode (category of 33) → price (number)`. */
export function columnsText({ inputs, target }: DatasetColumns): string {
  const classes = counted(target.classes.length, 'class');
  if (isImages({ inputs, target })) return `${inputs[0].shape.join('×')}, ${classes}`;
  const described = inputs.map(({ name, type, shape }) => `${name} (${type}${sizeText(type, shape)})`);
  const predicted = target.classes.length > 0 ? `${target.type}, ${listed(target.classes)}` : target.type;
  return `${listed(described, MAX_CLASSES)} → ${target.name} (${predicted})`;
}

function sizeText(type: string, shape: readonly number[]): string {
  if (type === 'number') return '';
  return ` of ${shape.join('×')}`;
}
