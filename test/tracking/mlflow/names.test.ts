import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeName,
  encodeArtifactPath,
  encodeName,
  isShortened,
  loggedModelName,
  wholeNameTag,
} from '../../../src/tracking/mlflow/names.js';

/** Names made of what is special in them, and of anything. */
const name = fc.oneof(
  fc
    .array(fc.constantFrom('_', 'x', '_x', '.', '..', '/', '//', '0041', '@', 'a', '😀', '_xL', 'é'))
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

describe('encodeName', () => {
  it.each([
    ['train_loss', 'train_loss'],
    ['best_val_accuracy', 'best_val_accuracy'],
    ['system/cpu utilization: 3.5-a', 'system/cpu utilization: 3.5-a'],
    ['recall/猫', 'recall/猫'],
    ['accuracy@5', 'accuracy_x0040_5'],
    ['loss (mean)', 'loss _x0028_mean_x0029_'],
    ['', '_x_'],
    ['..', '_x002E__x002E_'],
    ['/a//b/', '_x002F_a/_x002F_b_x002F_'],
    ['./a/../.b', '_x002E_/a/_x002E__x002E_/.b'],
    ['max_x', 'max_x005F_x'],
    ['😀', '_x1F600_'],
  ])('writes %j as %j', (plain, encoded) => {
    expect(encodeName(plain)).toBe(encoded);
  });

  it('can be undone', () => {
    fc.assert(
      fc.property(name, (plain) => {
        const encoded = encodeName(plain);
        fc.pre(!isShortened(encoded));
        expect(decodeName(encoded)).toBe(plain);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives names that MLflow takes: its characters, no path that is another, its length', () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'binary', minLength: 200, maxLength: 400 })), (plain) => {
        const encoded = encodeName(plain);
        expect(encoded).toMatch(/^[\p{L}\p{Nd}_\-./: ]+$/u);
        expect(encoded.split('/').filter((part) => ['', '.', '..'].includes(part))).toEqual([]);
        expect(encoded.length).toBeLessThanOrEqual(250);
      }),
      { numRuns: 500 },
    );
  });

  it('shortens names that are too long to different ones, each with a tag for its whole', () => {
    const names = [`${'a'.repeat(300)}1`, `${'a'.repeat(300)}2`].map(encodeName);
    expect(names.every(isShortened)).toBe(true);
    expect(new Set(names).size).toBe(2);
    expect(new Set(names.map(wholeNameTag)).size).toBe(2);
    expect(names.map(wholeNameTag)).toEqual(names.map((shortened) => `ablate.name.${shortened.slice(-17, -1)}`));
  });
});

describe('encodeArtifactPath', () => {
  it('changes only what a path on the server can not hold', () => {
    expect(encodeArtifactPath('artifacts/confusion matrix (é).png')).toBe('artifacts/confusion matrix (é).png');
    expect(encodeArtifactPath('100%/c#/a:b\\c?/ d')).toBe('100_x0025_/c_x0023_/a_x003A_b_x005C_c_x003F_/_x0020_d');
  });
});

it.each([
  ['kernel_size=3 learning_rate=0.001 · seed 1', 'kernel_size=3 learning_rate=0_001 · seed 1'],
  ['a/b:c"d\'e%', 'a_b_c_d_e_'],
  ['', 'model'],
])('the logged model of a run %s is %s', (name, expected) => {
  expect(loggedModelName(name)).toBe(expected);
});
