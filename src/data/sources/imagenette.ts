import type { Imagenette } from '../../config/schema/experiment.generated.js';
import { type Placement, colorShape, imagesVersion, readImageArchive } from './image-archive.js';
import { publishedFiles } from './published-files.js';

/** ImageNet's name of each class, which its folder has, and the usual one. */
const CLASSES = new Map([
  ['n01440764', 'tench'],
  ['n02102040', 'English springer'],
  ['n02979186', 'cassette player'],
  ['n03000684', 'chain saw'],
  ['n03028079', 'church'],
  ['n03394916', 'French horn'],
  ['n03417042', 'garbage truck'],
  ['n03425413', 'gas pump'],
  ['n03445777', 'golf ball'],
  ['n03888257', 'parachute'],
]);
const FOLDERS = [...CLASSES.keys()];

/** Ten easily told classes of ImageNet, the sides of whose images are 160 pixels or more. */
export const imagenette = publishedFiles<Imagenette>({
  published: {
    title: 'Ten easily told classes of ImageNet',
    train: 9_469,
    test: 3_925,
    classes: CLASSES.size,
    licence: 'not stated',
    citation: 'Howard (2019), Imagenette, https://github.com/fastai/imagenette',
    page: 'https://github.com/fastai/imagenette',
    files: [
      {
        urls: ['https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz'],
        bytes: 99_003_388,
        // As in FastAI.jl's registry, with the size that others have measured of it; torchvision's MD5 is of the same file.
        // TensorFlow Datasets has the checksum of the file that was at this address before.
        sha256: '64d0c4859f35a461889e0147755a999a48b49bf38a7e0f9bd27003f10db02fe5',
      },
    ],
  },
  shape: ({ image_size }) => colorShape(image_size, [...CLASSES.values()]),
  get version() {
    return imagesVersion();
  },
  read: ([file], reading, options) => readImageArchive(file, placeOf, reading, options),
});

/** `imagenette2-160/train/n01440764/n01440764_10026.JPEG`; what its makers call `val` is the test. */
function placeOf(path: string): Placement | undefined {
  const [, set, folder] = /(?:^|\/)(train|val)\/(n\d+)\/[^/]+\.JPEG$/.exec(path) ?? [];
  const label = FOLDERS.indexOf(folder);
  return label === -1 ? undefined : { set: set === 'train' ? 'train' : 'test', label };
}
