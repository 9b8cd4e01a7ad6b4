import { closeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { type Entry, type ZipFile, fromFd } from 'yauzl';
import { messageOf } from '../../../text/errors.js';
import { openRegularFileSync } from '../../../system/regular-file.js';
import { damagedTable, unopenableTable } from '../table-error.js';

/** Deflate's best is 1,032 times; beyond a gigabyte, so much is taken for an attack. */
const UNPACKED_BYTES = 2 ** 30;
const UNPACKED_TIMES = 200;
const MOST_ENTRIES = 10_000;

/** A file in an archive. */
export interface ZipEntry {
  name: string;
  /** Unpacked; held to when it is read. */
  size: number;
  open: () => Promise<Readable>;
}

/**
 * Opens a zip archive (also zip64), to be closed by the caller.
 * @throws UserError `dataset-file-corrupt`, `dataset-file-missing`
 */
export async function openZip(file: string): Promise<ZipFile> {
  const descriptor = openFile(file);
  return new Promise((resolve, reject) => {
    fromFd(descriptor, { lazyEntries: true, autoClose: false, decodeStrings: true }, (error, zip) => {
      if (!error) {
        resolve(zip);
        return;
      }
      closeSync(descriptor);
      reject(damagedTable(file, `is not a whole zip archive (${messageOf(error)})`, error));
    });
  });
}

function openFile(file: string): number {
  try {
    return openRegularFileSync(file);
  } catch (error) {
    throw unopenableTable(file, error);
  }
}

/** All files in an archive. */
export async function entriesOf(file: string, zip: ZipFile): Promise<ZipEntry[]> {
  if (zip.entryCount > MOST_ENTRIES) throw damagedTable(file, `says that it holds ${zip.entryCount} files`);
  const entries: ZipEntry[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('error', (error) => {
      reject(damagedTable(file, `is not a whole zip archive (${messageOf(error)})`, error));
    });
    zip.on('end', resolve);
    zip.on('entry', (entry: Entry) => {
      entries.push(toEntry(file, zip, entry));
      zip.readEntry();
    });
    zip.readEntry();
  });
  return entries;
}

function toEntry(file: string, zip: ZipFile, entry: Entry): ZipEntry {
  const { fileName: name, uncompressedSize: size, compressedSize: packed } = entry;
  const open = async (): Promise<Readable> => {
    if (size > Math.max(UNPACKED_BYTES, packed * UNPACKED_TIMES))
      throw damagedTable(`${file}: ${name}`, `${packed} compressed bytes are said to unpack to ${size}`);
    return new Promise((resolve, reject) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) reject(error);
        else resolve(stream);
      });
    });
  };
  return { name, size, open };
}
