import { expect } from 'vitest';

export interface Closeness {
  /** Of the expected number. */
  relative?: number;
  /** Whatever the number. */
  absolute?: number;
}

/** Expects numbers, wherever they lie in lists and mappings, to agree with others; null only with null. */
export function expectClose(ours: unknown, theirs: unknown, closeness: Closeness = { relative: 1e-9 }): void {
  if (typeof theirs === 'number') {
    const { relative = 0, absolute = 0 } = closeness;
    const bound = relative * Math.abs(theirs) + absolute;
    const own = typeof ours === 'number' ? ours : NaN;
    expect(Math.abs(own - theirs), `${String(ours)} against ${theirs}`).toBeLessThanOrEqual(bound);
  } else if (typeof theirs !== 'object' || theirs === null) {
    expect(ours).toBe(theirs);
  } else {
    const own = { ...(ours as Record<string, unknown>) };
    expect(Object.keys(own).sort()).toEqual(Object.keys(theirs).sort());
    for (const [key, value] of Object.entries(theirs)) expectClose(own[key], value, closeness);
  }
}
