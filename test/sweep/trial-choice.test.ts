import { describe, expect, it } from 'vitest';
import { chooseRun, type Candidate, type Choice } from '../../src/sweep/trial-choice.js';

const candidate = (changes: Partial<Candidate>): Candidate => ({
  id: 'run',
  status: 'FINISHED',
  digest: 'data',
  own: true,
  ...changes,
});

describe('chooseRun', () => {
  const reuse: Choice = { type: 'reuse', run: 'run' };
  const resume: Choice = { type: 'resume', run: 'run' };
  const train: Choice = { type: 'train' };

  it.each<[string, Partial<Candidate>, Choice, Choice?]>([
    ['takes what finished, whoever made it', { own: false }, reuse],
    ['trains again when the data have changed', { digest: 'others' }, train],
    ['takes what diverged, unless asked to try again', { status: 'DIVERGED' }, reuse, train],
    ['takes what was pruned in this sweep', { status: 'PRUNED' }, reuse],
    ['leaves what another sweep pruned', { status: 'PRUNED', own: false }, train],
    ['goes on with what was interrupted', { status: 'KILLED' }, resume],
    ['goes on with what failed', { status: 'FAILED' }, resume],
    ['goes on with what was cut short before it read its data', { status: 'UNFINISHED', digest: undefined }, resume],
    ["never goes on with another sweep's run", { status: 'UNFINISHED', own: false }, train],
    ['never goes on with a run on other data', { status: 'KILLED', digest: 'others' }, train],
  ])('%s', (_, changes, choice, choiceOnRerun = choice) => {
    expect(chooseRun([candidate(changes)], 'data', false)).toEqual(choice);
    expect(chooseRun([candidate(changes)], 'data', true)).toEqual(choiceOnRerun);
  });

  it('prefers what is done to what is not, and the newest of either', () => {
    const done = [candidate({ id: 'old' }), candidate({ id: 'new' })];
    const open = [candidate({ id: 'first', status: 'KILLED' }), candidate({ id: 'last', status: 'FAILED' })];
    expect(chooseRun([...done, ...open], 'data', false)).toEqual({ type: 'reuse', run: 'new' });
    expect(chooseRun(open, 'data', false)).toEqual({ type: 'resume', run: 'last' });
    expect(chooseRun([], 'data', false)).toEqual(train);
  });
});
