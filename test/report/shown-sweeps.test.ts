import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html.js';
import { gatherStudy } from '../../src/study/gather-study.js';
import { PATIENCE, findChromium } from '../support/chromium.js';
import { SHOWN_SWEEPS, shownSweepsIn, type ShownSweeps } from '../support/shown-sweeps.js';

const executablePath = findChromium();
/** A page of A4 less its margins, in pixels. */
const PAPER = 703;

/** What goes over the right edge, and what words are in two lines; a name may break where the page says so (`<wbr>`). */
const MISFITS = `(() => {
  const edge = document.documentElement.clientWidth + 1;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.checkVisibility() || node.parentElement.closest('.skip, #answer-title, script, style, title')) continue;
    for (const { 0: word, index } of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const boxes = [...range.getClientRects()].filter(({ width }) => width > 0);
      if (new Set(boxes.map(({ top }) => Math.round(top))).size > 1) found.push('broken: ' + word);
      // On a screen a wide table scrolls, and says so by a shadow at its edge.
      if (boxes.some(({ right }) => right > edge) && !(matchMedia('screen').matches && node.parentElement.closest('.table, pre'))) found.push('over the edge: ' + word);
    }
  }
  return found;
})()`;

describe.skipIf(executablePath === undefined)('reports of sweeps of every shape, in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ablate-shown-'));
  const runs = join(folder, 'runs');
  let browser: Browser;
  let sweeps: ShownSweeps;

  beforeAll(async () => {
    sweeps = shownSweepsIn(runs);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  it.each(SHOWN_SWEEPS)(
    '%s: nothing over an edge at 390, 768, 1440 px, no word broken there or in print',
    async (name) => {
      const study = await gatherStudy(runs, [sweeps[name].id], { curves: true, confusion: true, misclassified: 24 });
      const file = join(folder, 'report.html');
      writeFileSync(file, await renderHtml(study));
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.goto(`file://${file}`);
      for (const width of [390, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${width} px`).toBe(width);
        expect(await page.evaluate(MISFITS), `${width} px`).toEqual([]);
      }
      await page.setViewportSize({ width: PAPER, height: 1000 });
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('document.documentElement.scrollWidth'), 'print').toBe(PAPER);
      expect(await page.evaluate(MISFITS), 'print').toEqual([]);
      await page.close();
    },
  );

  it('a search names the best, and the command that confirms it; no row is a variant of one run', async () => {
    const { id } = sweeps['a random search'];
    const html = await renderHtml(await gatherStudy(runs, [id]));
    expect(html).toContain(`ablate sweep --confirm ${id}`);
    expect(html).toContain('Best found of 20: ');
    expect(html).not.toContain('id="differences"');
    expect(html).not.toContain('id="comparisons-table"');
  });
});
