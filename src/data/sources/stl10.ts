import { basename } from 'node:path';
import type { Stl10 } from '../../config/schema/experiment.generated.js';
import type { TaskOptions } from '../dataset.js';
import { fromColumnOrder } from '../images/column-order.js';
import { tarMembers } from '../tables/formats/tar-members.js';
import { type Reading, damagedPublished, publishedFiles } from './published-files.js';

const CLASSES = ['airplane', 'bird', 'car', 'cat', 'deer', 'dog', 'horse', 'monkey', 'ship', 'truck'];
const SHAPE = { height: 96, width: 96, channels: 3, classes: CLASSES };
const IMAGE = 96 * 96 * 3;
/** So many images are turned at once. */
const BATCH = 256;

/** Ten classes of ImageNet in 96×96; the images without labels are passed over. */
export const stl10 = publishedFiles<Stl10>({
  published: {
    title: 'Small photographs in 10 classes',
    train: 5_000,
    test: 8_000,
    classes: CLASSES.length,
    shape: [96, 96, 3],
    licence: 'not stated',
    citation:
      'Coates, Lee and Ng (2011), An Analysis of Single-Layer Networks in Unsupervised Feature Learning, AISTATS',
    page: 'https://cs.stanford.edu/~acoates/stl10/',
    // As in TensorFlow Datasets (url_checksums/stl10.txt).
    files: [
      {
        urls: [
          'http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz',
          'https://cs.stanford.edu/~acoates/stl10/stl10_binary.tar.gz',
        ],
        bytes: 2_640_397_119,
        sha256: 'f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866',
      },
    ],
  },
  shape: () => SHAPE,
  version: 'binary 1',
  read: ([file], reading, options) => readBinary(file, reading, options),
});

const MEMBER = /(?:^|\/)(train|test)_(X|y)\.bin$/;

/** `train_X.bin`: images plane by plane, each column by column; `train_y.bin`: labels from 1, a byte each. */
async function readBinary(file: string, { sets }: Reading, { onProgress, signal }: TaskOptions): Promise<void> {
  for await (const { path, bytes } of tarMembers(file, { onProgress, signal }, (each) => MEMBER.test(each))) {
    const [, set, kind] = MEMBER.exec(path) as unknown as [string, 'train' | 'test', 'X' | 'y'];
    const expected = sets.most[set] * (kind === 'X' ? IMAGE : 1);
    const place = `${basename(file)}: ${path}`;
    if (bytes.length !== expected) throw damagedPublished(place, `expected ${expected} bytes, found ${bytes.length}`);
    if (kind === 'y') await sets.add(set, Buffer.of(), labelsOf(bytes, place));
    for (let at = 0; kind === 'X' && at < expected; at += BATCH * IMAGE) {
      await sets.add(set, fromColumnOrder(bytes.subarray(at, at + BATCH * IMAGE), SHAPE), []);
    }
  }
}

function labelsOf(bytes: Buffer, place: string): number[] {
  return Array.from(bytes, (label) => {
    if (label >= 1 && label <= CLASSES.length) return label - 1;
    throw damagedPublished(place, `expected labels from 1 to ${CLASSES.length}, found ${label}`);
  });
}
