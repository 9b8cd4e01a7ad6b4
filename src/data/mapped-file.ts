import { closeSync, fstatSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { requireArrayHolds } from './limits.js';

// These numbers are the same on Linux and macOS.
const PROT_READ = 1;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffffffffffffffffn;

/** The C library's calls, which Node lacks. */
interface Libc {
  mmap: (start: null, length: number, protection: number, flags: number, descriptor: number, offset: number) => bigint;
  munmap: (start: bigint, length: number) => number;
}

interface Mapping {
  start: bigint;
  length: number;
}

let loaded: Libc | undefined;
let mappings: FinalizationRegistry<Mapping> | undefined;

/**
 * Maps a file into memory for reading: pages come from disk when they are first touched, are shared with every other
 * process that maps the file, and can be dropped again by the kernel, so that files larger than memory work. The array
 * starts on a page boundary, as TensorFlow demands of memory that it is to use without copying.
 *
 * The mapping lives as long as the array's buffer does, like any other array's memory: whoever hands its address to
 * native code keeps a reference to it. Writing into it ends the process.
 * @param file a file that nothing shortens meanwhile: touching a page that is gone ends the process
 */
export function mapFile(file: string): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    requireArrayHolds(size, file);
    return size === 0 ? new Uint8Array() : mapDescriptor(file, descriptor, size);
  } finally {
    closeSync(descriptor);
  }
}

function mapDescriptor(file: string, descriptor: number, length: number): Uint8Array {
  const start = libc().mmap(null, length, PROT_READ, MAP_SHARED, descriptor, 0);
  if (start === MAP_FAILED) throw new Error(`mmap of ${file} (${length} bytes) failed: errno ${koffi.errno()}`);
  const buffer = koffi.view(start, length);
  mappings ??= new FinalizationRegistry((mapping) => libc().munmap(mapping.start, mapping.length));
  mappings.register(buffer, { start, length });
  return new Uint8Array(buffer);
}

function libc(): Libc {
  if (loaded === undefined) {
    const library = koffi.load(null);
    loaded = {
      mmap: library.func('void *mmap(void *, size_t, int, int, int, int64_t)') as Libc['mmap'],
      munmap: library.func('int munmap(void *, size_t)') as Libc['munmap'],
    };
  }
  return loaded;
}
