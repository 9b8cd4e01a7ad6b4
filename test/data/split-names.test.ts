import { describe, expect, it } from 'vitest';
import { splitNames } from '../../src/data/images/split-names.js';

const rolesOf = (...names: string[]) => Object.fromEntries(splitNames(names).map(({ name, role }) => [name, role]));

describe('names of sets', () => {
  it.for([
    ['Training', 'Testing'],
    ['training_set', 'test_set'],
    ['Train', 'Test'],
    ['TRAIN', 'TEST'],
    ['trainset', 'testset'],
    ['TrainImages', 'TestImages'],
    ['train2017', 'test2017'],
    ['seg_train', 'seg_test'],
    ['asl_alphabet_train', 'asl_alphabet_test'],
    ['fruits-360 Training', 'fruits-360 Test'],
    ['01-train', '02-holdout'],
    ['trainval', 'test'],
    ['train_val', 'test'],
  ])('%s and %s are the training and the test set', ([train, test]) => {
    expect(rolesOf(train, test)).toEqual({ [train]: 'train', [test]: 'test' });
  });

  it('for validation are as many', () => {
    for (const name of [
      'val',
      'Valid',
      'validation',
      'VALIDATION_SET',
      'dev',
      'valset',
      'val2017',
      'validation-images',
    ])
      expect(rolesOf(name)).toEqual({ [name]: 'validation' });
    expect(rolesOf('evaluation', 'eval')).toEqual({ evaluation: 'evaluation', eval: 'evaluation' });
  });

  it('are not those of classes that have a word in common with them', () => {
    expect(rolesOf('train_station', 'passenger_train', 'test_tube', 'crash_test', 'developer', 'valley')).toEqual({});
    expect(rolesOf('attest', 'contest', 'constraint', '01', 'set', 'data')).toEqual({});
  });
});
