import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PATIENCE, findChromium } from '../support/chromium.js';
import { MlflowReader } from '../support/mlflow-reader.js';
import { Workspace } from '../support/program.js';
import { testPython } from '../support/python.js';
import { SMALL_MNIST } from '../support/small-mnist.js';

const EXPERIMENT = `
name: tiny
dataset: {${SMALL_MNIST}, train_fraction: 0.2}
model: {layers: [{type: flatten}, {type: dense, units: 10, activation: softmax}]}
training: {epochs: 1}
`;

async function addressOf(output: { stdout: () => string }): Promise<string> {
  for (;;) {
    const line = output.stdout().trim();
    if (line) return (JSON.parse(line) as { url: string }).url;
    await sleep(100);
  }
}

describe('ablate ui', () => {
  it('serves every run, those of later too, to all who ask, and leaves nothing behind', async () => {
    const environment = { ABLATE_MLFLOW: await testPython() };
    const workspace = new Workspace();
    const file = workspace.write('tiny.yaml', EXPERIMENT);
    expect((await workspace.ablate(['run', file])).code).toBe(0);
    const first = workspace.start(['ui', '--json'], environment);
    const url = await addressOf(first);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/experiments\/\d+\/runs/);
    const second = await workspace.ablate(['ui', '--json'], environment);
    expect(JSON.parse(second.stdout)).toEqual({ url });

    const uri = url.slice(0, url.indexOf('/#'));
    const reader = await MlflowReader.open(uri);
    expect(await reader.runIds('tiny')).toHaveLength(1);
    expect((await workspace.ablate(['run', file, 'training.seed=1'])).code).toBe(0);
    while ((await reader.runIds('tiny')).length < 2) await sleep(200);
    reader.close();

    first.kill('SIGINT');
    expect((await first.result).code).toBe(0);
    await expect(fetch(`${uri}/health`)).rejects.toThrow();
    expect(workspace.runs().filter((name) => name.startsWith('tiny'))).toHaveLength(2);
  });

  const executablePath = findChromium();

  it.skipIf(executablePath === undefined)(
    'opens at a comparison of the newest sweep, seeds of a variant together, in Chromium',
    async () => {
      const workspace = new Workspace();
      const file = workspace.write('tiny.yaml', EXPERIMENT);
      const words = ['sweep', file, 'training.batch_size=32,64', 'seeds=2', '--threads', '1'];
      const trained = await workspace.ablate(words);
      expect(trained.code, trained.stderr).toBe(0);
      const ui = workspace.start(['ui', '--json'], { ABLATE_MLFLOW: await testPython() });
      const url = await addressOf(ui);
      const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
        page.setDefaultTimeout(PATIENCE);
        const errors: string[] = [];
        page.on('pageerror', ({ message }) => errors.push(message));
        await page.goto(url);
        // The best variant first, its seeds below it; no other runs, nor the sweep itself.
        for (const size of [32, 64]) await page.getByText(`Group: batch_size=${size}`).waitFor();
        await page.getByText('batch_size=64 · seed 1').waitFor();
        await page.getByText('4 matching runs').waitFor();
        for (const title of [/^Comparison/, /^Learning curves/]) await page.getByText(title).first().waitFor();
        await page.getByText('Model training').first().waitFor();
        // Two charts in a row, whose titles can be read.
        const tops = await Promise.all(
          ['val_accuracy', 'test_accuracy', 'samples_per_second'].map(async (title) => {
            const box = await page
              .getByTestId('experiment-view-compare-runs-card')
              .filter({ hasText: title })
              .first()
              .boundingBox();
            return Math.round(box?.y ?? NaN);
          }),
        );
        expect(tops[0]).toBe(tops[1]);
        expect(tops[2]).toBeGreaterThan(tops[0]);
        // The table of the same view: what is varied, then the sweep's metric.
        await page.goto('about:blank');
        await page.goto(url.replace('CHART', 'TABLE'));
        const columns = page.locator(`.ag-header-cell:is([col-id^='params.'], [col-id^='metrics.'])`);
        await columns.first().waitFor();
        const names = await Promise.all((await columns.all()).map((column) => column.getAttribute('col-id')));
        expect(names).toEqual(['params.`training.batch_size`', 'metrics.`val_accuracy`']);
        expect(errors).toEqual([]);
      } finally {
        await browser.close();
        ui.kill('SIGINT');
      }
      expect((await ui.result).code).toBe(0);
    },
  );
});
