import { describe, expect, it } from 'vitest';
import { type SpecResult, judge } from './verdict.js';

const spec = (name: string, status: SpecResult['status'] = 'passed'): SpecResult => ({
  name,
  status,
  messages: status === 'failed' ? ['no'] : [],
});
const whole = Array.from({ length: 4200 }, (_, index) => spec(`add ${index}`));
const excluding = (...specs: string[]) => [{ reason: 'no such op', specs }];

describe('judge', () => {
  it('accepts a suite of which only excluded specs fail', () => {
    const verdict = judge([...whole, spec('tan', 'failed'), spec('later', 'pending')], excluding('tan'), true);
    expect(verdict).toEqual({
      passed: 4200,
      failed: 0,
      excluded: 1,
      pending: 1,
      failures: [],
      reasons: [{ reason: 'no such op', count: 1 }],
    });
  });

  it('reports a spec that fails, with its messages', () => {
    const { failed, failures } = judge([...whole, spec('tan', 'failed')], [], true);
    expect(failed).toBe(1);
    expect(failures).toEqual([{ name: 'tan', messages: ['no'] }]);
  });

  it('reports an exclusion that is no longer needed', () => {
    const { failures } = judge([...whole, spec('tan')], excluding('tan'), true);
    expect(failures).toEqual([{ name: 'tan', messages: ['passes: exclusion no longer needed'] }]);
  });

  it('reports an exclusion of a spec that does not exist, unless a filter left it out', () => {
    expect(judge(whole, excluding('tam'), true).failures).toEqual([
      { name: 'tam', messages: ['excluded, but no spec has this name'] },
    ]);
    expect(judge(whole, excluding('tam'), false).failed).toBe(0);
  });

  it('fails a suite that runs far fewer specs than it has, or none', () => {
    expect(judge(whole.slice(0, 100), [], true).failed).toBe(1);
    expect(judge(whole.slice(0, 100), [], false).failed).toBe(0);
    expect(judge([], [], false).failed).toBe(1);
  });
});
