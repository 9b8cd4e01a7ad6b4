import { mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/system/cache.js';
import { Workspace } from '../support/program.js';

const IMAGES = 700;
const SIDE = 512;

/** Its pixels take more than TensorFlow itself, so that a copy would show; on disk the images are small, and enlarged. */
const experiment = `
name: large
dataset: { name: image_folder, path: images, image_size: ${SIDE}, validation_split: 0.2 }
model:
  layers:
    - { type: conv2d, filters: 4, kernel_size: 8, strides: 8 }
    - { type: global_pooling2d }
    - { type: dense }
training: { epochs: 1, batch_size: 8, optimizer: { name: adam, learning_rate: 0.01 } }
tracking: none
`;

async function writeImages(folder: string): Promise<void> {
  for (let index = 0; index < IMAGES; index++) {
    const isLight = index % 2 === 1;
    const directory = join(folder, isLight ? 'light' : 'dark');
    await mkdir(directory, { recursive: true });
    const background = { r: isLight ? 220 : 30, g: index % 256, b: 100 };
    await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toFile(join(directory, `${index}.png`));
  }
}

/** A cache whose data go with the test's folder; TensorFlow is where it was. */
function ownCache(folder: string): string {
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  symlinkSync(join(cacheDirectory(), 'python'), join(cache, 'python'));
  return cache;
}

/** Bytes of its own that a process and those it started have in memory: without what is mapped from files. */
function privateBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = 1024 * Number(/RssAnon:\s*(\d+)/.exec(status)?.[1] ?? 0);
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) => {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  });
  return children.reduce((largest, child) => Math.max(largest, privateBytes(child)), own);
}

describe.runIf(process.platform === 'linux')('a dataset as large as memory', () => {
  it('trains, validates and tests without a copy of it', async () => {
    const workspace = new Workspace();
    await writeImages(join(workspace.folder, 'images'));
    workspace.write('large.yaml', experiment);
    const { result, pid } = workspace.start(['run', 'large.yaml'], { ABLATE_CACHE: ownCache(workspace.folder) });
    let peak = 0;
    const timer = setInterval(() => {
      try {
        peak = Math.max(peak, privateBytes(pid));
      } catch {
        // One of them ended while it was looked at.
      }
    }, 50);
    const { code, stderr } = await result;
    clearInterval(timer);
    expect(stderr).toContain('448 training, 112 validation, 140 test images');
    expect(code).toBe(0);
    const [id] = workspace.runs();
    expect(workspace.summary(id).metrics.test_accuracy).toBeGreaterThan(0.9);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(IMAGES * SIDE * SIDE * 3);
  });
});
