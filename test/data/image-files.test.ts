import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { listImages } from '../../src/data/images/image-files.js';
import { it, userError } from './fixtures.js';

/** Writes files, `{a,b}` in a path standing for both; what they hold is for the decoder alone to see. */
async function write(root: string, paths: string[], contents: string | Buffer = 'x'): Promise<void> {
  for (const path of paths.flatMap(alternatives)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), contents);
  }
}

function alternatives(path: string): string[] {
  const match = /^(.*?)\{(.*?)\}(.*)$/.exec(path);
  if (!match) return [path];
  const [, before, words, after] = match;
  return words.split(',').flatMap((word) => alternatives(`${before}${word}${after}`));
}

const pathsOf = (images: readonly { path: string }[]) => images.map(({ path }) => path).sort();
const passedOver = async (root: string) =>
  Object.fromEntries((await listImages(root)).passedOver.map(({ path, reason }) => [path, reason]));

describe('a folder of sets', () => {
  it.for([
    ['train', 'val', 'test'],
    ['Training', 'validation', 'Testing'],
    ['training_set', 'dev', 'test_set'],
    ['seg_train', 'seg_valid', 'seg_test'],
    ['train', 'val', 'evaluation'],
  ])('%s, %s and %s is trained, validated and tested on as it is', async ([train, val, held], { folder }) => {
    await write(folder, [`${train}/{a,b}/{1,2}.png`, `${val}/{a,b}/3.jpg`, `${held}/b/4.webp`]);
    const files = await listImages(folder);
    expect(files).toMatchObject({ classes: ['a', 'b'], isTestDrawn: false, first: `${train}/a/1.png` });
    expect(files.train.map(({ path, label }) => [path, label])).toEqual([
      [`${train}/a/1.png`, 0],
      [`${train}/a/2.png`, 0],
      [`${train}/b/1.png`, 1],
      [`${train}/b/2.png`, 1],
    ]);
    expect(pathsOf(files.validation)).toEqual([`${val}/a/3.jpg`, `${val}/b/3.jpg`]);
    expect(files.test).toEqual([{ path: `${held}/b/4.webp`, label: 1 }]);
  });

  it('without one for the test draws it from the training images', async ({ folder }) => {
    await write(folder, ['training/{ants,bees}/{0,1,2,3,4}.jpg', 'validation/{ants,bees}/9.jpg']);
    const { train, validation, test: held, isTestDrawn } = await listImages(folder);
    expect([train.length, validation.length, held.length, isTestDrawn]).toEqual([8, 2, 2, true]);
    expect(held.every(({ path }) => path.startsWith('training/'))).toBe(true);
  });

  it('may have each set in a folder of its name', async ({ folder }) => {
    await write(folder, ['seg_train/seg_train/{sea,street}/1.jpg', 'seg_test/seg_test/{sea,street}/2.jpg']);
    const files = await listImages(folder);
    expect(files.classes).toEqual(['sea', 'street']);
    expect(pathsOf(files.test)).toEqual(['seg_test/seg_test/sea/2.jpg', 'seg_test/seg_test/street/2.jpg']);
  });

  it('has its classes by their letters, composed or not', async ({ folder }) => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    await write(folder, [`train/${composed}/1.png`, `train/${decomposed}/2.png`, 'train/bar/1.png']);
    await write(folder, [`test/${decomposed}/3.png`, 'test/bar/3.png']);
    const { classes, train, test: held } = await listImages(folder);
    expect(classes).toEqual(['bar', composed]);
    expect([train, held].map((images) => images.map(({ label }) => label))).toEqual([
      [0, 1, 1],
      [0, 1],
    ]);
  });

  const unclear: [string, string[], string][] = [
    ['a third folder', ['{train,test,extra}/{a,b}/1.png'], 'beside it there is extra'],
    ['classes beside a set', ['{cat,dog}/1.png', 'test/{cat,dog}/2.png'], 'beside it there is cat, dog'],
    ['a class that may be a set', ['{cat,dog,test}/1.png'], 'test says which set'],
    ['no training images', ['{test,val}/{a,b}/1.png'], 'test, val, and no folder to train on'],
    ['training images alone', ['Training/{a,b}/1.png'], 'a folder Training, no folder test'],
    ['a set without classes', ['train/{a,b}/1.png', 'test/{1,2}.png'], 'test has 2 images that are of no class'],
    ['two names of one set', ['{train,training,test}/{a,b}/1.png'], 'train and training both say train'],
    ['an evaluation of neither kind', ['{train,eval}/{a,b}/1.png'], 'eval may be for validation or for the test'],
    ['a class that only validates', ['train/{a,b}/1.png', 'val/{a,c}/1.png'], 'val/c has no counterpart train/c'],
    ['sets within classes', ['{cat,dog}/{train,val}/1.png'], 'cat/train and cat/val are sets of images within a class'],
    ['a folder around them', ['pets/{train,test}/{a,b}/1.png'], 'expected a folder per class'],
  ];
  it.for(unclear)('is refused with %s', async ([, paths, message], { folder }) => {
    await write(folder, paths);
    const error = await userError(listImages(folder));
    expect([error.code, error.message]).toEqual(['dataset-invalid', expect.stringContaining(message)]);
  });

  it('is told from classes that are named like a set', async ({ folder }) => {
    await write(folder, ['vehicles/{bus,car,train}/1.png', 'tickets/{valid,invalid}/1.png']);
    expect((await listImages(join(folder, 'vehicles'))).classes).toEqual(['bus', 'car', 'train']);
    expect((await listImages(join(folder, 'tickets'))).classes).toEqual(['invalid', 'valid']);
  });
});

describe('every entry of a folder of images', () => {
  it('is used, or passed over with its reason', async ({ folder }) => {
    await write(folder, ['{train,test}/{cat,dog}/1.png', 'train/cat/more/2.JPEG', 'train/dog/{3.jfif,4.jpe,5.pjpeg}']);
    await write(folder, ['train/cat/.ipynb_checkpoints/1-checkpoint.png', 'train/.git/x.png', 'train/cat/.DS_Store']);
    await write(folder, ['train/dog/@eaDir/3.jfif/THUMB.jpg', '__MACOSX/train/._cat.png', 'README.md', 'logo.png']);
    await write(folder, ['train/stray.png', 'train/dog/notes.txt', 'annotations/1.xml', 'banner.gif']);
    const { train, test: held } = await listImages(folder);
    expect([pathsOf(train), pathsOf(held)]).toEqual([
      [
        'train/cat/1.png',
        'train/cat/more/2.JPEG',
        'train/dog/1.png',
        ...['3.jfif', '4.jpe', '5.pjpeg'].map((name) => `train/dog/${name}`),
      ],
      ['test/cat/1.png', 'test/dog/1.png'],
    ]);
    expect(await passedOver(folder)).toEqual({
      'README.md': 'not an image',
      '__MACOSX/': 'kept by the system',
      'annotations/': 'a folder without images',
      'annotations/1.xml': 'not an image',
      'banner.gif': 'an image by its ending, of a format that is not read',
      'logo.png': 'in no folder of a class',
      'train/.git/': 'hidden',
      'train/cat/.DS_Store': 'hidden',
      'train/cat/.ipynb_checkpoints/': 'hidden',
      'train/dog/@eaDir/': 'kept by the system',
      'train/dog/notes.txt': 'not an image',
      'train/stray.png': 'in no folder of a class',
    });
  });

  it('is known by its first bytes where its ending says nothing', async ({ folder }) => {
    await write(folder, ['{cat,dog}/1.png']);
    const pixel = sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } });
    await write(folder, ['cat/none', 'cat/x.data'], await pixel.clone().jpeg().toBuffer());
    await write(folder, ['dog/sprite.gif'], await pixel.clone().png().toBuffer());
    await write(folder, ['dog/a.b.c'], await pixel.clone().webp().toBuffer());
    await write(folder, ['dog/BMI.txt'], 'BM is how a text may begin too, and P1 2 may follow');
    const { train, test: held } = await listImages(folder);
    expect(pathsOf([...train, ...held])).toEqual(
      ['cat/1.png', 'cat/none', 'cat/x.data', 'dog/1.png', 'dog/a.b.c', 'dog/sprite.gif'].sort(),
    );
    expect(await passedOver(folder)).toEqual({ 'dog/BMI.txt': 'not an image' });
  });

  it('that is an image of another format is refused, and all are named', async ({ folder }) => {
    await write(folder, ['{cat,dog}/1.png', 'cat/{scan.tga,raw.nef}']);
    const raw = { raw: { width: 1, height: 1, channels: 3 as const } };
    await write(folder, ['dog/gray.data'], 'P5\n1 1\n255\n\0');
    await write(folder, ['dog/page'], await sharp(Buffer.alloc(3), raw).tiff().toBuffer());
    await write(folder, ['dog/anim'], await sharp(Buffer.alloc(3), raw).gif().toBuffer());
    await write(folder, ['dog/phone'], await sharp(Buffer.alloc(3), raw).avif().toBuffer());
    await write(folder, ['dog/logo'], '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>');
    const { files, message } = await userError(listImages(folder));
    expect(files).toEqual([
      { path: 'cat/raw.nef', reason: 'an image by its ending, of a format that is not read' },
      { path: 'cat/scan.tga', reason: 'an image by its ending, of a format that is not read' },
      { path: 'dog/anim', reason: 'an image of the format GIF' },
      { path: 'dog/gray.data', reason: 'an image of the format Netpbm' },
      { path: 'dog/logo', reason: 'an image of the format SVG' },
      { path: 'dog/page', reason: 'an image of the format TIFF' },
      { path: 'dog/phone', reason: 'an image of the format HEIF or AVIF' },
    ]);
    expect(message).toContain('7 entries');
  });

  it('is found through links, each folder once', async ({ folder }) => {
    const pets = join(folder, 'pets');
    await write(folder, ['pets/{cat,dog}/1.png', 'pool/{2,3}.png', 'pool/deep/4.png', 'wolves/5.png']);
    await symlink('../../pool', join(pets, 'cat/linked'));
    await symlink('../wolves', join(pets, 'wolf'));
    await symlink('../../pool/2.png', join(pets, 'dog/two.png'));
    await symlink('..', join(folder, 'pool/deep/loop'));
    await symlink('../cat', join(pets, 'dog/friend'));
    await symlink('../..', join(pets, 'dog/everything'));
    await symlink('.', join(pets, 'dog/self'));
    const { classes, train, test: held } = await listImages(pets);
    expect(classes).toEqual(['cat', 'dog', 'wolf']);
    expect(pathsOf([...train, ...held])).toEqual([
      ...['cat/1.png', 'cat/linked/2.png', 'cat/linked/3.png', 'cat/linked/deep/4.png'],
      ...['dog/1.png', 'dog/two.png', 'wolf/5.png'],
    ]);
    expect(await passedOver(pets)).toEqual({
      'cat/linked/deep/loop/': 'a link to cat/linked, which is read already',
      'dog/everything/': 'a link to a folder around this one',
      'dog/friend/': 'a link to cat, which is read already',
      'dog/self/': 'a link to dog, which is read already',
    });
  });

  it('that may matter and cannot be read is named, before anything is decoded', async ({ folder }) => {
    await write(folder, ['{cat,dog}/1.png']);
    await symlink('gone', join(folder, 'cat/2.png'));
    await symlink('gone', join(folder, 'cat/notes.txt'));
    await symlink('round', join(folder, 'cat/round'));
    await symlink('/nowhere', join(folder, 'bird'));
    execFileSync('mkfifo', [join(folder, 'dog/pipe.png')]);
    await mkdir(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9)]));
    await writeFile(Buffer.concat([Buffer.from(`${folder}/dog/z`), Buffer.of(0xff), Buffer.from('.png')]), '');
    const { files } = await userError(listImages(folder));
    expect(files).toEqual([
      { path: 'bird', reason: 'a link to nothing' },
      { path: 'caf\\xE9/', reason: 'its name is not UTF-8' },
      { path: 'cat/round', reason: 'a link: too many symbolic links encountered' },
      { path: 'cat/2.png', reason: 'a link to nothing' },
      { path: 'dog/pipe.png', reason: 'not a regular file' },
      { path: 'dog/z\\xFF.png', reason: 'its name is not UTF-8' },
    ]);
  });

  it('is accounted for, whatever there is', async ({ folder }) => {
    const name = fc.constantFrom('1.png', '2.JPG', '.x.png', 'notes.md', 'data', 'é.webp', ' .jpeg');
    const inner = fc.constantFrom('', 'more/', '.hidden/', 'a/b/', '@eaDir/');
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.tuple(inner, name).map((parts) => parts.join('')),
          { maxLength: 12 },
        ),
        async (entries) => {
          const root = join(folder, String(round++));
          await write(root, ['{cat,dog}/0.png', ...entries.map((entry) => `cat/${entry}`)]);
          const { train, test: held, passedOver } = await listImages(root);
          const told = [...pathsOf([...train, ...held]), ...passedOver.map(({ path }) => path)];
          for (const entry of ['cat/0.png', 'dog/0.png', ...entries.map((path) => `cat/${path}`)]) {
            const ways = told.filter((path) => path === entry || (path.endsWith('/') && entry.startsWith(path)));
            expect([entry, ways.length]).toEqual([entry, 1]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

it('the images tested on are those of before', async ({ folder }) => {
  // As drawn before there were validation sets.
  await write(folder, ['{a,b}/{0,1,2,3,4,5,6,7,8,9}.png', 'a/sub/{x,y}.jpg']);
  const { test: held } = await listImages(folder);
  expect(pathsOf(held)).toEqual(['a/5.png', 'a/sub/y.jpg', 'b/7.png', 'b/9.png']);
});
