import { closeSync, fstatSync } from 'node:fs';
import { koffi } from '../system/koffi.js';
import { openRegularFileSync } from '../system/regular-file.js';
import type { Bytes } from '../tensorflow/bytes.js';

// These numbers are the same on Linux and macOS.
const PROT_READ = 1;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffffffffffffffffn;
const MADV_RANDOM = 1;
const MADV_WILLNEED = 3;

/** At least as large as any page, so that what is aligned to it is aligned to pages. */
const PAGE_BYTES = 2 ** 16;

/**
 * An array buffer of Node 20 holds at most 4 GiB. So a file is seen through buffers of twice this length, one beginning
 * at every multiple of it: a part no longer than this lies within one of them.
 */
const SEGMENT_BYTES = 2 ** 30;

/** The C library's calls, which Node lacks. */
interface Libc {
  mmap: (start: null, length: number, protection: number, flags: number, descriptor: number, offset: number) => bigint;
  munmap: (start: bigint, length: number) => number;
  madvise: (start: bigint, length: number, advice: number) => number;
}

interface Mapping {
  start: bigint;
  length: number;
}

let loaded: Libc | undefined;
/** Ends mappings that nothing refers to any more. */
let mappings: FinalizationRegistry<Mapping> | undefined;
/** What every buffer over a mapping keeps alive: the mapping. */
const owners = new WeakMap<ArrayBuffer, Mapping>();

/**
 * A file mapped into memory for reading: pages come from disk when they are first touched, are shared with every other
 * process that maps the file, and can be dropped again by the kernel, so that files larger than memory work. The mapping
 * starts on a page boundary, as TensorFlow demands of memory that it is to use without copying.
 *
 * It lives as long as this object and every array taken from it, like any other array's memory: whoever hands its address
 * to native code keeps a reference to it. Writing into it ends the process.
 */
export class MappedFile implements Bytes {
  readonly #mapping: Mapping;
  readonly #segments: (ArrayBuffer | undefined)[] = [];
  #isRandom = false;

  /** @param file a file that nothing shortens meanwhile: touching a page that is gone ends the process */
  constructor(file: string) {
    this.#mapping = mapFile(file);
    if (this.byteLength === 0) return;
    mappings ??= new FinalizationRegistry((mapping) => libc().munmap(mapping.start, mapping.length));
    mappings.register(this.#mapping, { ...this.#mapping });
  }

  get byteLength(): number {
    return this.#mapping.length;
  }

  /** Longer parts than 4 GiB only where Node has such arrays. */
  subarray(start: number, end: number): Uint8Array {
    if (start >= end) return new Uint8Array();
    if (end - start > SEGMENT_BYTES) return new Uint8Array(this.#view(start, end - start));
    const index = Math.floor(start / SEGMENT_BYTES);
    const from = index * SEGMENT_BYTES;
    const segment = (this.#segments[index] ??= this.#view(from, Math.min(2 * SEGMENT_BYTES, this.byteLength - from)));
    return new Uint8Array(segment, start - from, end - start);
  }

  /**
   * Has a part read from disk in the background, if it isn't in memory. From the first call on, nothing else is read
   * ahead: the kernel's own guess, up to megabytes around each page, would drive out of memory what is needed.
   */
  prefetch(start: number, end: number): void {
    const { start: address, length } = this.#mapping;
    if (start >= end) return;
    if (!this.#isRandom) libc().madvise(address, length, MADV_RANDOM);
    this.#isRandom = true;
    const aligned = start - (start % PAGE_BYTES);
    libc().madvise(address + BigInt(aligned), end - aligned, MADV_WILLNEED);
  }

  #view(start: number, length: number): ArrayBuffer {
    const buffer = koffi().view(this.#mapping.start + BigInt(start), length);
    owners.set(buffer, this.#mapping);
    return buffer;
  }
}

function mapFile(file: string): Mapping {
  const descriptor = openRegularFileSync(file);
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) return { start: 0n, length: 0 };
    const start = libc().mmap(null, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (start === MAP_FAILED) throw new Error(`mmap of ${file} (${size} bytes) failed: errno ${koffi().errno()}`);
    return { start, length: size };
  } finally {
    closeSync(descriptor);
  }
}

function libc(): Libc {
  if (loaded === undefined) {
    const library = koffi().load(null);
    loaded = {
      mmap: library.func('void *mmap(void *, size_t, int, int, int, int64_t)') as Libc['mmap'],
      munmap: library.func('int munmap(void *, size_t)') as Libc['munmap'],
      madvise: library.func('int madvise(void *, size_t, int)') as Libc['madvise'],
    };
  }
  return loaded;
}
