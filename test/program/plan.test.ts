import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Workspace } from '../support/program.js';

const baseline = resolve('experiments/baseline.yaml');
/** No TensorFlow is found, and none installed. */
const withoutTensorFlow = { ABLATE_TENSORFLOW: resolve('no-such-folder') };

interface PlanDocument {
  parameters: number;
  steps: number;
  layers: { name: string; output_shape: number[] }[];
  memory_bytes: { total: number; measured_process: number | null };
  time: { seconds: number; measured_steps: number; device: string } | null;
}

describe('ablate plan', () => {
  it('tells the baseline as counted by hand, without TensorFlow', async () => {
    const workspace = new Workspace();
    const words = ['plan', baseline, 'training.epochs=3', '--no-calibration', '--json'];
    const result = await workspace.ablate(words, withoutTensorFlow);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const layer = (name: string, outputShape: number[], parameters: number, flops: number): object =>
      expect.objectContaining({ name, output_shape: outputShape, parameters, flops }) as object;
    const weights = 4 * 693_962;
    const outputs = 26 * 26 * 32 + 13 * 13 * 32 + 5408 + 128 + 10 + 10;
    const memory = {
      weights,
      gradients: weights,
      optimizer_slots: 2 * weights,
      best_weights: weights,
      activations: 128 * 4 * (28 * 28 + outputs),
      dataset: 70_000 * (28 * 28 + 4),
    };
    expect(JSON.parse(result.stdout)).toMatchObject({
      name: 'baseline',
      dataset: { name: 'mnist', train: 54_000, validation: 6000, test: 10_000 },
      layers: [
        layer('conv2d', [26, 26, 32], (3 * 3 + 1) * 32, 2 * 3 * 3 * 32 * 26 * 26),
        layer('pooling2d', [13, 13, 32], 0, 0),
        layer('flatten', [5408], 0, 0),
        layer('dense', [128], (5408 + 1) * 128, 2 * 5408 * 128),
        layer('dense_1', [10], (128 + 1) * 10, 2 * 128 * 10),
        layer('dense_1/activation', [10], 0, 0),
      ],
      parameters: 693_962,
      trainable_parameters: 693_962,
      flops: 1_776_384,
      optimizer: { name: 'adam', slots_per_weight: 2 },
      memory_bytes: { ...memory, total: Object.values(memory).reduce((sum, bytes) => sum + bytes) },
      batch_size: 128,
      steps_per_epoch: 422,
      epochs: 3,
      steps: 1266,
      time: null,
    });
  });

  it('estimates the time from steps that it measured, and keeps nothing', async () => {
    const workspace = new Workspace();
    const result = await workspace.ablate(['plan', baseline, 'training.epochs=3', '--json']);
    expect(result.code, result.stderr).toBe(0);
    const { time, memory_bytes: memory } = JSON.parse(result.stdout) as PlanDocument;
    // TensorFlow alone takes more than what is counted of the baseline.
    expect(memory.measured_process).toBeGreaterThan(2 * memory.total);
    expect(time?.measured_steps).toBeGreaterThan(0);
    expect(time?.seconds).toBeGreaterThan(0);
    expect(time?.device).toMatch(/^[CG]PU/);
    expect(workspace.runs('.')).toEqual([]);
  });

  it('measures a training that is over before it is warm', async () => {
    const words = ['dataset.train_fraction=0.002', 'training.epochs=1', 'training.batch_size=200'];
    const { code, stdout, stderr } = await new Workspace().ablate(['plan', baseline, ...words, '--json']);
    expect(code, stderr).toBe(0);
    const plan = JSON.parse(stdout) as PlanDocument;
    expect(plan).toMatchObject({ batch_size: 108, steps: 1, time: { measured_steps: 1 } });
    expect(plan.time?.seconds).toBeGreaterThan(0);
  });

  it('prints tables for people', async () => {
    const { stdout } = await new Workspace().ablate([
      'plan',
      baseline,
      '--no-calibration',
      'model.layers.0.trainable=false',
    ]);
    expect(stdout).toMatch(/^mnist: 54,000 training, 6,000 validation, 10,000 test images of 28×28×1, 10 classes$/m);
    expect(stdout).toMatch(/^conv2d +conv2d +26×26×32 +320 +389,376$/m);
    expect(stdout).toMatch(/^total +693,962 +1,776,384$/m);
    expect(stdout).toMatch(/^of which not trained +320$/m);
    expect(stdout).toMatch(/^slots of adam, 2 a weight +5\.55 MB$/m);
    expect(stdout).toMatch(/^time +not measured/m);
  });

  it('does without an estimate of the time rather than install TensorFlow', async () => {
    const workspace = new Workspace();
    const elsewhere = {
      ABLATE_CACHE: workspace.folder,
      PATH: workspace.folder,
      VIRTUAL_ENV: '',
      HOME: workspace.folder,
    };
    const { code, stdout, stderr } = await workspace.ablate(['plan', baseline], elsewhere);
    expect(stderr).toContain('--no-calibration');
    expect(stdout).toMatch(/^time +not measured$/m);
    expect(code).toBe(0);
  });

  it('prints several plans as one JSON document', async () => {
    const mlp = resolve('experiments/models/mlp.yaml');
    const { stdout } = await new Workspace().ablate(['plan', baseline, mlp, '--no-calibration', '--json']);
    const plans = JSON.parse(stdout) as PlanDocument[];
    expect(plans.map(({ layers }) => layers[0].name)).toEqual(['conv2d', 'flatten']);
  });

  it('lists the variants of a sweep, ten thousand of them too', async () => {
    const workspace = new Workspace();
    const layers = '[{ type: conv2d, filters: 4 }, { type: flatten }, { type: dense }]';
    const numbers = JSON.stringify(Array.from({ length: 100 }, (_, i) => i + 1));
    const parameters = `{ training.batch_size: ${numbers}, model.layers.0.filters: ${numbers} }`;
    const study = `dataset: { name: mnist }\nmodel: { layers: ${layers} }\nsweep: { seeds: 3, parameters: ${parameters} }\n`;
    const words = ['plan', workspace.write('study.yaml', study), '--no-calibration'];
    const text = await workspace.ablate(words, withoutTensorFlow);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^sweep +grid: 10,000 variants × 3 seeds = 30,000 runs$/m);
    expect(text.stdout).toMatch(/^VARIANT +BATCH_SIZE +FILTERS$/m);
    expect(text.stdout).toMatch(/^… and 9,950 more/m);
    const { stdout } = await workspace.ablate([...words, '--json'], withoutTensorFlow);
    const { sweep } = JSON.parse(stdout) as {
      sweep: { variants: number; runs: number; seeds: number[]; cells: unknown[] };
    };
    expect(sweep).toMatchObject({ variants: 10_000, runs: 30_000, seeds: [0, 1, 2] });
    expect(sweep.cells).toHaveLength(10_000);
    expect(sweep.cells[101]).toEqual({
      index: 101,
      label: 'batch_size=2 filters=2',
      values: { 'training.batch_size': 2, 'model.layers.0.filters': 2 },
    });
  });
});
