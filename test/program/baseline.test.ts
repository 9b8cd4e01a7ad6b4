import { describe, expect, it } from 'vitest';
import { resolve } from 'node:path';
import { Workspace } from '../support/program.js';

describe('experiments/baseline.yaml', () => {
  it('reaches 98.5 % of the test set of full MNIST in its own epochs', async () => {
    const workspace = new Workspace();
    const result = await workspace.ablate(['run', resolve('experiments/baseline.yaml')]);
    expect(result.code, result.stderr).toBe(0);
    const { metrics, status } = workspace.summary(workspace.runs()[0]);
    expect(status).toBe('FINISHED');
    expect(metrics.test_accuracy).toBeGreaterThanOrEqual(0.985);
  });
});
