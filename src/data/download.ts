import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, messageOf } from '../text/errors.js';
import { withFileLock } from '../system/file-lock.js';
import { cacheError } from './cache-error.js';
import type { TaskOptions } from './dataset.js';
import { fileDigest } from './digest.js';

/** A published file, known to the byte. */
export type RemoteFile = Checksum & {
  /** Where it is published; tried in this order. */
  urls: string[];
  bytes: number;
};

/**
 * What a file is known by, hexadecimal. MD5 is for what is published with nothing else, as on Zenodo: it finds damage, and a
 * file of somebody else's put in its place, as nobody can make a second file of a given MD5. (Two files of the same MD5
 * can only be made together, by the one who publishes them.)
 */
export type Checksum = { sha256: string } | { md5: string };

/** How a checksum is computed, and what it is to be. */
export function checksumOf(checksum: Checksum): { algorithm: 'sha256' | 'md5'; expected: string } {
  return 'sha256' in checksum
    ? { algorithm: 'sha256', expected: checksum.sha256 }
    : { algorithm: 'md5', expected: checksum.md5 };
}

/**
 * The file on the mirror that ABLATE_DATASETS_URL names, if it does: at MIRROR/DATASET/FILE. The checksum stays.
 * @param dataset the dataset's name, or the folder that several share
 */
export function mirrored(remote: RemoteFile, dataset: string, { ABLATE_DATASETS_URL }: NodeJS.ProcessEnv): RemoteFile {
  if (ABLATE_DATASETS_URL === undefined || ABLATE_DATASETS_URL === '') return remote;
  if (!URL.canParse(ABLATE_DATASETS_URL)) {
    throw new UserError(`ABLATE_DATASETS_URL is not a URL: ${ABLATE_DATASETS_URL}`, {
      code: 'invalid-url',
      hint: 'set it to an address such as https://mirror.example/data, or unset it',
      exitCode: 2,
    });
  }
  const base = ABLATE_DATASETS_URL.replace(/\/*$/, '');
  return { ...remote, urls: [`${base}/${dataset}/${basename(remote.urls[0])}`] };
}

/** Failures in a row, without noticeable progress between them, after which a URL is given up. */
const MAX_FAILURES = 5;
/** An attempt that brought this part of the file counts as progress. */
const NOTICEABLE_PROGRESS = 0.01;
/** A connection that brings nothing for so long is given up and made anew. */
const STALL_MILLISECONDS = 30_000;
const FIRST_DELAY_MILLISECONDS = 500;
/** A file that couldn't be downloaded isn't asked for again for so long: each trial of a sweep would wait out all attempts. */
const GIVEN_UP_MILLISECONDS = 60_000;

/** The files that this process couldn't download, by path and addresses. */
const givenUp = new Map<string, { error: unknown; time: number }>();

/** A failure that trying the same URL again won't mend. */
class PermanentError extends Error {}

/** All bytes are there, but they are not the published ones. */
class ChecksumError extends Error {}

/**
 * Sees to it that a file is there, whole: keeps it if its checksum is right, else downloads it. What arrived before an
 * interruption (of the connection or of this process) is kept in `FILE.part` and continued by an HTTP range request.
 * @throws UserError `download-failed` that says what was tried and how to get the file by other means
 */
export async function ensureDownloaded(remote: RemoteFile, file: string, options: TaskOptions): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await withFileLock(`${file}.lock`, () => completeOrDownload(remote, file, options), { signal: options.signal });
  } catch (error) {
    throw cacheError(error, dirname(file));
  }
}

async function completeOrDownload(remote: RemoteFile, file: string, options: TaskOptions): Promise<void> {
  if (await isComplete(remote, file, options)) return;
  const key = [file, ...remote.urls].join('\n');
  const last = givenUp.get(key);
  if (last && performance.now() - last.time < GIVEN_UP_MILLISECONDS) throw last.error;
  try {
    await downloadFromAny(remote, file, options);
    givenUp.delete(key);
  } catch (error) {
    if (error instanceof UserError) givenUp.set(key, { error, time: performance.now() });
    throw error;
  }
}

async function isComplete(remote: RemoteFile, file: string, options: TaskOptions): Promise<boolean> {
  if ((await sizeOf(file)) !== remote.bytes) return false;
  const { algorithm, expected } = checksumOf(remote);
  return (await fileDigest(file, algorithm, remote.bytes, options)) === expected;
}

async function downloadFromAny(remote: RemoteFile, file: string, options: TaskOptions): Promise<void> {
  const reasons: string[] = [];
  for (const url of remote.urls) {
    try {
      await downloadFrom(url, remote, file, options);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isOfDisk(error, file)) throw error;
      reasons.push(`${withoutCredentials(url)}: ${reasonOf(error)}`);
    }
  }
  throw new UserError(`can't download ${basename(file)} (${remote.bytes} bytes)\n  ${reasons.join('\n  ')}`, {
    code: 'download-failed',
    hint: `run the command again (what has arrived is kept), or put the file at ${file}, or set dataset.path to a copy`,
  });
}

/** Downloads to `FILE.part` in as many connections as it takes, verifies, and gives the file its name. */
async function downloadFrom(url: string, remote: RemoteFile, file: string, options: TaskOptions): Promise<void> {
  const part = `${file}.part`;
  for (let failures = 0; ;) {
    const before = (await sizeOf(part)) ?? 0;
    try {
      await continueDownload(url, remote, part, options);
      await verify(remote, part, options);
      await rename(part, file);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      const gained = ((await sizeOf(part)) ?? 0) - before;
      failures = gained >= remote.bytes * NOTICEABLE_PROGRESS ? 0 : failures + 1;
      // Bytes from several connections may be of different versions; those of a single one won't get better.
      const hopeless = error instanceof PermanentError || (error instanceof ChecksumError && before === 0);
      if (hopeless || isOfDisk(error, file) || failures === MAX_FAILURES) throw error;
      const subject = `${basename(url)} (${reasonOf(error)})`;
      options.onProgress?.({
        step: 'retry',
        subject,
        done: before + Math.max(0, gained),
        total: remote.bytes,
        unit: 'bytes',
      });
      await sleep(FIRST_DELAY_MILLISECONDS * 2 ** failures, undefined, { signal: options.signal });
    }
  }
}

function isOfDisk(error: unknown, file: string): boolean {
  return cacheError(error, file) !== error;
}

async function verify(remote: RemoteFile, part: string, options: TaskOptions): Promise<void> {
  const { algorithm, expected } = checksumOf(remote);
  const digest = await fileDigest(part, algorithm, remote.bytes, options);
  if (digest === expected) return;
  await rm(part);
  const name = algorithm === 'md5' ? 'MD5' : 'SHA-256';
  throw new ChecksumError(`wrong checksum: expected ${name} ${expected}, got ${digest}`);
}

async function continueDownload(url: string, remote: RemoteFile, part: string, options: TaskOptions): Promise<void> {
  const have = (await sizeOf(part)) ?? 0;
  // All there, or more than there should be: for the checksum to judge.
  if (have >= remote.bytes) return;
  const stall = new AbortController();
  const signals = [stall.signal, ...(options.signal ? [options.signal] : [])];
  const timer = setTimeout(() => {
    stall.abort(new Error(`nothing arrived for ${STALL_MILLISECONDS / 1000} s`));
  }, STALL_MILLISECONDS);
  try {
    const response = await fetch(url, {
      // Without "identity", a server may send a .gz file as a compressed page, which fetch would decompress.
      headers: { 'Accept-Encoding': 'identity', ...(have > 0 ? { Range: `bytes=${have}-` } : {}) },
      signal: AbortSignal.any(signals),
    });
    const start = startOf(response, have);
    await append(response, { part, start, bytes: remote.bytes }, (done) => {
      timer.refresh();
      options.onProgress?.({ step: 'download', subject: basename(url), done, total: remote.bytes, unit: 'bytes' });
    });
  } finally {
    clearTimeout(timer);
    // Closes the connection of an answer that was not read to its end.
    stall.abort();
  }
}

/** The position in the file at which the response's body starts. */
function startOf(response: Response, have: number): number {
  if (response.status === 206) {
    const start = Number(/^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1]);
    if (start === have) return start;
    throw new PermanentError(`asked for bytes from ${have}, was answered with bytes from ${start}`);
  }
  if (response.status === 200) return 0;
  const status = `HTTP ${response.status} ${response.statusText}`.trim();
  const temporary = response.status >= 500 || response.status === 408 || response.status === 429;
  throw temporary ? new Error(status) : new PermanentError(status);
}

async function append(
  response: Response,
  target: { part: string; start: number; bytes: number },
  onBytes: (done: number) => void,
): Promise<void> {
  let done = target.start;
  const handle = await open(target.part, done === 0 ? 'w' : 'a');
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      if (done + chunk.length > target.bytes) throw new PermanentError(`more than the expected ${target.bytes} bytes`);
      await handle.write(chunk);
      done += chunk.length;
      onBytes(done);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (done < target.bytes) throw new Error(`the connection ended after ${done} of ${target.bytes} bytes`);
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** fetch says only "fetch failed"; the reason is in the cause. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}
