import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { UserError } from '../../text/errors.js';
import type { RunDirectory } from '../../tracking/run-store.js';
import { readArchiveFacts } from '../arrivals.js';
import { type ArchiveFacts, archiveOf, unpackRun } from '../run-archive.js';
import type { TrialIdentity } from '../trial-identity.js';
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
  trial: TrialIdentity,
): Promise<RunDirectory> {
  return unpackRun(runsDirectory, facts, pieces(redis, key), trial);
}

/** Leaves a run that is to be resumed, for a worker that can't see it. */
export async function sendBegunRun(redis: Redis, { resume, resumeFacts }: TrialKeys, run: RunDirectory): Promise<void> {
  const facts = await sendRun(redis, resume, run);
  await redis.set(resumeFacts, JSON.stringify(facts), 'EX', KEPT_SECONDS);
}

/**
 * Fetches that run.
 * @param wanted its id, and whose run it must be
 * @returns whether it was left there
 * @throws UserError `arrival-invalid`, `archive-damaged`, `foreign-run`
 */
export async function receiveBegunRun(
  redis: Redis,
  { resume, resumeFacts }: TrialKeys,
  runsDirectory: string,
  wanted: { run: string; trial: TrialIdentity },
): Promise<boolean> {
  const text = await redis.get(resumeFacts);
  if (text === null) return false;
  const facts = readArchiveFacts(text);
  if (facts.run !== wanted.run) throw foreign(facts, wanted.run);
  await receiveRun(redis, resume, facts, runsDirectory, wanted.trial);
  return true;
}

function foreign({ run }: ArchiveFacts, wanted: string): UserError {
  return new UserError(`${run} was left where ${wanted} was to be`, { code: 'foreign-run' });
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
