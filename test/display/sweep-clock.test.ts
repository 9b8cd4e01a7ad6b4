import { describe, expect, it } from 'vitest';
import { secondsLeft, type Underway } from '../../src/display/sweep/sweep-clock.js';

const trial = (changes: Partial<Underway>): Underway => ({ seconds: 10, before: 0, share: 0.5, from: 0, ...changes });

describe('the seconds that a sweep has left', () => {
  it('are shared among its workers', () => {
    const pace = { trained: 2, trainedSeconds: 20, running: [], waiting: 8 };
    expect(secondsLeft({ ...pace, workers: 1 })).toBe(80);
    expect(secondsLeft({ ...pace, workers: 4 })).toBe(20);
  });

  it('are never less than the longest of the trials that continue', () => {
    const pace = { trained: 1, trainedSeconds: 1, running: [trial({ seconds: 30, share: 0.25 })], waiting: 0 };
    expect(secondsLeft({ ...pace, workers: 8 })).toBe(90);
  });

  it('are unknown as long as no trial tells how long one takes', () => {
    const pace = { trained: 0, trainedSeconds: 0, running: [trial({ share: 0.01 })], waiting: 3, workers: 1 };
    expect(secondsLeft(pace)).toBeNaN();
  });

  it('leave the start of a worker out of the speed of its training', () => {
    // 8 s until the first step, then a tenth of the epochs in 2 s.
    const running = [trial({ seconds: 10, before: 8, share: 0.1 })];
    expect(secondsLeft({ trained: 0, trainedSeconds: 0, running, waiting: 0, workers: 1 })).toBeCloseTo(18);
  });

  it('count only what this session has trained of a resumed trial', () => {
    const running = [trial({ seconds: 10, share: 0.75, from: 0.5 })];
    expect(secondsLeft({ trained: 0, trainedSeconds: 0, running, waiting: 0, workers: 1 })).toBeCloseTo(10);
  });
});
