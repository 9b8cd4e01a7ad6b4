import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, chooseRun } from '../../src/sweep/trial-choice.js';

const run = (id: string, changes: Partial<Candidate> = {}): Candidate => ({
  id,
  status: 'FINISHED',
  digest: 'now',
  own: true,
  ...changes,
});

describe('what to do for a trial', () => {
  it.each([
    ['takes the newest finished run', [run('a'), run('b')], false, { type: 'reuse', run: 'b' }],
    ['takes one of another sweep', [run('a', { own: false })], false, { type: 'reuse', run: 'a' }],
    ['trains anew where the data have changed', [run('a', { digest: 'before' })], false, { type: 'train' }],
    ['takes what diverged for an answer', [run('a', { status: 'DIVERGED' })], false, { type: 'reuse', run: 'a' }],
    ['trains what diverged again if asked', [run('a', { status: 'DIVERGED' })], true, { type: 'train' }],
    ['takes what it has pruned itself', [run('a', { status: 'PRUNED' })], false, { type: 'reuse', run: 'a' }],
    ['trains what another sweep pruned', [run('a', { status: 'PRUNED', own: false })], false, { type: 'train' }],
    ['resumes what was killed', [run('a', { status: 'KILLED' })], false, { type: 'resume', run: 'a' }],
    ['resumes what failed', [run('a', { status: 'FAILED' })], false, { type: 'resume', run: 'a' }],
    [
      'resumes what was interrupted before it knew its data',
      [run('a', { status: 'UNFINISHED', digest: undefined })],
      false,
      { type: 'resume', run: 'a' },
    ],
    ['leaves the open runs of others', [run('a', { status: 'KILLED', own: false })], false, { type: 'train' }],
    ['prefers what is done', [run('a'), run('b', { status: 'KILLED' })], false, { type: 'reuse', run: 'a' }],
  ] as const)('%s', (_, candidates, rerunFailed, choice) => {
    expect(chooseRun(candidates, 'now', rerunFailed)).toEqual(choice);
  });

  it('never takes or resumes a run on other data, or an open run of another sweep', () => {
    const candidate = fc.record({
      id: fc.uuid(),
      status: fc.constantFrom('FINISHED', 'FAILED', 'KILLED', 'PRUNED', 'DIVERGED', 'UNFINISHED'),
      digest: fc.constantFrom('now', 'before', undefined),
      own: fc.boolean(),
    }) as fc.Arbitrary<Candidate>;
    fc.assert(
      fc.property(fc.array(candidate), fc.boolean(), (candidates, rerunFailed) => {
        const choice = chooseRun(candidates, 'now', rerunFailed);
        if (choice.type === 'train') return;
        const chosen = candidates.find(({ id }) => id === choice.run);
        expect(chosen?.digest).not.toBe('before');
        if (choice.type === 'resume') expect(chosen?.own).toBe(true);
        else expect(chosen?.digest).toBe('now');
      }),
    );
  });
});
