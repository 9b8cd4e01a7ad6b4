import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE, findChromium } from '../support/chromium.js';
import { Workspace } from '../support/program.js';
import { type Served, serve } from '../support/served.js';

const experiment = `
name: digits
dataset: { name: mnist, train_fraction: 0.3 }
model:
  layers:
    - { type: conv2d, filters: 16 }
    - { type: pooling2d }
    - { type: flatten }
    - { type: dense, units: 64 }
    - { type: dense, units: 10, activation: softmax }
training: { epochs: 3, seed: 7 }
tracking: none
`;

type Point = [x: number, y: number];

/** Strokes as a hand makes them, on a canvas of 280 × 280. */
const STROKES: Record<string, Point[][]> = {
  0: [circle(140, 140, 50, 80)],
  1: [[[150, 60], [140, 220]]], // prettier-ignore
  2: [[[90, 100], [105, 70], [140, 58], [175, 75], [180, 105], [160, 140], [90, 215], [195, 212]]], // prettier-ignore
  3: [[[95, 75], [140, 58], [180, 80], [170, 120], [130, 135], [175, 150], [185, 190], [145, 220], [95, 205]]], // prettier-ignore
  4: [[[110, 60], [95, 145], [180, 145]], [[175, 60], [165, 225]]], // prettier-ignore
  7: [[[85, 70], [190, 70], [130, 225]]], // prettier-ignore
};

function circle(x: number, y: number, width: number, height: number): Point[] {
  return Array.from({ length: 25 }, (_, index) => {
    const angle = (2 * Math.PI * index) / 24;
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

const executablePath = findChromium();

describe.skipIf(executablePath === undefined)('the page to draw on, in Chromium', () => {
  const workspace = new Workspace(afterAll);
  let served: Served;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    workspace.write('digits.yaml', experiment);
    const trained = await workspace.ablate(['run', 'digits.yaml']);
    expect(trained.code, trained.stderr).toBe(0);
    served = await serve(workspace, workspace.runs()[0]);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(served.url);
    await page.getByRole('status').getByText('Draw something.').waitFor();
  });

  afterAll(async () => {
    await browser.close();
    served.kill('SIGTERM');
    await served.ended;
  });

  /** Draws with the mouse; returns the answer, once it is about the whole drawing. */
  async function draw(strokes: Point[][]): Promise<string> {
    await page.getByRole('button', { name: 'Clear' }).click();
    const box = await page.locator('#drawing').boundingBox();
    if (!box) throw new Error('the page shows no canvas');
    for (const [[x, y], ...rest] of strokes) {
      await page.mouse.move(box.x + x, box.y + y);
      await page.mouse.down();
      for (const [nextX, nextY] of rest) await page.mouse.move(box.x + nextX, box.y + nextY, { steps: 4 });
      await page.mouse.up();
    }
    return settled();
  }

  /** What the answer says when it doesn't change any more. */
  async function settled(): Promise<string> {
    let last = '';
    for (;;) {
      const text = (await page.getByRole('status').textContent()) ?? '';
      if (text === last && text !== 'Draw something.') return text;
      last = text;
      await page.waitForTimeout(300);
    }
  }

  it.each(Object.keys(STROKES))('recognises a drawn %s', async (digit) => {
    expect(await draw(STROKES[digit])).toMatch(new RegExp(`^${digit} \\(\\d+\\.\\d %\\)$`));
  });

  it('waits for another drawing when it is cleared', async () => {
    await draw(STROKES[1]);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('status').getByText('Draw something.').waitFor();
    expect(await page.locator('#values li').count()).toBe(0);
  });

  it('shows a probability for each class, and where the model looked', async () => {
    await draw(STROKES[7]);
    const values = await page
      .locator('#values progress')
      .evaluateAll((bars) => bars.map((bar) => (bar as unknown as { value: number }).value));
    expect(values).toHaveLength(10);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
    const colours = await page.locator('#seen').evaluate((canvas) => {
      const { width, height } = canvas as unknown as { width: number; height: number };
      const context = (
        canvas as unknown as { getContext: (kind: '2d') => { getImageData: (...box: number[]) => { data: number[] } } }
      ).getContext('2d');
      return { width, height, data: [...context.getImageData(0, 0, width, height).data] };
    });
    expect([colours.width, colours.height]).toEqual([28, 28]);
    const isRed = (pixel: number): boolean => colours.data[4 * pixel] > colours.data[4 * pixel + 1] + 30;
    const red = Array.from({ length: 28 * 28 }, (_, pixel) => pixel).filter(isRed);
    expect(red.length).toBeGreaterThan(5);
    expect(red.length).toBeLessThan(28 * 28);
  });

  it('says what the model is, and how good', async () => {
    const { test_accuracy: accuracy } = workspace.summary(workspace.runs()[0]).metrics;
    const right = `${(100 * accuracy).toFixed(1)} %`;
    expect(await page.title()).toBe(`${workspace.runs()[0]}: 10 classes, ${right} – Ablate`);
    expect(await page.locator('#about').textContent()).toBe(
      `Tells 10 classes apart (0, 1, 2, 3, 4, 5, 6, 7, 8, 9); right in ${right} of 10,000 test images.`,
    );
  });

  it('has an image of each class to try, most of which are recognised', async () => {
    const samples = page.locator('#samples button');
    expect(await samples.count()).toBe(10);
    const right = [];
    for (const sample of await samples.all()) {
      await page.getByRole('button', { name: 'Clear' }).click();
      await sample.click();
      const told = await settled();
      right.push(told.startsWith(`${(await sample.locator('img').getAttribute('alt')) ?? '?'} (`));
    }
    expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(8);
    // The last is given to the model as it is: the server, asked for the same image, says the same.
    const png = (await samples.last().locator('img').getAttribute('src'))?.split(',')[1] ?? '';
    const asked = { method: 'POST', headers: { 'content-type': 'image/png' }, body: Buffer.from(png, 'base64') };
    const { probability } = (await (await fetch(`${served.url}/predict`, asked)).json()) as { probability: number };
    const told = /\((\d+\.\d) %\)/.exec((await page.getByRole('status').textContent()) ?? '')?.[1];
    // In tenths of a percent, by two engines.
    expect(Math.abs(Number(told) - 100 * probability)).toBeLessThan(0.1);
  });

  it('can be drawn on by keyboard', async () => {
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('#drawing').focus();
    for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowUp');
    expect(await page.getByRole('status').textContent()).toBe('Draw something.');
    await page.keyboard.press('Space');
    for (let i = 0; i < 15; i++) await page.keyboard.press('ArrowDown');
    expect(await settled()).toMatch(/^1 \(/);
    await page.keyboard.press('Control+z');
    await page.getByRole('status').getByText('Draw something.').waitFor();
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await page.getByRole('status').getByText('Draw something.').waitFor();
  });

  it('shows how far requests have drifted: in words, in a colour, beside both histograms', async () => {
    const white = new Uint8Array(28 * 28).fill(255);
    const send = () =>
      fetch(`${served.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: white,
      });
    for (let sent = 0; sent < 200; sent += 50) await Promise.all(Array.from({ length: 50 }, send));
    const brightness = page.locator('#drift tbody tr').filter({ hasText: 'brightness' });
    await brightness.getByText('large').waitFor();
    expect(
      await brightness.locator('meter').evaluate((meter) => (meter as unknown as { value: number }).value),
    ).toBeGreaterThan(0.25);
    expect(await brightness.locator('.bins path').count()).toBe(2);
    const colorOf = (place: string) => page.evaluate(`getComputedStyle(document.querySelector('${place}')).color`);
    const [calm, alarmed] = [await colorOf('#drift-note'), await colorOf('#drift td[data-level=large]')];
    expect(alarmed).toMatch(/^rgb/);
    expect(alarmed).not.toBe(calm);
    expect(await page.locator('#drift-note').textContent()).toContain('Below 0.1 is none, above 0.25 large.');
  });

  it('takes back strokes, one by one', async () => {
    const seven = await draw(STROKES[7]);
    await page.mouse.move(0, 0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('status').getByText('Draw something.').waitFor();
    expect(seven).toMatch(/^7 /);
  });

  it.each([390, 768, 1440])('goes over no edge at %d px, and the canvas fills a phone', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const box = await page.locator('#drawing').boundingBox();
    expect(box?.width).toBeGreaterThan(width === 390 ? 340 : 279);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it('takes ink while the model loads, and answers when it can', async () => {
    const slow = await browser.newPage();
    slow.setDefaultTimeout(PATIENCE);
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    await slow.route('**/model/model.json', async (route) => {
      await opened;
      await route.continue();
    });
    await slow.goto(served.url);
    const box = await slow.locator('#drawing').boundingBox();
    if (!box) throw new Error('the page shows no canvas');
    const [[x, y], ...rest] = STROKES[3][0];
    await slow.mouse.move(box.x + x, box.y + y);
    await slow.mouse.down();
    for (const [nextX, nextY] of rest) await slow.mouse.move(box.x + nextX, box.y + nextY, { steps: 4 });
    await slow.mouse.up();
    expect(await slow.getByRole('status').textContent()).toBe('Loading the model…');
    open();
    await slow.getByRole('status').getByText(/^3 \(/).waitFor();
    await slow.close();
  });

  it('asks the server for nothing while drawing, and nobody else at all', () => {
    expect(requests.every((url) => url.startsWith(served.url) || url.startsWith('data:'))).toBe(true);
    expect(requests.some((url) => url.endsWith('/predict'))).toBe(false);
    expect(problems).toEqual([]);
  });
});
