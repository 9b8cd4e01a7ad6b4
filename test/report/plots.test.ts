import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inUnits } from '../../src/report/in-units.js';
import { markup, prose } from '../../src/report/page/markup.js';
import { paretoFront } from '../../src/report/plots/cost.js';
import { PALETTE, STROKES, type Shades } from '../../src/report/plots/palette.js';
import { figuresOf, renderPlots } from '../../src/report/plots/plots.js';
import { toPng } from '../../src/report/plots/png.js';
import { rankVariants } from '../../src/report/plots/ranking.js';
import { isLogarithmic } from '../../src/report/plots/scale.js';
import { shortened, textWidth } from '../../src/text/drawn.js';
import { contrast, leastDifference } from '../support/colors.js';
import { hostileStudy, inventStudy } from '../support/studies.js';

const grid = { 'model.kernel_size': [3, 5, 7], 'model.pooling': ['max', 'average'] };

describe('the plots of a study', () => {
  it('stand alone: complete SVG with names of their own, that a picture can be made of', async () => {
    const plots = renderPlots(inventStudy({ grid }));
    expect(new Set(plots.map(({ name }) => name)).size).toBe(plots.length);
    for (const { name, svg, alternative } of plots) {
      expect(name).toMatch(/^[a-z0-9-]+$/);
      expect(svg).not.toMatch(/var\(|NaN|Infinity|undefined/);
      expect(alternative.length).toBeGreaterThan(20);
      const { data, info } = await sharp(await toPng(svg))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info.width).toBeGreaterThan(600);
      expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
      expect(data.some((value) => value < 100)).toBe(true);
    }
  });

  it('leave out what a study has nothing for', () => {
    const names = renderPlots(inventStudy({ grid: {}, seeds: 1, epochs: 0 })).map(({ name }) => name);
    expect(names).toEqual(['variants', 'confusion-1-baseline']);
    const failed = inventStudy({ grid, statusOf: () => 'FAILED' });
    expect(renderPlots(failed)).toEqual([]);
  });

  it('escape what names hold', () => {
    for (const { svg } of renderPlots(hostileStudy())) expect(svg).not.toMatch(/<(script|img)/i);
  });

  it('of a search tell the best so far, and the score against each number that was drawn', () => {
    const rates = Array.from({ length: 12 }, (_, i) => 10 ** (-i / 3));
    const searched = inventStudy({ grid: { 'training.optimizer.learning_rate': rates }, seeds: 1 });
    const kinds = { key: 'model.pooling', importance: 0.1, pValue: null, answer: null };
    const level = { n: 6, mean: 0.97, interval: null };
    const drawn = searched.factors.map((one) => ({ ...one, levels: one.levels.map((each) => ({ ...each, n: 1 })) }));
    const both = [...drawn, { ...kinds, levels: ['max', 'none'].map((value) => ({ ...level, value })) }];
    const plots = new Map(renderPlots({ ...searched, factors: both }).map(({ name, svg }) => [name, svg]));
    expect([...plots.keys()]).toEqual(expect.arrayContaining(['best-so-far', 'against-learning-rate', 'choices']));
    // Twelve numbers of a run each are no levels.
    expect(plots.get('choices')).not.toContain('learning_rate');
  });

  it('of a search have no line for each variant of a run, and a dot for each value that is no number', () => {
    const rates = Array.from({ length: 12 }, (_, i) => 10 ** (-i / 3));
    const grid = { 'training.optimizer.learning_rate': rates, 'model.pooling': ['max', 'average'] };
    const searched = inventStudy({ grid, seeds: 1, changes: { search: { id: 'searched', method: 'random' } } });
    const names = renderPlots(searched).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['best-so-far', 'against-learning-rate', 'against-pooling']));
    expect(names.filter((name) => ['variants', 'differences', 'choices'].includes(name))).toEqual([]);
    const numbers = (scale: (i: number) => number) => Array.from({ length: 20 }, (_, i) => scale(i));
    expect(isLogarithmic(numbers((i) => 10 ** (-i / 4)))).toBe(true);
    expect(isLogarithmic(numbers((i) => 1 + 3 * i))).toBe(false);
  });

  it('draw what is far behind on a scale of its own, and leave it out of the rest, which says so', () => {
    const study = inventStudy({ grid, changes: { farBehind: ['kernel_size=7 pooling="average"'] } });
    const { variants, choices, cost } = figuresOf(study);
    for (const { draw } of variants) expect(draw(640)).toContain('far behind');
    for (const { caption } of [...choices, ...cost]) expect(caption).toContain('Without the 1 variant far behind.');
    expect(choices.find(({ name }) => name === 'parallel-coordinates')?.alternative).toMatch(/^5 variants/);
  });

  it('cut no name where there is room', () => {
    const grid = { 'model.kernel_size': [3, 5], 'training.optimizer.learning_rate': [0.001, 10] };
    const { variants, choices } = figuresOf(inventStudy({ grid }));
    for (const { draw } of variants) {
      const texts = new Set([...draw(640).matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text));
      expect([...texts]).toEqual(expect.arrayContaining(['kernel_size · learning_rate', '3 · 0.001', '5 · 10']));
      expect([...texts].filter((text) => text.includes('…'))).toEqual([]);
    }
    for (const { draw } of choices) expect(draw(640)).not.toContain('…');
  });

  it('tell losses that fit no axis by their magnitude, and a single value in few digits', () => {
    const study = inventStudy({ grid });
    const huge = study.variants.map((variant) => ({
      ...variant,
      runs: variant.runs.map((run) => ({
        ...run,
        value: 0.11233333333,
        curves: { train_loss: [1, 2, 3].map((epoch) => ({ epoch, value: 300_000 / epoch })) },
      })),
    }));
    const { curves, variants } = figuresOf(inUnits({ ...study, variants: huge }));
    expect(curves.map(({ draw }) => draw(640)).join('')).toMatch(/>250k</);
    expect(variants[0].draw(640)).toMatch(/>11\.23</);
    expect(variants[0].draw(640)).not.toMatch(/>11\.23333/);
  });

  it('show no interval beyond what is possible', () => {
    const study = inventStudy({ grid, seeds: 2 });
    const spread = study.variants.map((variant) => ({
      ...variant,
      runs: variant.runs.map((run, i) => ({ ...run, value: i === 0 ? 0.999 : 0.95 })),
    }));
    const intervals = rankVariants(inUnits({ ...study, variants: spread })).map(({ interval }) => interval ?? []);
    expect(Math.max(...intervals.flat())).toBe(100);
  });

  it('tell in words what they show', () => {
    const told = new Map(renderPlots(inventStudy({ grid })).map(({ name, alternative }) => [name, alternative]));
    expect(told.get('variants')).toMatch(
      /^Means of val_accuracy \(%\) with 95 % intervals, best first: 5 · max \(mean 98\./,
    );
    expect(told.get('importance')).toBe(
      'Importance: kernel_size 60.0 %, pooling 30.0 % and kernel_size × pooling 5.0 %.',
    );
  });
});

describe('the Pareto front', () => {
  it('holds exactly the points that no other beats', () => {
    const point = fc.record({
      name: fc.string(),
      cost: fc.integer({ min: 1, max: 9 }),
      value: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1 }), (points) => {
        const front = paretoFront(points, 'maximize');
        const isBeaten = ({ cost, value }: (typeof points)[number]) =>
          points.some((one) => one.cost <= cost && one.value >= value && (one.cost < cost || one.value > value));
        expect(front.some(isBeaten)).toBe(false);
        const places = new Set(front.map(({ cost, value }) => `${cost} ${value}`));
        for (const one of points) if (!isBeaten(one)) expect(places.has(`${one.cost} ${one.value}`)).toBe(true);
      }),
    );
  });
});

describe('the colours', () => {
  it.each(['light', 'dark'] as const)('can be read and told apart by everyone: %s', (shade: keyof Shades) => {
    const { surface, raised, text, muted, accent, error, ...rest } = PALETTE;
    for (const letters of [text, muted, accent, error]) {
      expect(contrast(letters[shade], surface[shade])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(letters[shade], raised[shade])).toBeGreaterThanOrEqual(4.5);
    }
    const series = [rest.series1, rest.series2, rest.series3, rest.series4, rest.series5, rest.series6];
    for (const color of series) expect(contrast(color[shade], surface[shade])).toBeGreaterThanOrEqual(3);
    expect(leastDifference(series.map((color) => color[shade]))).toBeGreaterThan(20);
    expect(new Set(STROKES.map(({ dash }) => dash)).size).toBe(STROKES.length);
  });
});

describe('text', () => {
  it('is cut to the room there is, at its middle', () => {
    expect(shortened('kernel_size=3 pooling=average', 100)).toBe('kernel…verage');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 30, max: 300 }), (text, width) => {
        expect(textWidth(shortened(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('keeps a number whole in prose: its exponent, and its percent sign', () => {
    const kept = [
      ...prose('at 1e-7, by 95.1 % (96.67 % interval 0 to 1): no').text.matchAll(/<span class="whole">([^<]*)</g),
    ];
    expect(kept.map(([, text]) => text)).toEqual(['1e-7,', '95.1 %', '(96.67 %']);
  });

  it('is only text in markup, in attributes, too', () => {
    const evil = `"><script>alert('&')</script>`;
    const made = markup`<p title="${evil}">${[evil, null, 3]}</p>`.text;
    expect(made.match(/<[^>]*>/g)).toHaveLength(2);
    expect(made).toContain('&lt;script&gt;alert(&apos;&amp;&apos;)&lt;/script&gt;3</p>');
  });
});
