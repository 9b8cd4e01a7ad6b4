import { Parser, type ReadEntry } from 'tar';
import { messageOf } from '../../../text/errors.js';
import type { TaskOptions } from '../../dataset.js';
import { damagedTable } from '../table-error.js';
import { fileBytes } from '../text-file.js';

/** A larger member is no example of a dataset. */
const MEMBER_BYTES = 2 ** 28;

/** A file in an archive. */
export interface TarMember {
  path: string;
  bytes: Buffer;
}

/**
 * The regular files in an archive, plain or compressed by gzip, in order; links, folders and devices are passed over.
 * Nothing of it is written to disk.
 * @param isWanted others are passed over, however large
 * @throws UserError `dataset-file-corrupt`
 */
export async function* tarMembers(
  file: string,
  task: TaskOptions,
  isWanted: (path: string) => boolean = () => true,
): AsyncGenerator<TarMember> {
  const whole: TarMember[] = [];
  const reader = new ArchiveReader(file, whole, isWanted);
  for await (const bytes of fileBytes(file, task)) {
    reader.write(bytes);
    yield* whole.splice(0);
  }
  reader.end();
  yield* whole.splice(0);
}

/** Takes an archive's bytes and gives its files, as they come. */
class ArchiveReader {
  readonly #parser: Parser;
  #error: unknown;
  #isFirst = true;

  constructor(
    readonly file: string,
    whole: TarMember[],
    isWanted: (path: string) => boolean,
  ) {
    this.#parser = new Parser({ strict: true, brotli: false, zstd: false });
    this.#parser.on('error', (error: unknown) => {
      this.#error ??= error;
    });
    this.#parser.on('entry', (entry: ReadEntry) => {
      if ((entry.type !== 'File' && entry.type !== 'OldFile') || !isWanted(entry.path)) {
        entry.resume();
        return;
      }
      if (entry.size > MEMBER_BYTES) this.#error ??= new Error(`${entry.path} takes ${entry.size} bytes`);
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => whole.push({ path: entry.path, bytes: Buffer.concat(chunks) }));
    });
  }

  write(bytes: Buffer): void {
    // The parser would unpack it once more, without a bound.
    if (this.#isFirst && bytes.length >= 2 && bytes.readUInt16BE(0) === 0x1f8b)
      throw damagedTable(this.file, 'is compressed twice');
    this.#isFirst = false;
    this.#parser.write(bytes);
    this.#requireWhole();
  }

  end(): void {
    this.#parser.end();
    this.#requireWhole();
  }

  #requireWhole(): void {
    if (this.#error === undefined) return;
    throw damagedTable(this.file, `is not a whole tar archive (${messageOf(this.#error)})`, this.#error);
  }
}
