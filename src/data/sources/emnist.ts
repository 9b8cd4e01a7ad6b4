import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Emnist } from '../../config/schema/experiment.generated.js';
import { UserError, messageOf } from '../../text/errors.js';
import type { LoadOptions } from '../dataset.js';
import { fromColumnOrder } from '../images/column-order.js';
import { type IdxHeader, parseIdxHeader } from '../idx-format.js';
import { ByteSource } from '../tables/formats/byte-source.js';
import { type ZipEntry, entriesOf, openZip } from '../tables/formats/zip-entries.js';
import { type PublishedSource, type Reading, damagedPublished, publishedFiles } from './published-files.js';

/** One of EMNIST's ways to divide its characters. */
interface Division {
  title: string;
  train: number;
  test: number;
  /** In the order of their labels. */
  classes: string;
  /** The label of the first class. */
  firstLabel?: number;
}

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
/** Small letters that look like their capitals are one class with them (emnist-balanced-mapping.txt). */
const MERGED = `${DIGITS}${UPPER}abdefghnqrt`;

function division(
  name: Emnist['name'],
  { title, train, test, classes, firstLabel = 0 }: Division,
): PublishedSource<Emnist> {
  const shape = { height: 28, width: 28, channels: 1, classes: Array.from(classes) };
  return publishedFiles<Emnist>({
    published: {
      title,
      train,
      test,
      classes: shape.classes.length,
      shape: [28, 28, 1],
      licence: 'not stated',
      citation: 'Cohen, Afshar, Tapson and van Schaik (2017), EMNIST, arXiv:1702.05373',
      page: 'https://www.nist.gov/itl/products-and-services/emnist-dataset',
      // SHA-256 and size as in TensorFlow Datasets (url_checksums/emnist.txt), the checksum also in Julia's MLDatasets.
      files: [
        {
          urls: ['https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip'],
          bytes: 561_753_746,
          sha256: 'fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e',
        },
      ],
      folder: 'emnist',
    },
    shape: () => shape,
    version: 'idx in a zip 1',
    read: ([file], reading, options) => readZip(file, { name, firstLabel }, reading, options),
  });
}

/** Handwritten characters of NIST's Special Database 19 in MNIST's format, all in one archive. */
export const emnist: Record<Emnist['name'], PublishedSource<Emnist>> = {
  emnist_balanced: division('emnist_balanced', {
    title: 'Handwritten digits and letters, as many of each',
    train: 112_800,
    test: 18_800,
    classes: MERGED,
  }),
  emnist_letters: division('emnist_letters', {
    title: 'Handwritten letters, small and capital ones together',
    train: 124_800,
    test: 20_800,
    classes: LOWER,
    firstLabel: 1,
  }),
  emnist_digits: division('emnist_digits', {
    title: 'Handwritten digits, as many of each',
    train: 240_000,
    test: 40_000,
    classes: DIGITS,
  }),
  emnist_byclass: division('emnist_byclass', {
    title: 'Handwritten digits, capital and small letters',
    train: 697_932,
    test: 116_323,
    classes: DIGITS + UPPER + LOWER,
  }),
  emnist_bymerge: division('emnist_bymerge', {
    title: 'Handwritten digits and letters, those that look alike together',
    train: 697_932,
    test: 116_323,
    classes: MERGED,
  }),
};

/** So many images are held at once. */
const BATCH = 4096;

async function readZip(
  file: string,
  { name, firstLabel }: { name: Emnist['name']; firstLabel: number },
  reading: Reading,
  options: LoadOptions,
): Promise<void> {
  const zip = await openZip(file);
  try {
    const entries = new Map((await entriesOf(file, zip)).map((entry) => [basename(entry.name), entry]));
    for (const set of ['train', 'test'] as const) {
      const start = `${name.replace('_', '-')}-${set}`;
      const entry = (kind: string): ZipEntry => {
        const found = entries.get(`${start}-${kind}-ubyte.gz`);
        if (!found) throw damagedPublished(file, `${start}-${kind}-ubyte.gz is not in it`);
        return found;
      };
      const pair = { images: entry('images-idx3'), labels: entry('labels-idx1') };
      await readPair(file, pair, { set, firstLabel }, reading, options);
    }
  } finally {
    zip.close();
  }
}

async function readPair(
  file: string,
  entries: { images: ZipEntry; labels: ZipEntry },
  { set, firstLabel }: { set: 'train' | 'test'; firstLabel: number },
  { sets, shape }: Reading,
  { onProgress, signal }: LoadOptions,
): Promise<void> {
  const images = await IdxEntry.open(file, entries.images, 3);
  const labels = await IdxEntry.open(file, entries.labels, 1).catch(async (error: unknown) => {
    await images.close();
    throw error;
  });
  try {
    const [count, height, width] = images.header.dimensions;
    if (height !== shape.height || width !== shape.width || labels.header.dimensions[0] !== count)
      throw damagedPublished(images.place, `expected images of 28×28, and a label of each`);
    for (let done = 0; done < count;) {
      signal?.throwIfAborted();
      const rows = Math.min(BATCH, count - done);
      const pixels = fromColumnOrder(await images.take(rows * height * width), shape);
      await sets.add(set, pixels, classesOf(await labels.take(rows), firstLabel, shape.classes.length, labels.place));
      done += rows;
      onProgress?.({ step: 'read', subject: basename(images.place), done, total: count, unit: 'images' });
    }
  } finally {
    await images.close();
    await labels.close();
  }
}

function classesOf(labels: Uint8Array, firstLabel: number, classes: number, place: string): Int32Array {
  return Int32Array.from(labels, (label) => {
    if (label >= firstLabel && label < firstLabel + classes) return label - firstLabel;
    throw damagedPublished(place, `expected labels from ${firstLabel} to ${firstLabel + classes - 1}, found ${label}`);
  });
}

/** An IDX file, compressed, in an archive, while it is read. */
class IdxEntry {
  private constructor(
    readonly place: string,
    readonly header: IdxHeader,
    readonly source: ByteSource,
  ) {}

  static async open(file: string, entry: ZipEntry, rank: number): Promise<IdxEntry> {
    const place = `${file}: ${entry.name}`;
    const stored = await inEntry(place, () => entry.open());
    // Errors of either come out of what is taken.
    const source = new ByteSource(pipeline(stored, createGunzip({ chunkSize: 2 ** 18 }), () => undefined));
    try {
      const header = parseIdxHeader(place, Buffer.from(await inEntry(place, () => source.take(4 + 4 * rank))));
      if (header.elementType === 'uint8' && header.dimensions.length === rank)
        return new IdxEntry(place, header, source);
      throw damagedPublished(place, `expected bytes in ${rank} dimensions`);
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  async take(bytes: number): Promise<Uint8Array> {
    return inEntry(this.place, () => this.source.take(bytes));
  }

  async close(): Promise<void> {
    await this.source.close();
  }
}

async function inEntry<T>(place: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof UserError ? error : damagedPublished(place, messageOf(error), error);
  }
}
