import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StatusLine, showProgress } from '../../src/display/status-line.js';

describe('progress that is not on a terminal', () => {
  let stream: PassThrough;
  let status: StatusLine;
  const lines = (): string[] => ((stream.read() as Buffer | null)?.toString() ?? '').split('\n').slice(0, -1);

  beforeEach(() => {
    vi.useFakeTimers();
    stream = new PassThrough();
    status = showProgress(stream as unknown as NodeJS.WriteStream);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('is not told of what takes less than a second', () => {
    status.update('Starting');
    vi.advanceTimersByTime(900);
    status.clear();
    vi.advanceTimersByTime(10_000);
    expect(lines()).toEqual([]);
  });

  it('is told in lines, the latest each time, none twice', () => {
    status.update('1 of 9');
    status.update('2 of 9');
    vi.advanceTimersByTime(1000);
    expect(lines()).toEqual(['2 of 9']);
    vi.advanceTimersByTime(10_000);
    expect(lines()).toEqual([]);
    status.onProgress({ type: 'data-progress', step: 'decode', subject: 'a\nb', done: 3, total: 9, unit: 'images' });
    vi.advanceTimersByTime(60_000);
    expect(lines()).toEqual([String.raw`Decoding a\nb: 3 of 9 images`]);
  });

  it('takes a line a minute of what takes an hour', () => {
    for (let second = 0; second < 3600; second++) {
      status.update(`${second} of 3600`);
      vi.advanceTimersByTime(1000);
    }
    const told = lines();
    expect(told.length).toBeGreaterThan(50);
    expect(told.length).toBeLessThan(70);
  });
});
