import type { Medmnist } from '../../config/schema/experiment.generated.js';
import type { LoadOptions } from '../dataset.js';
import type { Checksum } from '../download.js';
import { openNpz } from '../tables/formats/npz-table.js';
import { type Cell, type RowBatch, isNumberArray } from '../tables/table.js';
import { type PublishedSource, type Reading, damagedPublished, publishedFiles } from './published-files.js';

/** One of the datasets of MedMNIST v2. */
interface Subset {
  title: string;
  /** Numbers of images. */
  counts: { train: number; validation: number; test: number };
  channels: 1 | 3;
  /** In the order of their labels. */
  classes: readonly string[];
  file: Checksum & { bytes: number };
}

const ORGANS = [
  'bladder',
  'femur-left',
  'femur-right',
  'heart',
  'kidney-left',
  'kidney-right',
  'liver',
  'lung-left',
  'lung-right',
  'pancreas',
  'spleen',
];

function subset(name: Medmnist['name'], { title, counts, channels, classes, file }: Subset): PublishedSource<Medmnist> {
  const shape = { height: 28, width: 28, channels, classes };
  return publishedFiles<Medmnist>({
    published: {
      title,
      ...counts,
      classes: classes.length,
      shape: [28, 28, channels],
      licence: 'CC BY 4.0',
      citation: 'Yang et al. (2023), MedMNIST v2, Scientific Data 10:41, doi:10.1038/s41597-022-01721-8',
      page: 'https://medmnist.com/',
      files: [{ urls: [`https://zenodo.org/records/10519652/files/${name}.npz`], ...file }],
    },
    shape: () => shape,
    version: 'npz 1',
    read: ([path], reading, options) => readNpz(path, reading, options),
  });
}

/**
 * Those of MedMNIST v2 whose images are flat and have one class each, 28×28, as Zenodo's record 10519652 has them (2024, without
 * the doubles of earlier ones). Numbers, classes, licences and MD5 as in medmnist/info.py of the makers' package; sizes as
 * others have downloaded them. DermaMNIST isn't among them: no source was found that tells its exact size.
 */
export const medmnist: Record<Medmnist['name'], PublishedSource<Medmnist>> = {
  pathmnist: subset('pathmnist', {
    title: 'Tissue of the colon, stained',
    counts: { train: 89_996, validation: 10_004, test: 7_180 },
    channels: 3,
    classes: [
      'adipose',
      'background',
      'debris',
      'lymphocytes',
      'mucus',
      'smooth muscle',
      'normal colon mucosa',
      'cancer-associated stroma',
      'colorectal adenocarcinoma epithelium',
    ],
    file: { bytes: 205_615_438, md5: 'a8b06965200029087d5bd730944a56c1' },
  }),
  octmnist: subset('octmnist', {
    title: 'The retina by optical coherence tomography',
    counts: { train: 97_477, validation: 10_832, test: 1_000 },
    channels: 1,
    classes: ['choroidal neovascularization', 'diabetic macular edema', 'drusen', 'normal'],
    file: { bytes: 54_938_180, md5: 'c68d92d5b585d8d81f7112f81e2d0842' },
  }),
  pneumoniamnist: subset('pneumoniamnist', {
    title: "X-rays of children's chests, with pneumonia and without",
    counts: { train: 4_708, validation: 524, test: 624 },
    channels: 1,
    classes: ['normal', 'pneumonia'],
    file: { bytes: 4_170_669, md5: '28209eda62fecd6e6a2d98b1501bb15f' },
  }),
  retinamnist: subset('retinamnist', {
    title: "Photographs of the retina: grades of the diabetic's retinopathy",
    counts: { train: 1_080, validation: 120, test: 400 },
    channels: 3,
    classes: ['0', '1', '2', '3', '4'],
    file: { bytes: 3_291_041, md5: 'bd4c0672f1bba3e3a89f0e4e876791e4' },
  }),
  breastmnist: subset('breastmnist', {
    title: 'Ultrasound of the breast, with a malignant tumour and without',
    counts: { train: 546, validation: 78, test: 156 },
    channels: 1,
    classes: ['malignant', 'normal or benign'],
    file: { bytes: 559_580, md5: '750601b1f35ba3300ea97c75c52ff8f6' },
  }),
  bloodmnist: subset('bloodmnist', {
    title: 'Cells of the blood under the microscope',
    counts: { train: 11_959, validation: 1_712, test: 3_421 },
    channels: 3,
    classes: [
      'basophil',
      'eosinophil',
      'erythroblast',
      'immature granulocyte',
      'lymphocyte',
      'monocyte',
      'neutrophil',
      'platelet',
    ],
    file: { bytes: 35_461_855, md5: '7053d0359d879ad8a5505303e11de1dc' },
  }),
  tissuemnist: subset('tissuemnist', {
    title: 'Cells of the kidney under the microscope',
    counts: { train: 165_466, validation: 23_640, test: 47_280 },
    channels: 1,
    classes: [
      'collecting duct, connecting tubule',
      'distal convoluted tubule',
      'glomerular endothelial cells',
      'interstitial endothelial cells',
      'leukocytes',
      'podocytes',
      'proximal tubule segments',
      'thick ascending limb',
    ],
    file: { bytes: 124_962_739, md5: 'ebe78ee8b05294063de985d821c1c34b' },
  }),
  organamnist: subset('organamnist', {
    title: 'Organs in computed tomography, axial slices',
    counts: { train: 34_561, validation: 6_491, test: 17_778 },
    channels: 1,
    classes: ORGANS,
    file: { bytes: 38_247_708, md5: '68e3f8846a6bd62f0c9bf841c0d9eacc' },
  }),
  organcmnist: subset('organcmnist', {
    title: 'Organs in computed tomography, coronal slices',
    counts: { train: 12_975, validation: 2_392, test: 8_216 },
    channels: 1,
    classes: ORGANS,
    file: { bytes: 15_526_411, md5: 'b9ceb9546e10131b32923c5bbeaea2b1' },
  }),
  organsmnist: subset('organsmnist', {
    title: 'Organs in computed tomography, sagittal slices',
    counts: { train: 13_932, validation: 2_452, test: 8_827 },
    channels: 1,
    classes: ORGANS,
    file: { bytes: 16_528_359, md5: '9ab87b696fb54e2a387ebe992d6ed5f1' },
  }),
};

/** Arrays of NumPy: `train_images` [count, 28, 28] or [count, 28, 28, 3], `train_labels` [count, 1], and so on. */
async function readNpz(file: string, reading: Reading, options: LoadOptions): Promise<void> {
  for (const set of ['train', 'validation', 'test'] as const) {
    const table = await openNpz(file, set);
    const [images, labels] = ['images', 'labels'].map((name) => {
      const column = table.columns.findIndex((each) => each.name === name);
      if (column === -1) throw damagedPublished(file, `holds no ${name} for ${set}`);
      return column;
    });
    for await (const batch of table.batches(options)) {
      const pixels = batch.column(images).map((cell, row) => pixelsOf(cell, reading, batch.place(row, images)));
      await reading.sets.add(set, Buffer.concat(pixels), labelsOf(batch, labels, reading.shape.classes.length));
    }
  }
}

function pixelsOf(cell: Cell, { shape: { height, width, channels } }: Reading, place: string): Uint8Array {
  const size = [height, width, ...(channels === 1 ? [] : [channels])];
  if (!isNumberArray(cell) || !(cell.data instanceof Uint8Array) || cell.shape.join() !== size.join())
    throw damagedPublished(place, `expected an image, uint8 of [${size.join(', ')}]`);
  return cell.data;
}

function labelsOf({ column, place }: RowBatch, labels: number, classes: number): number[] {
  return column(labels).map((cell, row) => {
    const label = isNumberArray(cell) && cell.data.length === 1 ? cell.data[0] : NaN;
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    throw damagedPublished(place(row, labels), `expected a label from 0 to ${classes - 1}`);
  });
}
