import { basename } from 'node:path';
import type { Svhn } from '../../config/schema/experiment.generated.js';
import type { TaskOptions } from '../dataset.js';
import { fromColumnOrder } from '../images/column-order.js';
import { readMatArray } from '../mat-format.js';
import { type Reading, damagedPublished, publishedFiles } from './published-files.js';

const SHAPE = { height: 32, width: 32, channels: 3, classes: Array.from('0123456789') };
const IMAGE = 32 * 32 * 3;
/** So many images are held at once. */
const BATCH = 1024;

const FOLDER = 'http://ufldl.stanford.edu/housenumbers';

/** Digits of house numbers, cut out ("format 2", without the additional images). */
export const svhn = publishedFiles<Svhn>({
  published: {
    title: 'Digits of house numbers in photographs of streets',
    train: 73_257,
    test: 26_032,
    classes: SHAPE.classes.length,
    shape: [32, 32, 3],
    licence: 'noncommercial',
    citation: 'Netzer et al. (2011), Reading Digits in Natural Images with Unsupervised Feature Learning',
    page: 'http://ufldl.stanford.edu/housenumbers/',
    // As in TensorFlow Datasets (url_checksums/svhn_cropped.txt).
    files: [
      {
        urls: [`${FOLDER}/train_32x32.mat`],
        bytes: 182_040_794,
        sha256: '435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8',
      },
      {
        urls: [`${FOLDER}/test_32x32.mat`],
        bytes: 64_275_384,
        sha256: 'cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b',
      },
    ],
  },
  shape: () => SHAPE,
  version: 'mat 1',
  read: async ([train, test], reading, options) => {
    await readMat(train, 'train', reading, options);
    await readMat(test, 'test', reading, options);
  },
});

/** `X` of [32, 32, 3, count] (row, column, channel, image), `y` of [count, 1], from 1 to 10, which is the digit 0. */
async function readMat(
  file: string,
  set: 'train' | 'test',
  { sets }: Reading,
  { onProgress, signal }: TaskOptions,
): Promise<void> {
  const count = sets.most[set];
  const labels = await readMatArray(file, 'y', async ({ length, take, place }) => {
    if (length !== count) throw damagedPublished(place, `expected ${count} labels in y, found ${length}`);
    return Int32Array.from(await take(length), (label) => digitOf(label, place));
  });
  await readMatArray(file, 'X', async ({ dimensions, take, place }) => {
    const expected = [32, 32, 3, count].join(', ');
    if (dimensions.join(', ') !== expected)
      throw damagedPublished(place, `expected X of [${expected}], found [${dimensions.join(', ')}]`);
    for (let done = 0; done < count;) {
      signal?.throwIfAborted();
      const images = Math.min(BATCH, count - done);
      const stored = await take(images * IMAGE);
      if (!(stored instanceof Uint8Array)) throw damagedPublished(place, 'expected X in bytes');
      await sets.add(set, fromColumnOrder(stored, SHAPE), labels.subarray(done, done + images));
      done += images;
      onProgress?.({ step: 'read', subject: basename(file), done, total: count, unit: 'images' });
    }
  });
}

function digitOf(label: number, place: string): number {
  if (Number.isInteger(label) && label >= 1 && label <= 10) return label % 10;
  throw damagedPublished(place, `expected labels from 1 to 10 in y, found ${label}`);
}
