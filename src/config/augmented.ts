import type { AugmentationConfig, DatasetConfig } from './schema/experiment.generated.js';
import type { Report } from './text/problems.js';

/** What is changed at random must be what the dataset has: images, or the words of a text. */
export function checkAugmented(dataset: DatasetConfig, augmentation: AugmentationConfig, report: Report): void {
  const kind = dataset.name === 'table' ? (isTextAlone(dataset.inputs) ? 'a text' : 'a table') : 'images';
  for (const [key, operation] of Object.entries(augmentation)) {
    const isChanged = kind === 'a text' ? key.startsWith('word_') : kind === 'images' && !key.startsWith('word_');
    if (operation === null || isChanged) continue;
    const message = `${key} of ${kind}`;
    report([['augmentation', key]], { code: 'conflict', message, hint: HINTS[kind] });
  }
}

const HINTS = {
  'a text': 'of a text there are word_swap, word_deletion and word_dropout',
  'a table': 'remove it: so far datasets of images and their classes, and a text by itself, are augmented',
  images: 'remove it: it changes the words of a text',
};

function isTextAlone(inputs: Readonly<Record<string, { type: string }>>): boolean {
  const types = Object.values(inputs).map(({ type }) => type);
  return types.length === 1 && types[0] === 'text';
}
