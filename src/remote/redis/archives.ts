import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RunDirectory } from '../../tracking/run-store.js';
import { type ArchiveFacts, archiveOf, unpackRun } from '../run-archive.js';
import { KEPT_SECONDS, type TrialKeys } from './queue.js';

const CHUNK_BYTES = 512 * 1024;

/** Leaves a run's files in Redis, piece by piece, so that neither side ever holds them whole. */
export async function sendRun(redis: Redis, key: string, run: RunDirectory): Promise<ArchiveFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  await redis.del(key);
  for await (const chunk of inPieces(archiveOf(run))) {
    hash.update(chunk);
    bytes += chunk.length;
    await redis.rpush(key, chunk);
  }
  await redis.expire(key, KEPT_SECONDS);
  return { run: run.id, bytes, digest: hash.digest('hex') };
}

/** Puts a run's files into a runs directory. @throws UserError `archive-damaged` */
export function receiveRun(
  redis: Redis,
  key: string,
  facts: ArchiveFacts,
  runsDirectory: string,
): Promise<RunDirectory> {
  return unpackRun(runsDirectory, facts, pieces(redis, key));
}

/** Leaves a run that is to be gone on with, for a worker that can't see it. */
export async function sendBegunRun(redis: Redis, { resume, resumeFacts }: TrialKeys, run: RunDirectory): Promise<void> {
  const facts = await sendRun(redis, resume, run);
  await redis.set(resumeFacts, JSON.stringify(facts), 'EX', KEPT_SECONDS);
}

/** Fetches that run. @returns its id; undefined when none was left */
export async function receiveBegunRun(
  redis: Redis,
  { resume, resumeFacts }: TrialKeys,
  runsDirectory: string,
): Promise<string | undefined> {
  const facts = await redis.get(resumeFacts);
  if (facts === null) return undefined;
  return (await receiveRun(redis, resume, JSON.parse(facts) as ArchiveFacts, runsDirectory)).id;
}

async function* pieces(redis: Redis, key: string): AsyncGenerator<Buffer> {
  for (let index = 0; ; index++) {
    const piece = await redis.lindexBuffer(key, index);
    if (!piece) return;
    yield piece;
  }
}

/** Pieces of one size, from those that the compressor happens to make. */
async function* inPieces(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    held.push(chunk);
    length += chunk.length;
    if (length < CHUNK_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(held);
}
