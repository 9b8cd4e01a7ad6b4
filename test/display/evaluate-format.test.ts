import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { classificationReport } from '../../src/analysis/classification-report.js';
import { worstImages } from '../../src/analysis/worst-images.js';
import { type Evaluated, evaluationsText } from '../../src/display/evaluate-format.js';

it.each(['image', 'row'] as const)('an evaluation calls what it is of by its name: %s', (noun) => {
  const classes = ['no', 'yes'];
  const answered = {
    labels: Int32Array.from([0, 0, 1, 1]),
    predictions: Int32Array.from([0, 1, 1, 0]),
    values: Float32Array.from([0.9, 0.1, 0.2, 0.8, 0.3, 0.7, 0.6, 0.4]),
  };
  const evaluated: Evaluated = {
    model: { name: 'm', classes, endsIn: 'softmax', dataset: { name: 'd', digest: '' } },
    noun,
    tested: { ...answered, digest: '', robustness: [] },
    report: classificationReport({ classes, ...answered, probabilities: answered.values }),
    worst: worstImages(answered, 2),
    listed: 1,
    robustness: [],
  };
  const text = stripVTControlCharacters(evaluationsText([evaluated], []));
  const [own, other] = noun === 'row' ? ['row', 'image'] : ['image', 'row'];
  expect(text).toMatch(new RegExp(`of 4 test ${own}s\\n`));
  expect(text).toMatch(new RegExp(`^CLASS +${own.toUpperCase()}S `, 'm'));
  expect(text).toMatch(new RegExp(`^WORST ${own.toUpperCase()} `, 'm'));
  expect(text).toContain(`of 2 wrongly classified ${own}s`);
  expect(text.toLowerCase()).not.toContain(other);
});
