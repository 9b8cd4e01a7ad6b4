import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { describeMachine, experimentName, flattenConfig, gitCommit } from '../../src/tracking/run-description.js';
import { temporaryFolder } from '../support/runs.js';

describe('flattenConfig', () => {
  it('gives one key a scalar, with positions in lists of mappings', () => {
    const config = {
      name: 'baseline',
      model: {
        kernel_size: 3,
        batch_normalization: false,
        layers: [{ type: 'conv2d', kernel_size: [3, 5] }, { type: 'flatten' }],
      },
      training: { optimizer: { name: 'adam', learning_rate: 1e-3 }, early_stopping: null, metrics: [] },
      augmentation: {},
    };
    expect(flattenConfig(config)).toEqual({
      name: 'baseline',
      'model.kernel_size': '3',
      'model.batch_normalization': 'false',
      'model.layers.0.type': 'conv2d',
      'model.layers.0.kernel_size': '[3, 5]',
      'model.layers.1.type': 'flatten',
      'training.optimizer.name': 'adam',
      'training.optimizer.learning_rate': '0.001',
      'training.early_stopping': 'null',
      'training.metrics': '[]',
      augmentation: '{}',
    });
  });
});

describe('experimentName', () => {
  it('is what the file says, else what the environment says, else the name', () => {
    const environment = { MLFLOW_EXPERIMENT_NAME: 'team' };
    const config = { name: 'baseline', tracking: {} };
    expect(experimentName({ ...config, tracking: { experiment: 'kernels' } }, environment)).toBe('kernels');
    expect(experimentName({ ...config, tracking: { experiment: null } }, environment)).toBe('team');
    expect(experimentName({ ...config, tracking: 'none' }, environment)).toBe('team');
    expect(experimentName(config, {})).toBe('baseline');
    expect(experimentName(config, { MLFLOW_EXPERIMENT_NAME: '' })).toBe('baseline');
  });
});

describe('describeMachine', () => {
  it('fills every property', () => {
    expect(Object.keys(describeMachine())).toEqual(['hostname', 'platform', 'cpu', 'cores', 'memory']);
    expect(Object.values(describeMachine())).not.toContain('');
  });
});

describe('gitCommit', () => {
  it('is the commit that is checked out', async () => {
    const folder = temporaryFolder();
    const git = (...options: string[]): string =>
      execFileSync('git', options, { cwd: folder, encoding: 'utf8' }).trim();
    git('init', '--quiet');
    git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--allow-empty', '--message=x');
    expect(await gitCommit(folder)).toBe(git('rev-parse', 'HEAD'));
  });

  it('is undefined outside of Git', async () => {
    expect(await gitCommit(temporaryFolder())).toBeUndefined();
  });
});
