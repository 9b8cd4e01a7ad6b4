import type { Cifar10 } from '../../config/schema/experiment.generated.js';
import { type CifarVersion, publishedCifar } from './cifar-binary.js';

const batch = (name: string): { name: string; records: number } => ({ name, records: 10_000 });

export const cifar10Version: CifarVersion = {
  archive: {
    urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
    bytes: 170052171,
    // As in TensorFlow Datasets (url_checksums/cifar10.txt).
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  },
  folder: 'cifar-10-batches-bin',
  files: { train: [1, 2, 3, 4, 5].map((number) => batch(`data_batch_${number}.bin`)), test: [batch('test_batch.bin')] },
  labelBytes: 1,
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};

export const cifar10 = publishedCifar<Cifar10>(cifar10Version, {
  title: 'Tiny photographs in 10 classes',
  licence: 'not stated',
  citation: 'Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images',
  page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
});
