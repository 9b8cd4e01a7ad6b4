import type { FashionMnist } from '../../config/schema/experiment.generated.js';
import { idxFiles, publishedIdx } from './published-idx.js';

const FOLDERS = [
  'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com',
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
];

export const fashionMnist = publishedIdx<FashionMnist>(
  {
    title: "Zalando's articles of clothing",
    train: 60_000,
    test: 10_000,
    classes: 10,
    shape: [28, 28, 1],
    licence: 'MIT',
    citation: 'Xiao, Rasul and Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747',
    page: 'https://github.com/zalandoresearch/fashion-mnist',
    // Checksums as in TensorFlow Datasets (url_checksums/fashion_mnist.txt).
    files: idxFiles(FOLDERS, {
      'train-images': [26421880, '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84'],
      'train-labels': [29515, 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845'],
      't10k-images': [4422102, '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073'],
      't10k-labels': [5148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'],
    }),
  },
  ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
);
