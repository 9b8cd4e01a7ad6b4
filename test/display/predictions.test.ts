import { describe, expect, it } from 'vitest';
import { decodeCsv } from '../../src/text/csv.js';
import { type Prediction, predictionsCsv } from '../../src/display/predictions.js';
import type { TrainedModel } from '../../src/inference/trained-model.js';

const model: TrainedModel = {
  ...{ name: 'animals', directory: '/nowhere', height: 1, width: 1, channels: 1 },
  ...{ classes: ['cat', '=dog'], endsIn: 'softmax', background: [255, 255, 255] },
  normalization: { mean: [0], standardDeviation: [1] },
  dataset: { name: 'image_folder', digest: '' },
};
const predictions: Prediction[] = [
  {
    image: '@a, "b".png',
    top: [
      { class: '=dog', value: 0.75 },
      { class: 'cat', value: 0.25 },
    ],
  },
  { image: 'c.png', error: 'there is no such file' },
];

describe('predictions as CSV', () => {
  it('are a row an image, of as many classes as there are, the unreadable with the reason', () => {
    expect(decodeCsv(predictionsCsv(model, predictions, 3))).toEqual([
      ['image', 'class', 'probability', 'class_2', 'probability_2', 'error'],
      ['@a, "b".png', '=dog', '0.75', 'cat', '0.25', ''],
      ['c.png', '', '', '', '', 'there is no such file'],
    ]);
  });

  it('let a spreadsheet compute nothing', () => {
    const [, row] = predictionsCsv(model, predictions, 2).split('\n');
    expect(row).toBe(`"'@a, ""b"".png","'=dog",0.75,cat,0.25,`);
  });

  it('call what is no probability an output', () => {
    const [header] = decodeCsv(predictionsCsv({ ...model, endsIn: 'linear' }, [], 2));
    expect(header).toEqual(['image', 'class', 'output', 'class_2', 'output_2', 'error']);
  });
});
