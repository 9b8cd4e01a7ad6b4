import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { type RemoteFile, checksumOf, ensureDownloaded, mirrored } from '../../src/data/download.js';
import type { DatasetProgress } from '../../src/data/dataset.js';
import { UserError } from '../../src/text/errors.js';
import { it, userError } from './fixtures.js';
import { type Answer, type FlakyServer, startFlakyServer } from './flaky-server.js';

const contents = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256));

const servers: FlakyServer[] = [];
afterAll(() => Promise.all(servers.map(({ close }) => close())));

async function serve(...answers: Answer[]): Promise<FlakyServer & { remote: RemoteFile }> {
  const server = await startFlakyServer(contents, answers);
  servers.push(server);
  const sha256 = createHash('sha256').update(contents).digest('hex');
  return { ...server, remote: { urls: [`${server.url}/file.gz`], bytes: contents.length, sha256 } };
}

// At once: most of their time is the wait before another try.
describe.concurrent('ensureDownloaded', () => {
  it('continues where a broken connection ended, until all is there', async ({ folder }) => {
    const { remote, ranges, drop } = await serve({ pauseAfter: 100_000 }, { pauseAfter: 50_000 }, {});
    const progress: DatasetProgress[] = [];
    const file = join(folder, 'file.gz');
    const onProgress = (event: DatasetProgress) => {
      progress.push(event);
      if (event.done === 100_000 || event.done === 150_000) drop();
    };
    await ensureDownloaded(remote, file, { onProgress });
    expect(Buffer.compare(await readFile(file), contents)).toBe(0);
    expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
    const downloaded = progress.filter(({ step }) => step === 'download').map(({ done }) => done);
    expect(downloaded).toEqual(downloaded.toSorted((a, b) => a - b));
    expect(downloaded.at(-1)).toBe(contents.length);
  });

  it('continues what an earlier process left', async ({ folder }) => {
    const { remote, ranges } = await serve({});
    const file = join(folder, 'file.gz');
    await writeFile(`${file}.part`, contents.subarray(0, 12_345));
    await ensureDownloaded(remote, file, {});
    expect(Buffer.compare(await readFile(file), contents)).toBe(0);
    expect(ranges).toEqual(['bytes=12345-']);
  });

  it('starts anew when the server knows no ranges', async ({ folder }) => {
    const { remote, ranges, drop } = await serve({ pauseAfter: 100_000 }, { ignoreRange: true });
    const file = join(folder, 'file.gz');
    const onProgress = ({ done }: DatasetProgress) => {
      if (done === 100_000) drop();
    };
    await ensureDownloaded(remote, file, { onProgress });
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
    expect(Buffer.compare(await readFile(file), contents)).toBe(0);
  });

  it('starts anew when what was left is damaged, or longer than the file', async ({ folder }) => {
    const file = join(folder, 'file.gz');
    for (const left of [Buffer.alloc(1000, 1), Buffer.alloc(contents.length, 1), Buffer.alloc(contents.length + 5)]) {
      const { remote } = await serve({});
      await writeFile(`${file}.part`, left);
      await writeFile(file, 'not the file');
      await ensureDownloaded(remote, file, {});
      expect(Buffer.compare(await readFile(file), contents)).toBe(0);
    }
  });

  it('tries again after a server error', async ({ folder }) => {
    const { remote, ranges } = await serve({ status: 503 }, { status: 429 }, {});
    await ensureDownloaded(remote, join(folder, 'file.gz'), {});
    expect(ranges).toHaveLength(3);
  });

  it('asks nobody for what is there, and fetches a damaged file again', async ({ folder }) => {
    const { remote, ranges } = await serve({});
    const file = join(folder, 'file.gz');
    await writeFile(file, contents);
    await ensureDownloaded(remote, file, {});
    expect(ranges).toHaveLength(0);
    await writeFile(file, Buffer.alloc(contents.length));
    await ensureDownloaded(remote, file, {});
    expect(ranges).toHaveLength(1);
  });

  it('is not tried again at once after it has failed: each trial of a sweep would wait for it', async ({ folder }) => {
    const { remote, ranges } = await serve({ status: 404 });
    const file = join(folder, 'file.gz');
    const first = await userError(ensureDownloaded(remote, file, {}));
    const asked = ranges.length;
    expect((await userError(ensureDownloaded(remote, file, {}))).message).toBe(first.message);
    expect(ranges).toHaveLength(asked);
    // What has been put there meanwhile, as the message says, is taken.
    await writeFile(file, contents);
    await ensureDownloaded(remote, file, {});
  });

  it('rejects a file with another checksum and keeps nothing of it', async ({ folder }) => {
    const { remote } = await serve({ contents: Buffer.alloc(contents.length) });
    const file = join(folder, 'file.gz');
    const error = await userError(ensureDownloaded(remote, file, {}));
    expect(error.code).toBe('download-failed');
    expect(error.message).toContain(`expected SHA-256 ${checksumOf(remote).expected}`);
    expect(error.hint).toContain(file);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    await expect(readFile(`${file}.part`)).rejects.toThrow('ENOENT');
  });

  it('rejects a file that is longer than published', async ({ folder }) => {
    const { remote } = await serve({ contents: Buffer.concat([contents, Buffer.of(0)]) });
    const error = await userError(ensureDownloaded(remote, join(folder, 'file.gz'), {}));
    expect(error.message).toContain('more than the expected 300000 bytes');
  });

  it('takes no other part of the file than it asked for', async ({ folder }) => {
    const { remote } = await serve({ claimedStart: 7 });
    const file = join(folder, 'file.gz');
    await writeFile(`${file}.part`, contents.subarray(0, 1000));
    const error = await userError(ensureDownloaded(remote, file, {}));
    expect(error.message).toContain('asked for bytes from 1000, was answered with bytes from 7');
  });

  it('tries the next URL, and says of each why it failed', async ({ folder }) => {
    const { remote: absent } = await serve({ status: 404 });
    const { remote } = await serve({});
    const urls = [...absent.urls, ...remote.urls];
    await ensureDownloaded({ ...remote, urls }, join(folder, 'file.gz'), {});
    const error = await userError(ensureDownloaded(absent, join(folder, 'other.gz'), {}));
    expect(error.message).toContain(`${absent.urls[0]}: HTTP 404 Not Found`);
  });

  it('is done once when several ask at the same time', async ({ folder }) => {
    const { remote, ranges } = await serve({});
    const file = join(folder, 'file.gz');
    await Promise.all([1, 2, 3].map(() => ensureDownloaded(remote, file, {})));
    expect(ranges).toHaveLength(1);
  });

  it('ends when aborted, and keeps what has arrived', async ({ folder }) => {
    const { remote } = await serve({ pauseAfter: 100_000 });
    const controller = new AbortController();
    const file = join(folder, 'file.gz');
    const onProgress = ({ done }: DatasetProgress) => {
      if (done >= 100_000) controller.abort(new Error('enough'));
    };
    await expect(ensureDownloaded(remote, file, { onProgress, signal: controller.signal })).rejects.toThrow('enough');
    expect((await readFile(`${file}.part`)).length).toBeGreaterThanOrEqual(100_000);
  });

  it('explains a cache that is no folder', async ({ folder }) => {
    const { remote } = await serve({});
    await writeFile(join(folder, 'cache'), '');
    const error = await userError(ensureDownloaded(remote, join(folder, 'cache', 'file.gz'), {}));
    expect(error.code).toBe('cache-not-writable');
    expect(error.hint).toContain('ABLATE_CACHE');
  });
});

describe('mirrored', () => {
  const remote: RemoteFile = {
    urls: ['https://example.org/a/file.gz', 'https://example.net/file.gz'],
    bytes: 1,
    sha256: '00',
  };

  it('replaces the URLs, not the checksum', () => {
    const expected = { ...remote, urls: ['http://127.0.0.1:9/sets/fashion_mnist/file.gz'] };
    expect(mirrored(remote, 'fashion_mnist', { ABLATE_DATASETS_URL: 'http://127.0.0.1:9/sets/' })).toEqual(expected);
  });

  it('rejects what is no URL', () => {
    expect(() => mirrored(remote, 'fashion_mnist', { ABLATE_DATASETS_URL: 'mirror' })).toThrow(UserError);
  });

  it('leaves them without the variable', () => {
    expect(mirrored(remote, 'fashion_mnist', {})).toBe(remote);
  });
});
