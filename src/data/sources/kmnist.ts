import type { Kmnist } from '../../config/schema/experiment.generated.js';
import { idxFiles, publishedIdx } from './published-idx.js';

export const kmnist = publishedIdx<Kmnist>(
  {
    title: 'Cursive Japanese characters',
    train: 60_000,
    test: 10_000,
    classes: 10,
    shape: [28, 28, 1],
    licence: 'CC BY-SA 4.0',
    citation: 'Clanuwat et al. (2018), Deep Learning for Classical Japanese Literature, arXiv:1812.01718',
    page: 'https://github.com/rois-codh/kmnist',
    // Checksums as in TensorFlow Datasets (url_checksums/kmnist.txt).
    files: idxFiles(['http://codh.rois.ac.jp/kmnist/dataset/kmnist'], {
      'train-images': [18165135, '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4'],
      'train-labels': [29497, 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17'],
      't10k-images': [3041136, 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5'],
      't10k-labels': [5120, '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c'],
    }),
  },
  // As in kmnist_classmap.csv of its makers, by their readings.
  ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
);
