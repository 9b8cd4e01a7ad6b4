import { basename, join, resolve } from 'node:path';
import type { FashionMnist } from '../config/experiment.js';
import { cacheDirectory } from '../cache.js';
import type { Dataset, DatasetShape, LoadOptions } from './dataset.js';
import { type RemoteFile, ensureDownloaded, mirrored } from './download.js';
import { publishedNames, readKnownIdxFiles } from './idx-files.js';

/** Zalando's articles (Xiao, Rasul and Vollgraf, 2017): 60,000 images to train on and 10,000 to test. */
export const fashionMnistShape: DatasetShape = {
  height: 28,
  width: 28,
  channels: 1,
  classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
};

/** The published files; checksums as in TensorFlow Datasets (url_checksums/fashion_mnist.txt). */
const publishedFiles: RemoteFile[] = [
  published('train-images', 26421880, '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84'),
  published('train-labels', 29515, 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845'),
  published('t10k-images', 4422102, '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073'),
  published('t10k-labels', 5148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'),
];

function published(name: string, bytes: number, sha256: string): RemoteFile {
  const file = `${name}-${name.endsWith('images') ? 'idx3' : 'idx1'}-ubyte.gz`;
  return {
    urls: [
      `http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/${file}`,
      `https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/${file}`,
    ],
    bytes,
    sha256,
  };
}

/**
 * Reads Fashion-MNIST from a folder with its four files, or from the cache, downloading what isn't there.
 * @param files what to download: other files in tests
 */
export async function loadFashionMnist(
  config: FashionMnist,
  options: LoadOptions,
  files: RemoteFile[] = publishedFiles,
): Promise<Dataset> {
  const folder =
    config.path === null ? await downloadedFolder(files, options) : resolve(options.baseDirectory, config.path);
  const sets = await readKnownIdxFiles(publishedNames(folder), fashionMnistShape, options);
  return { name: config.name, ...fashionMnistShape, ...sets, source: config.path ?? files[0].urls[0] };
}

async function downloadedFolder(files: RemoteFile[], options: LoadOptions): Promise<string> {
  const environment = options.environment ?? process.env;
  const folder = join(cacheDirectory(environment), 'datasets', 'fashion_mnist');
  for (const file of files) {
    const remote = mirrored(file, 'fashion_mnist', environment);
    await ensureDownloaded(remote, join(folder, basename(file.urls[0])), options);
  }
  return folder;
}
