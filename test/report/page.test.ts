import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { renderHtml } from '../../src/report/html.js';
import type { Study } from '../../src/study/study.js';
import { PATIENCE, findChromium } from '../support/chromium.js';
import { hostileStudy, inventStudy, PIXEL } from '../support/studies.js';

/** What the accessibility checks of axe-core find. */
interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const executablePath = findChromium();

const study = inventStudy({
  grid: { 'model.kernel_size': [3, 5, 7], 'model.pooling': ['max', 'average'] },
  seeds: 4,
  statusOf: (variant, seed) =>
    variant === 5 && seed === 0 ? 'PRUNED' : variant === 4 && seed === 1 ? 'FAILED' : 'FINISHED',
  changes: { misclassified: [{ index: 247, label: '4', prediction: '9', runs: 4, png: PIXEL }] },
});

describe.skipIf(executablePath === undefined)('the report of a study, in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ablate-report-'));
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a study's report. @returns the page, what went wrong on it and what it asked for */
  async function open(shown: Study, options: BrowserContextOptions = {}) {
    const file = join(folder, 'report.html');
    writeFileSync(file, await renderHtml(shown));
    const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => problems.push(message.text()));
    page.on('dialog', (dialog) => {
      problems.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(`file://${file}`);
    return { page, problems, requests: requests.filter((url) => !url.startsWith('data:')) };
  }

  /** Lets the checks of WCAG 2.2 AA run; those of colours need what is folded away to be shown. */
  async function violations(page: Page): Promise<string[]> {
    await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    await page.evaluate(axe);
    const results = await page.evaluate<AxeResults>('axe.run()');
    return results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary ?? ''}`,
    );
  }

  it('shows the question, the answer and every part, asking nobody for anything', async () => {
    const { page, problems, requests } = await open(study);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(study.question);
    expect(await page.locator('.sentence').textContent()).toBe(study.answer?.sentence);
    const parts = await page.getByRole('heading', { level: 2 }).allTextContents();
    expect(parts).toEqual([
      'Answer',
      'Variants',
      'Choices',
      'Learning curves',
      'Cost',
      'Errors',
      'Runs',
      'How to repeat it',
    ]);
    expect(await page.locator('figure').count()).toBe(12);
    expect(await page.getByAltText('Test image 247: 4, taken for 9 by 4 runs').count()).toBe(1);
    expect(requests).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('is accessible by day and by night: %s', async (colorScheme) => {
    const { page } = await open(study, { colorScheme });
    expect(await violations(page)).toEqual([]);
  });

  it('sorts by keyboard, empty cells last', async () => {
    const { page } = await open(study);
    const values = () => page.locator('#runs-table tbody tr td:nth-child(4)').allTextContents();
    const sorted = (numbers: string[]) => numbers.filter(Boolean).toSorted((a, b) => Number(a) - Number(b));
    const button = page.locator('#runs-table').getByRole('button', { name: 'val_accuracy' });
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await values()).toEqual([...sorted(await values()), '']);
    await page.keyboard.press('Enter');
    expect(await values()).toEqual([...sorted(await values()).reverse(), '']);
    expect(await page.locator('#runs-table th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
  });

  it('uses the width of a desk’s screen: what was varied comes second, and no table scrolls sideways', async () => {
    const wide = inventStudy({
      grid: {
        'model.kernel_size': [3, 5],
        'model.pooling': ['max', 'average'],
        'training.optimizer.learning_rate': [0.001],
        'training.batch_size': [64],
        'augmentation.rotation': [{ factor: 0.1, fill_mode: 'constant' }],
        'model.activation': ['relu'],
      },
      seeds: 2,
    });
    const { page } = await open(wide, { viewport: { width: 1400, height: 900 } });
    const titles = await page.locator('#runs-table thead th').allTextContents();
    expect(titles.slice(0, 2)).toEqual(['kernel_size', 'pooling']);
    expect(titles.at(-1)).toBe('Run');
    expect(titles).toContain('val_accuracy (%)');
    const boxes = await page.evaluate<[over: number, width: number][]>(
      `[...document.querySelectorAll('.table')].map((box) => [box.scrollWidth - box.clientWidth, box.clientWidth])`,
    );
    expect(boxes.map(([over]) => over)).toEqual(boxes.map(() => 0));
    expect(Math.max(...boxes.map(([, width]) => width))).toBeGreaterThan(1300);
    const means = await page.locator('#variants-table tbody td:nth-child(4)').allTextContents();
    expect(new Set(means.map((text) => text.split('.')[1].length)).size).toBe(1);
  });

  it('filters by words, from the keyboard', async () => {
    const { page } = await open(study);
    await page.keyboard.press('/');
    await page.keyboard.type('average pruned');
    expect(await page.locator('#runs-table tbody tr:visible').count()).toBe(1);
    expect(await page.locator('#runs [role=status]').textContent()).toBe('1 of 24 runs');
  });

  it('tells what a mark stands for that is pointed at', async () => {
    const { page } = await open(study);
    await page.locator('#variants .on-page svg circle').last().hover();
    expect(await page.locator('#tip').textContent()).toMatch(/^\d · \w+: mean 9\d\.\d/);
  });

  it.each([
    ['of a grid', study],
    ['of one variant', inventStudy({ grid: {}, seeds: 3 })],
    ['of what doesn’t want to be shown', hostileStudy()],
  ])('fits a phone: a report %s', async (_, shown) => {
    const { page, problems } = await open(shown, { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const widths = await page.evaluate<number[]>(
      '[...document.querySelectorAll(".on-phone svg, .compact svg")].map((svg) => svg.getBoundingClientRect().right)',
    );
    expect(Math.max(0, ...widths)).toBeLessThanOrEqual(360);
    expect(problems).toEqual([]);
  });

  it.each([390, 768, 1440])('goes over no edge at %d px', async (width) => {
    const { page } = await open(study, { viewport: { width, height: 900 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    // No box but those that scroll by themselves is wider than the page.
    const over = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main *:not(.table *)')].filter((each) => each.getBoundingClientRect().right > ${width} + 1 && !each.closest('.table')).map((each) => each.tagName + '.' + each.className)`,
    );
    expect(over).toEqual([]);
  });

  it('shows names as they are, whatever is in them', async () => {
    const hostile = hostileStudy();
    const { page, problems } = await open(hostile);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(hostile.question);
    expect(await page.locator('script').count()).toBe(1);
    const cells = await page.locator('#variants-table tbody tr > *').allTextContents();
    // As it was written, as far as a label shows it.
    const value = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;
    expect(cells.filter((cell) => cell.includes(`${value.slice(0, 58)}…`)).length).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  it('shows three hundred variants, with some pruned and failed', async () => {
    const many = inventStudy({
      grid: {
        'a.rate': Array.from({ length: 50 }, (_, i) => 10 ** (-i / 10)),
        'b.units': [1, 2, 3],
        'c.pooling': ['max', 'average'],
      },
      seeds: 2,
      statusOf: (variant) => (variant % 7 === 3 ? 'PRUNED' : variant % 11 === 5 ? 'FAILED' : 'FINISHED'),
    });
    const { page, problems } = await open(many, { viewport: { width: 360, height: 740 } });
    expect(await page.locator('#runs-table tbody tr').count()).toBe(600);
    expect(await page.locator('#variants-table tbody tr').count()).toBe(300);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(problems).toEqual([]);
  });

  it('can be read without scripts, and is printed by day', async () => {
    const { page } = await open(study, { javaScriptEnabled: false, colorScheme: 'dark' });
    expect(await page.locator('#runs-table thead').innerText()).toContain('val_accuracy');
    expect(await page.locator('.filter').isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const printed = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(printed).toBe('rgb(255, 255, 255)');
    expect(await page.locator('nav').isVisible()).toBe(false);
  });

  it('prints every column: tables are no wider than a page of A4', async () => {
    const { page } = await open(study, { viewport: { width: 718, height: 1000 } });
    await page.emulateMedia({ media: 'print' });
    const widths = await page.evaluate<number[]>(
      '[...document.querySelectorAll("table")].map((table) => table.getBoundingClientRect().right)',
    );
    expect(Math.max(...widths)).toBeLessThanOrEqual(718);
  });
});
