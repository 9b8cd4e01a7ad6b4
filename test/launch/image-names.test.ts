import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { findImages } from '../../src/launch/options/image-names.js';
import { it, userError } from '../data/fixtures.js';

function write(folder: string, paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'x');
  }
}

describe('images of a command line', () => {
  it('are files, folders and patterns, in the order given', async ({ folder }) => {
    write(folder, [
      'b/2.png',
      'b/10.jpg',
      'b/deep/1.jfif',
      'b/.x.png',
      'b/notes.md',
      'a/3.png',
      'a/4.txt',
      'a/[5].png',
    ]);
    symlinkSync('gone', join(folder, 'b/lost.png'));
    const at = (...paths: string[]) => paths.map((path) => join(folder, path));
    const found = await findImages(['-', ...at('b', 'missing.png', 'a/*.png', 'a/[5].png')]);
    expect(found.files).toEqual([
      '-',
      ...at('b/10.jpg', 'b/2.png', 'b/deep/1.jfif', 'missing.png', 'a/3.png', 'a/[5].png', 'a/[5].png'),
    ]);
    expect(found.unreadable).toEqual([{ path: join(folder, 'b/lost.png'), reason: 'a link to nothing' }]);
    expect(found.passedOver).toEqual([
      { path: join(folder, 'b/.x.png'), reason: 'hidden' },
      { path: join(folder, 'b/notes.md'), reason: 'not an image' },
    ]);
  });

  it('are looked for before anything else: none is a mistake', async ({ folder }) => {
    write(folder, ['empty/notes.md']);
    for (const word of ['empty', 'empty/*.png', '**/*.{jpg,png}']) {
      const { code, exitCode, message } = await userError(findImages([join(folder, word)]));
      expect([code, exitCode]).toEqual(['no-images', 2]);
      expect(message).toContain(word);
    }
  });
});
