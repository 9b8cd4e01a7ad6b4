import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tone, writeTones } from '../data/audio/tones.js';
import { PATIENCE, findChromium } from '../support/chromium.js';
import { Workspace } from '../support/program.js';
import { type Served, serve } from '../support/served.js';

const EXPERIMENT = `
name: pitch
dataset:
  name: table
  path: words/metadata.csv
  inputs:
    file_name:
      type: audio
      sampling_rate: 8000
      duration: 0.6
      mel_spectrogram: { fft_length: 256, sequence_stride: 160, num_mel_bins: 16 }
  target: word
  validation_split: 0.25
augmentation: { time_shift: 0.1, gain: 3, noise: { snr: [20, 30], probability: 0.3 }, time_masking: 0.1 }
model: { padding: same, blocks: { count: 2, filters: 4 }, dense_units: [] }
training: { epochs: 15, batch_size: 8, seed: 1, optimizer: { name: adam, learning_rate: 0.01 } }
tracking: none
`;

/** What `predict --json` and a server tell of a recording. */
interface Told {
  predictions: { class: string }[];
}

describe('a model of sound', () => {
  const workspace = new Workspace(afterAll);
  const run = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await workspace.ablate(words);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  beforeAll(async () => {
    writeTones(join(workspace.folder, 'words'), 80);
    workspace.write('pitch.yaml', EXPERIMENT);
    const files = { low: tone('low', 3), high: tone('high', 4), damaged: tone('high', 4).subarray(0, 1000) };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(workspace.folder, `${name}.wav`), bytes);
    await run('run', 'pitch.yaml');
  });

  it('learns what tells the recordings apart', () => {
    const [id] = readdirSync(join(workspace.folder, 'runs')).filter((name) => name.startsWith('pitch'));
    const { metrics } = JSON.parse(readFileSync(join(workspace.folder, 'runs', id, 'summary.json'), 'utf8')) as {
      metrics: Record<string, number>;
    };
    expect(metrics.test_accuracy).toBe(1);
  });

  it('predicts files of sound, and the tables that name them', async () => {
    const files = JSON.parse(await run('predict', 'pitch', 'low.wav', 'high.wav', '--json')) as Told;
    expect(files.predictions.map((each) => each.class)).toEqual(['low', 'high']);
    const table = JSON.parse(await run('predict', 'pitch', 'words/metadata.csv', '--json')) as Told;
    expect(table.predictions.slice(0, 4).map((each) => each.class)).toEqual(['low', 'middle', 'high', 'low']);
    const { code, stderr } = await workspace.ablate(['predict', 'pitch', 'damaged.wav']);
    expect(code).toBe(1);
    expect(stderr).toContain('its sound is cut off: 8000 bytes from byte 44 on, of which 956 are there');
  });

  it('is drawn before and after augmentation, and where it hears what it says', async () => {
    await run('preview', 'pitch.yaml', '--count', '2');
    const preview = await sharp(join(workspace.folder, 'preview.png')).stats();
    expect(preview.channels[0].stdev).toBeGreaterThan(10);
    const { images } = JSON.parse(await run('explain', 'pitch', 'low.wav', '--json')) as {
      images: { class: string; grad_cam: { values: number[][] }; occlusion: number[][] }[];
    };
    expect(images[0].class).toBe('low');
    expect(images[0].occlusion).toHaveLength(16);
    expect(images[0].grad_cam.values.flat().every(Number.isFinite)).toBe(true);
    // What matters of a low tone is below.
    const rows = images[0].occlusion.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0));
    const half = (part: number[]): number => part.reduce((sum, value) => sum + value, 0);
    expect(half(rows.slice(8))).toBeGreaterThan(half(rows.slice(0, 8)));
  });

  describe('served', () => {
    let served: Served;
    let browser: Browser | undefined;

    beforeAll(async () => {
      served = await serve(workspace, 'pitch');
    });

    afterAll(async () => {
      await browser?.close();
      served.kill('SIGTERM');
      expect((await served.ended).code).toBe(0);
    });

    async function ask(cell: string): Promise<Told & { status: number; error?: { code: string; message: string } }> {
      const body = JSON.stringify({ rows: [{ file_name: cell }] });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${served.url}/predict`, { method: 'POST', headers, body });
      return { ...((await response.json()) as Told), status: response.status };
    }

    it('answers recordings in base64 and as data URLs, and says what can not be decoded', async () => {
      expect((await ask(tone('low', 3).toString('base64'))).predictions[0].class).toBe('low');
      const url = `data:audio/wav;base64,${tone('high', 4).toString('base64')}`;
      expect((await ask(url)).predictions[0].class).toBe('high');
      const damaged = await ask(tone('high', 4).subarray(0, 1000).toString('base64'));
      expect([damaged.status, damaged.error?.code]).toEqual([422, 'audio-undecodable']);
      expect(damaged.error?.message).toContain('rows[0].file_name');
    });

    it('has a page that takes a file or what the microphone hears', async () => {
      // Chromium's own microphone hums.
      const args = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
      browser = await chromium.launch({ executablePath: findChromium(), args });
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      await page.goto(served.url);
      await page.locator('input[type=file]').setInputFiles(join(workspace.folder, 'high.wav'));
      await page.locator('audio').waitFor();
      await page.locator('#predict').click();
      await page.locator('#answer', { hasText: 'high' }).waitFor();
      await page.getByRole('button', { name: 'Record' }).click();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.locator('audio[src^="data:audio/wav"]').waitFor();
      await page.locator('#predict').click();
      await page.locator('#answer', { hasText: /low|middle|high/ }).waitFor();
      expect(problems).toEqual([]);
    });
  });
});
