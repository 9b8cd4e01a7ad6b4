import { existsSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, markdownPages, proseOf, readPage } from '../support/pages.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** Pages that are no guides: they are written by programs, or are for those who change Ablate. */
const NO_GUIDES = ['docs/answers.md', 'docs/reference.md', 'docs/architecture.md'];
/** A guide's first command stands within so many lines. */
const OPENING = 16;

interface Link {
  page: string;
  line: number;
  target: string;
}

function linksOf(page: string): Link[] {
  const lines = proseOf(readPage(page)).split('\n');
  return lines.flatMap((text, index) =>
    [...text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => {
      return { page, line: index + 1, target };
    }),
  );
}

/** The anchors that GitHub gives a page's headings: of several with one text the later ones are numbered. */
function anchorsOf(page: string): Set<string> {
  const headings = [...proseOf(readPage(page)).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, text]) =>
    text
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(
    headings.map((slug, i) => {
      const before = headings.slice(0, i).filter((other) => other === slug).length;
      return before === 0 ? slug : `${slug}-${before}`;
    }),
  );
}

/** Why a link leads nowhere, with its place; nothing of one that leads somewhere, or out of the repository. */
function problemOf({ page, line, target }: Link): string[] {
  if (/^[a-z]+:/.test(target)) return [];
  const [path, anchor] = target.split('#') as [string, string | undefined];
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (!existsSync(join(ROOT, file))) return [`${page}:${line}: there is no ${file}`];
  const isThere = anchor === undefined || !file.endsWith('.md') || anchorsOf(file).has(anchor);
  return isThere ? [] : [`${page}:${line}: ${file} has no heading #${anchor}`];
}

describe('the pages', () => {
  const pages = markdownPages();
  const guides = pages.filter((page) => dirname(page) === 'docs' && !NO_GUIDES.includes(page));

  it('have no link that leads nowhere', () => {
    expect(pages.length).toBeGreaterThan(30);
    const links = pages.flatMap(linksOf);
    expect(links.length).toBeGreaterThan(50);
    expect(links.flatMap(problemOf)).toEqual([]);
  });

  it('are all linked: those for users from the README, those about the inside from one of them', () => {
    const linkedFrom = (page: string): string[] =>
      linksOf(page).map(({ target }) => normalize(join(dirname(page), target.split('#')[0])));
    const fromReadme = linkedFrom('README.md');
    expect(pages.filter((page) => dirname(page) === 'docs' && !fromReadme.includes(page))).toEqual([]);
    const fromGuides = pages.filter((page) => dirname(page) === 'docs').flatMap(linkedFrom);
    expect(pages.filter((page) => dirname(page) === 'docs/internals' && !fromGuides.includes(page))).toEqual([]);
  });

  it.each(guides)('%s begins with a command', (page) => {
    const [first] = blocksOf(readPage(page));
    // Of the API it is a program.
    expect(first.language, `${page}:${first.line}`).toMatch(/^(sh|ts|js)$/);
    expect(first.line, page).toBeLessThanOrEqual(OPENING);
  });
});
