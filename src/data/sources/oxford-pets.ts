import { basename } from 'node:path';
import type { OxfordPets } from '../../config/schema/experiment.generated.js';
import type { TaskOptions } from '../dataset.js';
import { tarMembers } from '../tables/formats/tar-members.js';
import { type Placement, colorShape, imagesVersion, readImageArchive } from './image-archive.js';
import { damagedPublished, publishedFiles } from './published-files.js';

/** As their images' names begin, in the order of the labels; cats begin with a capital. */
const CLASSES = (
  'Abyssinian american_bulldog american_pit_bull_terrier basset_hound beagle Bengal Birman Bombay boxer ' +
  'British_Shorthair chihuahua Egyptian_Mau english_cocker_spaniel english_setter german_shorthaired ' +
  'great_pyrenees havanese japanese_chin keeshond leonberger Maine_Coon miniature_pinscher newfoundland Persian ' +
  'pomeranian pug Ragdoll Russian_Blue saint_bernard samoyed scottish_terrier shiba_inu Siamese Sphynx ' +
  'staffordshire_bull_terrier wheaten_terrier yorkshire_terrier'
).split(' ');

const FOLDERS = ['https://www.robots.ox.ac.uk/~vgg/data/pets/data', 'https://thor.robots.ox.ac.uk/~vgg/data/pets'];

/** Cats and dogs of 37 breeds, some 200 photographs of each. */
export const oxfordPets = publishedFiles<OxfordPets>({
  published: {
    title: 'Cats and dogs of 37 breeds',
    train: 3_680,
    test: 3_669,
    classes: CLASSES.length,
    licence: 'CC BY-SA 4.0',
    citation: 'Parkhi, Vedaldi, Zisserman and Jawahar (2012), Cats and Dogs, CVPR',
    page: 'https://www.robots.ox.ac.uk/~vgg/data/pets/',
    // As in TensorFlow Datasets (url_checksums/oxford_iiit_pet.txt).
    files: [
      {
        urls: FOLDERS.map((folder) => `${folder}/annotations.tar.gz`),
        bytes: 19_173_078,
        sha256: '52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91',
      },
      {
        urls: FOLDERS.map((folder) => `${folder}/images.tar.gz`),
        bytes: 791_918_971,
        sha256: '67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d',
      },
    ],
  },
  shape: ({ image_size }) => colorShape(image_size, CLASSES),
  get version() {
    return imagesVersion();
  },
  read: async ([annotations, images], reading, options) => {
    const places = await readLists(annotations, options);
    await readImageArchive(images, (path) => places.get(basename(path)), reading, options);
  },
});

const LISTS = { 'trainval.txt': 'train', 'test.txt': 'test' } as const;

/** What each image is for: lists of lines such as `Abyssinian_100 1 1 1`, name, class from 1, species and breed. */
async function readLists(file: string, { signal }: TaskOptions): Promise<Map<string, Placement>> {
  const places = new Map<string, Placement>();
  const isList = (path: string): boolean => Object.hasOwn(LISTS, basename(path));
  for await (const { path, bytes } of tarMembers(file, { signal }, isList)) {
    const set = LISTS[basename(path) as keyof typeof LISTS];
    for (const line of bytes.toString('utf8').split('\n').filter(Boolean)) {
      const [, name, breed, label] = /^((\w+)_\d+) (\d+) \d+ \d+\s*$/.exec(line) ?? [];
      if (CLASSES.indexOf(breed) !== Number(label) - 1)
        throw damagedPublished(
          `${file}: ${path}`,
          `expected lines such as Abyssinian_100 1 1 1, found ${line.slice(0, 40)}`,
        );
      places.set(`${name}.jpg`, { set, label: Number(label) - 1 });
    }
  }
  return places;
}
