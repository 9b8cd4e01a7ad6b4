import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PICTURES } from '../../scripts/pictures.js';
import { cellsOf, Screen, screenOf, terminalPicture, textOf } from '../../scripts/terminal-picture.js';
import { readPage } from '../support/pages.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** In bytes: a page that has them all is still read at once. */
const LARGEST = 300_000;

describe('the pictures of the pages', () => {
  const made = Object.keys(PICTURES).toSorted();

  it('are those that `npm run pictures` makes, and the README shows them all', () => {
    const shown = [...readPage('README.md').matchAll(/\]\(docs\/images\/([^)]+)\)/g)].map(([, name]) => name);
    expect(shown.toSorted()).toEqual(made);
    expect(readdirSync(join(ROOT, 'docs/images')).toSorted()).toEqual(made);
  });

  it.each(made)('%s is small', (name) => {
    expect(statSync(join(ROOT, 'docs/images', name)).size).toBeLessThan(LARGEST);
  });
});

describe('the picture of a terminal', () => {
  const shown = (output: string): string[] => screenOf(output).map(textOf);

  it('has what is left where lines are drawn anew', () => {
    expect(shown('one\r\ntwo\r\n\u001b[2K\u001b[1A\u001b[2K\u001b[GTWO\r\n')).toEqual(['one', 'TWO', '']);
    expect(shown('one\r\ntwo\u001b[1A\r\u001b[0Jnew')).toEqual(['new']);
    expect(shown('abc\rx\u001b[K')).toEqual(['x']);
    expect(shown('\u001b[?25l  a\u001b[2Cb')).toEqual(['  a  b']);
  });

  it('obeys a code that comes in two parts', () => {
    const screen = new Screen();
    for (const part of ['one\r\ntwo\u001b', '[1', 'A\rO']) screen.write(part);
    expect(screen.rows.map(textOf)).toEqual(['One', 'two']);
  });

  it('has the colours, each as long as it lasts', () => {
    const [row] = screenOf('\u001b[1mb\u001b[31mr\u001b[39mb\u001b[22mp');
    expect(row.map(({ style }) => style)).toEqual(['bold', 'bold red', 'bold', '']);
  });

  it('puts each word where its columns are, and what is written is text', () => {
    const svg = terminalPicture([{ rows: [cellsOf('a  <b>')], columns: 10 }]);
    // Of 8.4 pixels a column, after 16 of padding.
    expect(svg).toContain('<text x="16" y="30.4" textLength="8.4">a</text>');
    expect(svg).toContain('<text x="41.2" y="30.4" textLength="25.2">&lt;b&gt;</text>');
  });
});
