import { expect, it } from 'vitest';
import { SweepView } from '../../src/display/sweep/sweep-view.js';
import type { SweepProgress } from '../../src/sweep/sweep-progress.js';

it('a reason of several lines is told once, then by its first line', () => {
  const facts = { metric: { name: 'val_accuracy', goal: 'maximize' as const }, total: 3, jobs: 1, seeds: 3 };
  const view = new SweepView(facts, () => 0);
  const retried = (seed: number, reason: string): SweepProgress => {
    const trial = { variant: { index: 0, values: {} }, seed, label: 'kernel_size=3' };
    return { type: 'trial-retried', trial, reason, attempt: 2 } as SweepProgress;
  };
  const reason = "can't download data.gz\n  https://example.org/data.gz: HTTP 404\nset dataset.path to a copy";
  expect(view.next(retried(0, reason))[0]).toContain(reason);
  expect(view.next(retried(1, reason))).toEqual([
    expect.stringMatching(/seed 1: can't download data.gz \(as before\)/),
  ]);
  expect(view.next(retried(2, 'another'))[0]).toContain('another (attempt 2)');
});
