import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** A block of code in a page: ```` ```sh runnable ````. */
export interface Block {
  /** The line of its fence, from 1. */
  line: number;
  /** The first word after the fence: `sh`. */
  language: string;
  /** The rest of that line: `runnable`. */
  marking: string;
  lines: string[];
}

/** The Markdown pages of the repository, relative to it, without what is installed or made. */
export function markdownPages(): string[] {
  const folders = ['', 'docs', 'docs/internals', 'bench', 'experiments', 'templates', 'deploy'];
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map(({ name }) => join(folder, name)),
  );
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The fenced blocks of a page, also those that are indented in a list. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { block: Block; fence: string; indent: number } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^( *)(`{3,})(\S*) *(.*)$/.exec(line);
    if (open) {
      if (fence?.[2] === open.fence && fence[3] === '') open = undefined;
      else open.block.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
    } else if (fence) {
      const block = { line: index + 1, language: fence[3], marking: fence[4].trim(), lines: [] };
      blocks.push(block);
      open = { block, fence: fence[2], indent: fence[1].length };
    }
  }
  return blocks;
}

/** A page without its blocks of code and its code in lines, in which nothing is a link or a heading. */
export function proseOf(text: string): string {
  const isInBlock = new Set(
    blocksOf(text).flatMap(({ line, lines }) => Array.from({ length: lines.length + 2 }, (_, i) => line + i)),
  );
  return text
    .split('\n')
    .map((line, index) => (isInBlock.has(index + 1) ? '' : line))
    .join('\n');
}
