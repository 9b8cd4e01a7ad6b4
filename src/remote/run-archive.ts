import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';
import { UserError } from '../text/errors.js';
import { isRunId, type RunDirectory } from '../tracking/run-store.js';
import { receiveInto } from './incoming-run.js';
import type { TrialIdentity } from './trial-identity.js';

/** What is told of a run's archive before it is read. */
export interface ArchiveFacts {
  /** The run's id. */
  run: string;
  bytes: number;
  /** SHA-256, hex. */
  digest: string;
}

/** No run comes near it; it bounds what a broken or hostile archive can take. */
const MOST_BYTES = 16 * 2 ** 30;

/** The folder of a run as a compressed archive: its journal, summary, model, and checkpoints if it has any. */
export function archiveOf(run: RunDirectory): AsyncIterable<Buffer> {
  const filter = (path: string): boolean => path !== './.lock';
  return create({ cwd: run.path, gzip: { level: 1 }, portable: true, filter }, ['.']);
}

/**
 * Puts the run of an archive into a runs directory, in place of what is there of it: in full, or not at all.
 * @param trial whose run it must be
 * @throws UserError `archive-damaged`, `foreign-run`
 */
export async function unpackRun(
  runsDirectory: string,
  facts: ArchiveFacts,
  chunks: AsyncIterable<Buffer>,
  trial: TrialIdentity,
): Promise<RunDirectory> {
  if (!isRunId(facts.run)) throw damaged(facts, 'its name is none');
  return receiveInto(runsDirectory, facts.run, trial, (folder) =>
    pipeline(Readable.from(checked(chunks, facts)), extract({ cwd: folder, strict: true, filter: plainFiles(facts) })),
  );
}

/** Passes an archive on, and fails at its end unless it is the one that was meant. */
async function* checked(chunks: AsyncIterable<Buffer>, facts: ArchiveFacts): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    hash.update(chunk);
    yield chunk;
  }
  if (bytes !== facts.bytes) throw damaged(facts, `${bytes} of ${facts.bytes} bytes have come`);
  if (hash.digest('hex') !== facts.digest) throw damaged(facts, 'its digest is another');
}

/** Accepts files and folders; links could lead out of the run's folder. */
function plainFiles(facts: ArchiveFacts): (path: string, entry: unknown) => boolean {
  let left = MOST_BYTES;
  return (_, entry) => {
    const { type, size } = entry as { type: string; size: number };
    left -= size;
    if (left < 0) throw damaged(facts, 'it is too large');
    return type === 'File' || type === 'OldFile' || type === 'Directory';
  };
}

function damaged({ run }: ArchiveFacts, problem: string): UserError {
  return new UserError(`the archive of run ${run} is damaged: ${problem}`, { code: 'archive-damaged' });
}
