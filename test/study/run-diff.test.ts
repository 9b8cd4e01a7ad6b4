import { describe, expect, it } from 'vitest';
import { runDiffJson, runDiffText } from '../../src/display/run-diff.js';
import { diffRuns } from '../../src/study/run-diff.js';
import { createRun, readSummary, type RunDirectory, writeSummary } from '../../src/tracking/run-store.js';
import { endedRun, identity, temporaryFolder } from '../support/runs.js';

const config = (epochs: number): string =>
  `name: a\ndataset: { name: mnist }\nmodel: { layers: [{ type: flatten }, { type: dense }] }\ntraining: { epochs: ${epochs} }\n`;

/** A finished run of so many epochs. */
function run(epochs: number, metrics: Record<string, number>, changes: Parameters<typeof identity>[0]): RunDirectory {
  const made = createRun(temporaryFolder(), identity({ name: 'a', ...changes }), config(epochs));
  const ended = endedRun();
  const summary = readSummary(ended);
  if (summary) writeSummary(made, { ...summary, id: made.id, epochs, metrics });
  return made;
}

describe('what differs between two runs', () => {
  const first = (): RunDirectory => run(2, { val_accuracy: 0.9, best_epoch: 1, loss: NaN }, { git_commit: 'aaaa' });
  const second = (): RunDirectory =>
    run(
      5,
      { val_accuracy: 0.95, best_epoch: 4, test_loss: 0.1 },
      { versions: { node: '22.0.0', tensorflow: '2.21.0' } },
    );

  it('is its configuration, its code and its metrics', () => {
    const diff = diffRuns(first(), second());
    expect(diff.configuration).toEqual([{ path: 'training.epochs', before: 2, after: 5 }]);
    expect(diff.origin).toEqual([
      { what: 'git commit', before: 'aaaa', after: '0123456789abcdef0123456789abcdef01234567' },
      { what: 'node', before: '20.20.2', after: '22.0.0' },
    ]);
    const text = runDiffText(diff);
    expect(text).toContain('  training.epochs: 2 → 5\n');
    expect(text).toContain('  node: 20.20.2 → 22.0.0\n');
    expect(text).toMatch(/val_accuracy +90\.00 % +95\.00 % +\+5\.00 pp\n/);
    expect(text).toMatch(/best_epoch +1 +4 +\+3\n/);
    expect(text).toMatch(/test_loss +0\.1000\n/);
    expect(JSON.parse(runDiffJson(diff))).toMatchObject({
      metrics: [{ before: 0.9 }, {}, { before: 'NaN' }, { after: 0.1 }],
    });
  });

  it('is nothing between a run and itself', () => {
    const one = first();
    expect(runDiffText(diffRuns(one, one))).toMatch(
      /CONFIGURATION\n {2}the same\n\nCODE, DATA, MACHINE\n {2}the same\n/,
    );
  });
});
