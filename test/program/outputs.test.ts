import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.js';
import { idxFile } from '../data/fixtures.js';
import { PATIENCE, findChromium } from '../support/chromium.js';
import { Workspace } from '../support/program.js';
import { serve } from '../support/served.js';

const SIDE = 6;

const experiment = (activation: string): string => `
name: ${activation}
dataset: { name: idx, train_images: a, train_labels: b, test_images: c, test_labels: d }
model:
  layers:
    - { type: flatten }
    - { type: dense, activation: ${activation} }
training: { epochs: 2, loss: mean_squared_error }
tracking: none
`;

/** Images that are the brighter the greater their class. */
function images(count: number): [Uint8Array, Uint8Array] {
  const random = randomStream(count, 'test/outputs');
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 3);
  const pixels = Uint8Array.from({ length: count * SIDE * SIDE }, (_, index) => {
    return 80 * labels[Math.floor(index / SIDE / SIDE)] + random.below(60);
  });
  return [pixels, labels];
}

interface Answer {
  class: string;
  output: number;
  top: { class: string; output: number }[];
}

/** Squared errors allow any end; what it gives must nowhere be taken for probabilities. */
describe('models that end in sigmoid or linear', () => {
  const workspace = new Workspace(afterAll);

  beforeAll(async () => {
    for (const [files, count] of [
      ['ab', 60],
      ['cd', 30],
    ] as const) {
      // prettier-ignore
      const [pixels, labels] = images(count);
      writeFileSync(join(workspace.folder, files[0]), idxFile([count, SIDE, SIDE], pixels));
      writeFileSync(join(workspace.folder, files[1]), idxFile([count], labels));
    }
    const image = sharp(images(1)[0], { raw: { width: SIDE, height: SIDE, channels: 1 } });
    await image.toFile(join(workspace.folder, 'image.png'));
    const files = ['linear', 'sigmoid'].map((activation) =>
      workspace.write(`${activation}.yaml`, experiment(activation)),
    );
    const trained = await workspace.ablate(['run', ...files]);
    expect(trained.code, trained.stderr).toBe(0);
  });

  it('predict and explain call their values outputs', async () => {
    const text = await workspace.ablate(['predict', 'linear', 'image.png']);
    expect(text.stdout).toMatch(/^IMAGE +CLASS +OUTPUT +NEXT\n/);
    expect(text.stdout).not.toContain('%');
    expect(text.stderr).toContain('the model ends in linear, not in softmax: its outputs are not probabilities');
    const json = await workspace.ablate(['predict', 'sigmoid', 'image.png', '--json']);
    const [{ top }] = (JSON.parse(json.stdout) as { predictions: Answer[] }).predictions;
    expect(top.map((each) => Object.keys(each))).toEqual(Array(3).fill(['class', 'output']));
    const explained = await workspace.ablate(['explain', 'sigmoid', 'image.png', '--html', 'page.html']);
    expect(explained.stderr).toMatch(/image\.png: [0-2] \(output 0\.\d{4}\)/);
    expect(workspace.read('page.html').toString()).not.toMatch(/probability|\d %/);
  });

  it('evaluate leaves out what needs probabilities, and says why', async () => {
    const json = await workspace.ablate(['evaluate', 'linear', 'sigmoid', '--robustness-images', '10', '--json']);
    const { runs } = JSON.parse(json.stdout) as { runs: Record<string, unknown>[] };
    for (const [index, end] of ['linear', 'sigmoid'].entries()) {
      expect(runs[index]).toMatchObject({ log_loss: null, brier_score: null, calibration: null });
      expect(runs[index].without_probabilities).toContain(`ends in ${end}`);
      expect(runs[index].accuracy).toBeGreaterThanOrEqual(0);
      expect(runs[index].robustness).toHaveLength(25);
    }
    const plotted = await workspace.ablate(['evaluate', 'linear', '--plot', 'plot.svg']);
    expect([plotted.code, plotted.stdout]).toEqual([2, '']);
    expect(plotted.stderr).toMatch(/^error .*the model ends in linear, not in softmax/);
  });

  it('serve answers outputs, describes them so, and its page shows them so', async () => {
    const served = await serve(workspace, 'linear');
    const get = async <T>(path: string): Promise<T> => (await (await fetch(served.url + path)).json()) as T;
    const headers = { 'content-type': 'image/png' };
    const posted = { method: 'POST', headers, body: Uint8Array.from(workspace.read('image.png')) };
    const answer = (await (await fetch(`${served.url}/predict`, posted)).json()) as Answer;
    expect(Object.keys(answer)).toEqual(['class', 'output', 'top']);
    expect(answer.top[0]).toEqual({ class: answer.class, output: answer.output });
    expect(await get('/model')).toMatchObject({ values: 'output' });
    expect(JSON.stringify(await get('/docs/json'))).not.toContain('probab');
    const { drift } = await get<{ drift: { features: object } }>('/drift');
    expect(Object.keys(drift.features)).toEqual(['brightness', 'contrast', 'output', 'prediction']);
    const executablePath = findChromium();
    if (executablePath !== undefined) {
      const shown = await shownOnPage(executablePath, served.url);
      expect(shown.answer).toMatch(/^[0-2] \(output -?\d\.\d{4}\)$/);
      expect(shown.values.join()).not.toContain('%');
      expect([shown.values.length, shown.bars]).toEqual([3, 0]);
    }
    served.kill('SIGINT');
    await served.ended;
  });

  async function shownOnPage(
    executablePath: string,
    url: string,
  ): Promise<{ answer: string; values: string[]; bars: number }> {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.goto(url);
      await page.getByRole('status').getByText('Draw something.').waitFor();
      await page.locator('#file').setInputFiles(join(workspace.folder, 'image.png'));
      const status = page.getByRole('status').getByText('output');
      await status.waitFor();
      const bars = await page.locator('#values progress').count();
      return {
        answer: (await status.textContent()) ?? '',
        values: await page.locator('#values .value').allTextContents(),
        bars,
      };
    } finally {
      await browser.close();
    }
  }
});
