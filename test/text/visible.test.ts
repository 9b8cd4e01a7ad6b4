import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { formatTable } from '../../src/display/tables/table.js';
import { renderPlots } from '../../src/report/plots/plots.js';
import { renderMarkdown } from '../../src/report/markdown.js';
import { guardOutput, terminalText, unguarded, visible, visibleLine } from '../../src/text/visible.js';
import { inventStudy } from '../support/studies.js';

it.each([
  ['\u001b[2J\u001b[31mred', String.raw`\u001b[2J\u001b[31mred`],
  ['\u001b]0;title\u0007', String.raw`\u001b]0;title\u0007`],
  ['\u009b31m', String.raw`\u009b31m`],
  ['a\u0000b\u007fc', String.raw`a\u0000b\u007fc`],
  ['user\u202egnp.exe', String.raw`user\u202egnp.exe`],
  ['over\rwritten', String.raw`over\u000dwritten`],
  ['\u2066x\u2069\u200f\u061c', String.raw`\u2066x\u2069\u200f\u061c`],
  ['\u200b\ufeff\u2028', String.raw`\u200b\ufeff\u2028`],
  ['Bär 猫 🐈‍⬛ نعم\ttab\nline\r\nend', 'Bär 猫 🐈‍⬛ نعم\ttab\nline\r\nend'],
])('%j is shown as what it is', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

it('JSON stays the same JSON', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
      expect(JSON.parse(visible(text))).toEqual(JSON.parse(text));
    }),
  );
});

it('nothing that a terminal obeys is left of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const obeyed = String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]`;
      expect(terminalText(text)).not.toMatch(new RegExp(obeyed));
    }),
  );
});

it('a line stays one', () => {
  expect(visibleLine('a\nb\r\nc')).toBe(String.raw`a\nb\nc`);
});

it('what is written to a guarded stream is visible; what moves the cursor goes past it', () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
  guardOutput(stream);
  stream.write('evil \u001b[2K\n');
  unguarded(stream).write('\u001b[1A');
  stream.write(Buffer.from([0x1b]));
  expect((stream.read() as Buffer).toString('latin1')).toBe('evil \\u001b[2K\n\u001b[1A\u001b');
});

it('cells are measured as they are shown, in a line each', () => {
  const [titles, row] = formatTable([{ title: 'A' }, { title: 'B' }], [['x\u001by\n', 'end']])
    .split('\n')
    .map(stripVTControlCharacters);
  expect(row).toBe(String.raw`x\u001by\n  end`);
  expect(titles.indexOf('B')).toBe(row.indexOf('end'));
});

it('Markdown and SVG hold no control characters', () => {
  const question = 'Does \u001b[8m\u202eit\u0000 ```\n# work?';
  const study = inventStudy({ grid: { 'model.pooling': ['max', 'average'] }, changes: { question } });
  const commands = ["ablate run 'a\u001b```\n.yaml'"];
  const text = renderMarkdown({ ...study, origin: { ...study.origin, commands } });
  expect(text).toContain(String.raw`# Does \\u001b\[8m\\u202eit\\u0000`);
  expect(text).toContain("````sh\nablate run 'a\\u001b```\n.yaml'\n````");
  const plots = renderPlots(inventStudy({ grid: { 'model.pooling': ['max\u001b\u202e', 'average'] } }));
  for (const { svg } of plots) expect(visible(svg)).toBe(svg);
});
