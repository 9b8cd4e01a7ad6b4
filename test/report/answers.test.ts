import { describe, expect, it } from 'vitest';
import { renderAnswers } from '../../src/report/answers.js';
import { inventStudy } from '../support/studies.js';

describe('a page of answers', () => {
  const grid = { 'model.kernel_size': [3, 5], 'training.early_stopping': [null, { monitor: 'val_loss', patience: 3 }] };
  const page = renderAnswers([inventStudy({ grid, seeds: 6 })]);

  it('speaks of things, in percent and percentage points, not of keys and fractions', () => {
    expect(page).toMatch(
      /^- \*\*.*\*\* Best of 4, 9\d\.\d+ %: 5×5 kernels \+ no early stopping and 3×3 kernels \+ early stopping, no practical/m,
    );
    expect(page).toMatch(
      /Compared by validation accuracy, 6 seeds\. Behind .*: .* −0\.\d+ percentage points \([\d.]+ % interval/,
    );
    expect(page).toMatch(/^\| [35]×[35] kernels \+ (no )?early stopping \| +\d \|/m);
    expect(page).toMatch(/^\| kernel size \| 3×3 kernels/m);
    expect(page).not.toMatch(/val_accuracy|kernel_size=|early_stopping=/);
  });

  it('keeps the labels where words would call two variants the same', () => {
    const same = renderAnswers([inventStudy({ grid: { 'model.layers.4.rate': [0.1, 0.10000001] }, seeds: 3 })]);
    expect(same).toMatch(/rate=0\.1/);
  });
});
