import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { fileInFolder } from '../../../src/data/tables/folder-table.js';
import { it, userError } from '../fixtures.js';
import { readTable } from './read.js';

describe('JSONL', () => {
  it('has the keys of all rows as columns, and what a row lacks as missing', async ({ folder }) => {
    const file = join(folder, 't.jsonl.gz');
    writeFileSync(file, gzipSync('{"text":"a","emotions":["joy","love"]}\r\n\n{"label":null,"text":1.5}'));
    const { table, rows, place } = await readTable(file);
    expect(table.columns.map(({ name }) => name)).toEqual(['text', 'emotions', 'label']);
    expect(rows).toEqual([
      ['a', ['joy', 'love'], null],
      [1.5, null, null],
    ]);
    expect(place(1, 0)).toBe(`${file}:3: text`);
  });

  it.for([
    ['{"a":1}\n{"a":x}\n', ":2: is not JSON: unexpected token 'x'"],
    ['{"a":1}\n{"a":\n', ':2: is not JSON: unexpected end of JSON input'],
    ['{"a":1}\n[1]\n', ':2:1: expected a JSON object, found "[1]"'],
    ['\n', ': has no rows'],
  ])('that is damaged is refused at its place: %j', async ([text, message], { folder }) => {
    const file = join(folder, 't.jsonl');
    writeFileSync(file, text);
    expect((await userError(readTable(file))).message.slice(file.length)).toContain(message);
  });
});

describe('annotations of COCO', () => {
  const coco = {
    images: [
      { id: 7, file_name: 'a.jpg' },
      { id: 3, file_name: 'b.jpg' },
    ],
    categories: [
      { id: 18, name: 'dog' },
      { id: 17, name: 'cat' },
    ],
    annotations: [
      { image_id: 7, category_id: 17, bbox: [0, 0, 1, 1] },
      { image_id: 7, category_id: 18 },
      { image_id: 7, category_id: 17 },
    ],
  };

  it('give the names of what is in each image', async ({ folder }) => {
    const file = join(folder, 'instances.json');
    writeFileSync(file, JSON.stringify(coco));
    const { table, rows, place } = await readTable(file);
    expect(table.columns).toEqual([{ name: 'file_name' }, { name: 'categories', classes: ['dog', 'cat'] }]);
    expect(rows).toEqual([
      ['a.jpg', ['dog', 'cat']],
      ['b.jpg', []],
    ]);
    expect(place(1, 1)).toBe(`${file}: images[1]`);
  });

  it.for([
    [{ ...coco, annotations: [{ image_id: 1, category_id: 17 }] }, ': annotations[0].image_id: no image has the id 1'],
    [{ ...coco, annotations: [{ image_id: 7, category_id: 1 }] }, ': annotations[0].category_id: no category has'],
    [{ ...coco, images: [...coco.images, coco.images[0]] }, ': images[2].id: a second image has the id 7'],
    [{ ...coco, images: [{ id: 'x' }] }, ': images[0].id: expected a number'],
    [{ images: [] }, ': annotations: expected a list'],
    [[], ': images: expected a list'],
    ['{', ': is not JSON: '],
  ])('that contradict themselves are refused: %j', async ([value, message], { folder }) => {
    const file = join(folder, 'instances.json');
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    expect((await userError(readTable(file))).message.slice(file.length)).toContain(message);
  });
});

describe('a folder', () => {
  it('is the table that its metadata are, or the parts that it was written in', async ({ folder }) => {
    writeFileSync(join(folder, 'metadata.csv'), 'file_name,label\na.png,cat\n');
    expect(await readTable(folder)).toMatchObject({ rows: [['a.png', 'cat']], table: { folder } });
    writeFileSync(join(folder, 'metadata.jsonl'), '{"file_name":"a.png"}');
    expect((await userError(readTable(folder))).message).toBe(`${folder}: holds metadata.csv and metadata.jsonl`);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect((await userError(readTable(empty))).message).toContain('holds no table');
  });

  it('has the files that a table names, and none outside of it', async ({ folder }) => {
    const inner = join(folder, 'data');
    mkdirSync(join(inner, 'images'), { recursive: true });
    writeFileSync(join(folder, 'secret'), '');
    writeFileSync(join(inner, 'images', 'a.png'), '');
    symlinkSync('a.png', join(inner, 'images', 'link.png'));
    symlinkSync(join(folder, 'secret'), join(inner, 'out.png'));
    expect(await fileInFolder(inner, 'images/../images/a.png', 't.csv:2:1')).toBe(join(inner, 'images', 'a.png'));
    expect(await fileInFolder(inner, 'images/link.png', 't.csv:2:1')).toBe(join(inner, 'images', 'link.png'));
    for (const [name, message] of [
      ['../secret', 'leads out of'],
      [join(folder, 'secret'), 'leads out of'],
      ['out.png', 'is a link out of'],
      ['images', 'is not a regular file'],
      ['b.png', 'no such file'],
      ['a\0.png', 'leads out of'],
    ]) {
      const { message: found } = await userError(fileInFolder(inner, name, 't.csv:2:1'));
      expect(found).toMatch(/^t\.csv:2:1: /);
      expect(found).toContain(message);
    }
  });
});
