import type { Cifar100 } from '../../config/schema/experiment.generated.js';
import { type CifarVersion, publishedCifar } from './cifar-binary.js';

/** The classes in the order of their labels, which is that of the alphabet. */
const FINE =
  'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle ' +
  'caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant ' +
  'flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man ' +
  'maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree ' +
  'plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper ' +
  'snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train ' +
  'trout tulip turtle wardrobe whale willow_tree wolf woman worm';

/** Each image has two labels; the second is the class. */
export const cifar100Version: CifarVersion = {
  archive: {
    urls: ['https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz'],
    bytes: 168513733,
    // As in TensorFlow Datasets (url_checksums/cifar100.txt).
    sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
  },
  folder: 'cifar-100-binary',
  files: { train: [{ name: 'train.bin', records: 50_000 }], test: [{ name: 'test.bin', records: 10_000 }] },
  labelBytes: 2,
  classes: FINE.split(' '),
};

export const cifar100 = publishedCifar<Cifar100>(cifar100Version, {
  title: 'Tiny photographs in 100 classes',
  licence: 'not stated',
  citation: 'Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images',
  page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
});
