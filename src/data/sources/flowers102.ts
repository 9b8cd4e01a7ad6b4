import { basename } from 'node:path';
import type { Flowers102 } from '../../config/schema/experiment.generated.js';
import { type MatArray, readMatArray } from '../mat-format.js';
import { type Placement, colorShape, imagesVersion, readImageArchive } from './image-archive.js';
import { type Reading, damagedPublished, publishedFiles } from './published-files.js';

/** In the order of their labels; the files have no names, these are those that everyone uses. */
const CLASSES = (
  'pink primrose,hard-leaved pocket orchid,canterbury bells,sweet pea,english marigold,tiger lily,moon orchid,' +
  "bird of paradise,monkshood,globe thistle,snapdragon,colt's foot,king protea,spear thistle,yellow iris," +
  'globe-flower,purple coneflower,peruvian lily,balloon flower,giant white arum lily,fire lily,pincushion flower,' +
  'fritillary,red ginger,grape hyacinth,corn poppy,prince of wales feathers,stemless gentian,artichoke,' +
  'sweet william,carnation,garden phlox,love in the mist,mexican aster,alpine sea holly,ruby-lipped cattleya,' +
  'cape flower,great masterwort,siam tulip,lenten rose,barbeton daisy,daffodil,sword lily,poinsettia,' +
  'bolero deep blue,wallflower,marigold,buttercup,oxeye daisy,common dandelion,petunia,wild pansy,primula,' +
  'sunflower,pelargonium,bishop of llandaff,gaura,geranium,orange dahlia,pink-yellow dahlia,cautleya spicata,' +
  'japanese anemone,black-eyed susan,silverbush,californian poppy,osteospermum,spring crocus,bearded iris,' +
  'windflower,tree poppy,gazania,azalea,water lily,rose,thorn apple,morning glory,passion flower,lotus,toad lily,' +
  'anthurium,frangipani,clematis,hibiscus,columbine,desert-rose,tree mallow,magnolia,cyclamen,watercress,' +
  'canna lily,hippeastrum,bee balm,ball moss,foxglove,bougainvillea,camellia,mallow,mexican petunia,bromelia,' +
  'blanket flower,trumpet creeper,blackberry lily'
).split(',');

const FOLDER = 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102';

/** Photographs of flowers that are usual in Great Britain. */
export const flowers102 = publishedFiles<Flowers102>({
  published: {
    title: 'Flowers of 102 kinds',
    train: 1_020,
    validation: 1_020,
    test: 6_149,
    classes: CLASSES.length,
    licence: 'not stated',
    citation: 'Nilsback and Zisserman (2008), Automated Flower Classification over a Large Number of Classes',
    page: 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/',
    // As in TensorFlow Datasets (url_checksums/oxford_flowers102.txt).
    files: [
      {
        urls: [`${FOLDER}/102flowers.tgz`],
        bytes: 344_862_509,
        sha256: '2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246',
      },
      {
        urls: [`${FOLDER}/imagelabels.mat`],
        bytes: 502,
        sha256: '4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d',
      },
      {
        urls: [`${FOLDER}/setid.mat`],
        bytes: 14_989,
        sha256: '46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd',
      },
    ],
  },
  shape: ({ image_size }) => colorShape(image_size, CLASSES),
  get version() {
    return imagesVersion();
  },
  read: async ([images, labels, sets], reading, options) => {
    const places = await readPlaces(labels, sets, reading);
    await readImageArchive(images, (path) => places.get(basename(path)), reading, options);
  },
});

const SETS = { trnid: 'train', valid: 'validation', tstid: 'test' } as const;

/** `labels` of [1, count], from 1; the numbers of each set's images, from 1, in `trnid`, `valid` and `tstid`. */
async function readPlaces(labelsFile: string, setsFile: string, { sets }: Reading): Promise<Map<string, Placement>> {
  const most = Object.values(sets.most).reduce((sum, count) => sum + count, 0);
  const all = (array: MatArray): Promise<number[]> => allNumbers(array, most);
  const labels = await readMatArray(labelsFile, 'labels', all);
  const places = new Map<string, Placement>();
  for (const [name, set] of Object.entries(SETS)) {
    for (const image of await readMatArray(setsFile, name, all)) {
      const label = labels.at(image - 1) ?? 0;
      if (!Number.isInteger(label) || label < 1 || label > CLASSES.length)
        throw damagedPublished(
          labelsFile,
          `expected a label from 1 to ${CLASSES.length} of image ${image}, found ${label}`,
        );
      places.set(`image_${String(image).padStart(5, '0')}.jpg`, { set, label: label - 1 });
    }
  }
  return places;
}

async function allNumbers({ length, take, place }: MatArray, most: number): Promise<number[]> {
  if (length > most) throw damagedPublished(place, `expected at most ${most} numbers, found ${length}`);
  return [...(await take(length))];
}
