import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCsv } from '../../src/text/csv.js';
import type { ImageDataset } from '../../src/data/images/image-dataset.js';
import { mnistImages } from '../data/fixtures.js';
import { Workspace } from '../support/program.js';

const experiment = (name: string, filters: number): string => `
name: ${name}
dataset: { name: mnist, train_fraction: 0.05 }
model:
  layers:
    - { type: conv2d, filters: ${filters} }
    - { type: pooling2d }
    - { type: flatten }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 2, seed: 7 }
tracking: none
`;

interface Prediction {
  image: string;
  class?: string;
  probability?: number;
  top?: { class: string; probability: number }[];
  error?: string;
}

interface Evaluation {
  run: string;
  images: number;
  accuracy: number;
  accuracy_interval: [number, number];
  confusion_matrix: number[][];
  classes: { class: string; recall: number; images: number }[];
  calibration: { expected_calibration_error: number; bins: { count: number }[] };
  worst: {
    index: number;
    class: string;
    class_probability: number;
    predicted: string;
    predicted_probability: number;
  }[];
  robustness: { corruption: string; severity: number; accuracy: number; images: number }[];
}

describe('a trained model in use', () => {
  const workspace = new Workspace(afterAll);
  let dataset: ImageDataset;
  let id: string;
  let other: string;

  beforeAll(async () => {
    dataset = await mnistImages();
    workspace.write('first.yaml', experiment('first', 8));
    workspace.write('second.yaml', experiment('second', 2));
    const trained = await workspace.ablate(['run', 'first.yaml', 'second.yaml']);
    expect(trained.code, trained.stderr).toBe(0);
    [id, other] = workspace.runs();
  });

  /** A test image that the run classified right; its file is written in this form. */
  async function writeDigit(index: number, file: string): Promise<string> {
    const pixels = dataset.test.images.subarray(784 * index, 784 * (index + 1));
    let image = sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } });
    if (file.endsWith('.jpg')) image = image.resize(280, 280, { kernel: 'nearest' }).toColourspace('srgb').jpeg();
    await image.toFile(join(workspace.folder, file));
    return file;
  }

  /** Indices of test images that the run classified right, by its own record. */
  function rightlyClassified(): number[] {
    const lines = workspace
      .read('runs', id, 'artifacts', 'test_predictions.csv')
      .toString()
      .trim()
      .split('\n')
      .slice(1);
    return lines
      .map((line) => line.split(',').map(Number))
      .flatMap(([index, label, guess]) => (label === guess ? [index] : []));
  }

  describe('ablate predict', () => {
    it('classifies files of several formats and sizes as the run did, and names those that are none', async () => {
      const [a, b, c] = rightlyClassified();
      const files = [await writeDigit(a, 'a.png'), await writeDigit(b, 'b.jpg'), await writeDigit(c, 'c.webp')];
      writeFileSync(join(workspace.folder, 'bad.png'), readFileSync(join(workspace.folder, 'a.png')).subarray(0, 80));
      const { code, stdout, stderr } = await workspace.ablate([
        'predict',
        id.slice(0, 8),
        files[0],
        'bad.png',
        files[1],
        files[2],
        'missing.png',
        '--json',
        '--csv',
        'predictions.csv',
        '--batch',
        '2',
        '--top',
        '10',
      ]);
      expect(code, stderr).toBe(1);
      const { run, predictions } = JSON.parse(stdout) as { run: string; predictions: Prediction[] };
      expect(run).toBe(id);
      expect(predictions.map(({ image }) => image)).toEqual([files[0], 'bad.png', files[1], files[2], 'missing.png']);
      const labels = [a, b, c].map((index) => String(dataset.test.labels[index]));
      expect([0, 2, 3].map((at) => predictions[at].class)).toEqual(labels);
      expect(predictions[1].error).toMatch(/^damaged or cut off/);
      expect(predictions[4].error).toBe('there is no such file');
      expect(stderr).toContain('wrote predictions.csv');
      const [header, ...rows] = decodeCsv(workspace.read('predictions.csv').toString());
      expect(header).toHaveLength(22);
      expect(rows.map(([image, name, value]) => [image, name, value])).toEqual(
        predictions.map((each) => [each.image, each.class ?? '', String(each.probability ?? '')]),
      );
      expect(rows.map((row) => row.at(-1))).toEqual(predictions.map(({ error = '' }) => error));
      const probabilities = predictions[0].top?.map(({ probability }) => probability) ?? [];
      expect(probabilities).toHaveLength(10);
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(probabilities).toEqual([...probabilities].sort((x, y) => y - x));
    });

    it('prints a line an image, and errors to standard error', async () => {
      const [index] = rightlyClassified();
      const file = await writeDigit(index, 'digit.png');
      const { code, stdout, stderr } = await workspace.ablate(['predict', id, file, 'missing.png']);
      expect(code).toBe(1);
      expect(stdout).toMatch(new RegExp(`^${file} +${dataset.test.labels[index]} +\\d+\\.\\d\\d %`, 'm'));
      expect(stderr).toMatch(/error missing\.png: /);
    });

    it('names the run that has no such id', async () => {
      const { code, stdout } = await workspace.ablate(['predict', 'nothing', 'a.png', '--json']);
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'run-not-found' } });
    });
  });

  describe('ablate explain', () => {
    interface Explanation {
      image: string;
      error?: string;
      class: string;
      grad_cam: { layer: string; values: number[][] };
      saliency: number[][];
      integrated_gradients: { difference: number; values: number[][] };
      occlusion: number[][];
      feature_maps: { total: number; maps: number[][][] };
    }

    it('draws a row an image, tells every value, and names what is none', async () => {
      const [a, b] = rightlyClassified();
      const files = [await writeDigit(a, 'first.png'), 'missing.png', await writeDigit(b, 'second.jpg')];
      const words = ['explain', id, ...files, '--json', '--output', 'why.png', '--html', 'why.html'];
      const { code, stdout } = await workspace.ablate(words);
      expect(code).toBe(1);
      const { images, filters } = JSON.parse(stdout) as { images: Explanation[]; filters: { maps: number[][][] } };
      expect(images.map(({ image }) => image)).toEqual(files);
      expect(images[1].error).toBe('there is no such file');
      for (const [explanation, index] of [
        [images[0], a],
        [images[2], b],
      ] as const) {
        expect(explanation.class).toBe(String(dataset.test.labels[index]));
        const sizes = ({ length, 0: row }: number[][]): number[] => [length, row.length];
        expect(sizes(explanation.grad_cam.values)).toEqual([26, 26]);
        expect(sizes(explanation.saliency)).toEqual([28, 28]);
        expect(sizes(explanation.occlusion)).toEqual([28, 28]);
        expect(explanation.feature_maps).toMatchObject({ total: 8, maps: { length: 8 } });
        const { difference, values } = explanation.integrated_gradients;
        const sum = values.flat().reduce((total, value) => total + value, 0);
        expect(Math.abs(sum - difference)).toBeLessThan(0.02 * Math.abs(difference));
      }
      expect(filters.maps).toHaveLength(8);
      const page = workspace.read('why.html').toString();
      // Five pictures and eight feature maps an image, eight filters; nothing from elsewhere.
      expect(page.match(/<img\s+src="data:image\/png;base64,/g)).toHaveLength(2 * (5 + 8) + 8);
      expect(page).not.toMatch(/https?:|<script/);
      for (const file of [files[0], files[2]]) expect(page).toContain(`<h2>${file}</h2>`);
      const { format, width, height } = await sharp(join(workspace.folder, 'why.png')).metadata();
      expect({ format, isWide: width > 600, isHigh: height > 400 }).toEqual({
        format: 'png',
        isWide: true,
        isHigh: true,
      });
    });

    it('explains another class by another layer, and names what there is none of', async () => {
      const [index] = rightlyClassified();
      const file = await writeDigit(index, 'other.png');
      const other = String((dataset.test.labels[index] + 1) % 10);
      const pooled = await workspace.ablate([
        'explain',
        id,
        file,
        '--class',
        other,
        '--layer',
        'pooling2d',
        '--json',
        '--output',
        'other-why.png',
      ]);
      expect(pooled.code, pooled.stderr).toBe(0);
      const [explanation] = (JSON.parse(pooled.stdout) as { images: Explanation[] }).images;
      expect(explanation).toMatchObject({ class: other, grad_cam: { layer: 'pooling2d' } });
      const classes = await workspace.ablate(['explain', id, file, '--class', 'cat', '--json']);
      expect(classes.code).toBe(2);
      expect(JSON.parse(classes.stdout)).toMatchObject({ error: { code: 'no-such-class' } });
      const layers = await workspace.ablate(['explain', id, file, '--layer', 'dense', '--json']);
      expect(JSON.parse(layers.stdout)).toMatchObject({
        error: { code: 'no-such-layer', hint: expect.stringContaining('conv2d') as string },
      });
    });
  });

  describe('ablate evaluate', () => {
    let runs: Evaluation[];
    let comparisons: Record<string, unknown>[];
    let stdout: string;

    beforeAll(async () => {
      const evaluation = await workspace.ablate([
        'evaluate',
        id,
        other,
        '--json',
        '--robustness-images',
        '500',
        '--plot',
        'reliability.svg',
      ]);
      expect(evaluation.code, evaluation.stderr).toBe(0);
      ({ stdout } = evaluation);
      ({ runs, comparisons } = JSON.parse(stdout) as { runs: Evaluation[]; comparisons: Record<string, unknown>[] });
    });

    it("tells what it found though a plot can't be written", async () => {
      const words = ['evaluate', id, '--no-robustness', '--json', '--plot', 'first.yaml/plot.svg'];
      const evaluation = await workspace.ablate(words);
      expect([evaluation.code, evaluation.stderr]).toEqual([1, expect.stringMatching(/--plot FILE/)]);
      expect(evaluation.stdout).toMatch(/^\{\s+"runs"/);
    });

    it('finds what the runs found', () => {
      expect(runs.map(({ run }) => run)).toEqual([id, other]);
      for (const evaluation of runs) {
        const { test_accuracy: accuracy } = workspace.summary(evaluation.run).metrics;
        expect(evaluation.accuracy).toBe(accuracy);
        expect(evaluation.accuracy_interval[0]).toBeLessThan(accuracy);
        expect(evaluation.accuracy_interval[1]).toBeGreaterThan(accuracy);
        const rows = workspace
          .read('runs', evaluation.run, 'artifacts', 'confusion_matrix.csv')
          .toString()
          .trim()
          .split('\n');
        expect(evaluation.confusion_matrix).toEqual(rows.slice(1).map((row) => row.split(',').slice(1).map(Number)));
        expect(evaluation.calibration.bins.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
      }
    });

    it('lists what it got wrong, the worst first', () => {
      for (const { worst, accuracy } of runs) {
        expect(worst).toHaveLength(10_000 - Math.round(accuracy * 10_000));
        for (const image of worst) {
          expect(image.class).toBe(String(dataset.test.labels[image.index]));
          expect(image.predicted).not.toBe(image.class);
        }
        const leads = worst.map((image) => image.predicted_probability - image.class_probability);
        expect(leads).toEqual(leads.toSorted((a, b) => b - a));
      }
    });

    it('scores every distortion in five strengths, of which the last does harm', () => {
      for (const { robustness, accuracy } of runs) {
        expect(robustness).toHaveLength(25);
        for (const last of robustness.filter(({ severity }) => severity === 5)) {
          expect(last.images).toBe(500);
          expect(last.accuracy, last.corruption).toBeLessThan(accuracy);
        }
      }
    });

    it('compares the models on the images on which they differ', () => {
      expect(comparisons).toHaveLength(1);
      const [comparison] = comparisons as [Record<string, number | string>];
      expect(comparison).toMatchObject({ first: id, second: other });
      const counts = ['both_right', 'only_first_right', 'only_second_right', 'both_wrong'].map(
        (key) => comparison[key] as number,
      );
      expect(counts.reduce((sum, value) => sum + value, 0)).toBe(10_000);
      expect(comparison.accuracy_difference).toBeCloseTo(runs[0].accuracy - runs[1].accuracy, 10);
    });

    it('says the same again, and draws calibration, confusion and the worst images', async () => {
      const plot = workspace.read('reliability.svg').toString();
      expect(plot).toMatch(/^<svg .*<\/svg>\n$/s);
      expect(plot).toContain(id);
      expect(plot.match(/Confusion matrix/g)).toHaveLength(2);
      expect(plot.match(/<image /g)).toHaveLength(30);
      const again = await workspace.ablate(['evaluate', id, other, '--json', '--robustness-images', '500']);
      const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
      expect(digest(again.stdout)).toBe(digest(stdout));
    });

    it('writes a picture in the form of its ending, and no other', async () => {
      const words = ['evaluate', id, '--no-robustness', '--plot', 'evaluation.PNG'];
      expect((await workspace.ablate(words)).stderr).toContain('wrote evaluation.PNG: ');
      expect((await sharp(workspace.read('evaluation.PNG')).metadata()).format).toBe('png');
      const refused = await workspace.ablate(['evaluate', id, '--plot', 'evaluation.gif']);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('--plot evaluation.png');
    });

    it('refuses data of other classes', async () => {
      for (const name of ['cat', 'dog']) {
        mkdirSync(join(workspace.folder, 'animals', name), { recursive: true });
        for (const file of ['1.png', '2.png', '3.png']) await writeDigit(0, join('animals', name, file));
      }
      const data = 'dataset: { name: image_folder, path: animals, color_mode: grayscale }';
      workspace.write(
        'animals.yaml',
        experiment('animals', 2)
          .replace(/dataset: .*/, data)
          .replace('units: 10', 'units: 2'),
      );
      const { code, stdout: refusal } = await workspace.ablate(['evaluate', id, '--dataset', 'animals.yaml', '--json']);
      expect(code).toBe(1);
      expect(JSON.parse(refusal)).toMatchObject({ error: { code: 'dataset-mismatch' } });
      expect(refusal).toMatch(/its classes are cat, dog/);
    });
  });
});
