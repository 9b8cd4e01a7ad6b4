import { closeSync } from 'node:fs';
import { messageOf, UserError } from '../text/errors.js';
import { openRegularFileSync } from '../system/regular-file.js';
import { decodeEvent, encodeEvent, type JournalEvent } from './journal-events.js';
import { CHUNK_BYTES, LineWriter, NEWLINE, readAt } from './lines.js';
import { ablate } from '../system/shell.js';

/** An event as its writer gives it; the time is stamped when it is appended. */
export type NewEvent = {
  [Type in JournalEvent['type']]: Omit<Extract<JournalEvent, { type: Type }>, 'time'>;
}[JournalEvent['type']];

const SYNCED = new Set<JournalEvent['type']>(['run', 'state', 'artifact']);
/** As long as a first line commonly is. */
const FIRST_LINE_BYTES = 4096;
/** Far above any event that is ever written; a longer line is not a journal's. */
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Appends events to a run's journal, one line each. What a run is, its states and its artifacts are also synced to the
 * disk, so that they survive a power cut.
 * One writer at a time.
 */
export class JournalWriter {
  readonly #lines: LineWriter;

  /** Opens a journal at its end, or creates it; a last line that a crash left incomplete is cut off first. */
  constructor(file: string) {
    this.#lines = new LineWriter(file);
  }

  /**
   * @param time milliseconds since 1970-01-01 UTC
   * @throws UserError `journal-not-written` when the disk is full or gone; the journal then ends with the last event
   */
  append(event: NewEvent, time = Date.now()): void {
    this.#lines.append(encodeEvent({ ...event, time }), { sync: SYNCED.has(event.type) });
  }

  /** Makes everything that was appended survive a power cut, off this thread. */
  sync(): Promise<void> {
    return this.#lines.sync();
  }

  close(): void {
    this.#lines.close();
  }
}

/** Events read from a byte offset on. */
export interface JournalChunk<Event = JournalEvent> {
  events: Event[];
  /** Bytes from the journal's start to the end of the last of these events: where the next read begins. */
  offset: number;
}

/**
 * All events of a journal. A last line without its newline is left out: its writer was interrupted, or is at it.
 * @throws UserError `journal-corrupt` with the number of the first bad line, `journal-not-found`
 */
export function readJournal(file: string): JournalEvent[] {
  const events: JournalEvent[] = [];
  let chunk = readJournalFrom(file, 0);
  while (chunk.events.length > 0) {
    events.push(...chunk.events);
    chunk = readJournalFrom(file, chunk.offset);
  }
  return events;
}

/**
 * The next events after a byte offset, as many as fit a chunk; none at the journal's end.
 * @param offset 0, or what an earlier read returned
 */
export function readJournalFrom(file: string, offset: number): JournalChunk {
  return readEventsFrom(file, offset, decodeEvent);
}

/**
 * Likewise, of a journal of any kind.
 * @param decode throws an Error that says what is wrong with a line
 * @param end where to stop: the end of a line
 */
export function readEventsFrom<Event>(
  file: string,
  offset: number,
  decode: (line: string) => Event,
  end = Infinity,
): JournalChunk<Event> {
  const descriptor = openJournal(file);
  try {
    const lines = readLines(file, descriptor, offset).subarray(0, end - offset);
    let position = offset;
    const events = splitLines(lines).map((line) => {
      const event = decodeLine(file, descriptor, position, line, decode);
      position += line.length + 1;
      return event;
    });
    return { events, offset: position };
  } finally {
    closeSync(descriptor);
  }
}

/** The first event of a journal, and nothing of what may be megabytes behind it; undefined if there is none. */
export function readFirstEvent<Event>(file: string, decode: (line: string) => Event): Event | undefined {
  const descriptor = openJournal(file);
  try {
    const line = splitLines(readLines(file, descriptor, 0, FIRST_LINE_BYTES)).at(0);
    return line && decodeLine(file, descriptor, 0, line, decode);
  } finally {
    closeSync(descriptor);
  }
}

function openJournal(file: string): number {
  try {
    return openRegularFileSync(file);
  } catch (error) {
    const hint = `give the folder of a run, as \`${ablate('ls')}\` lists them`;
    throw new UserError(`${file} can't be read: ${messageOf(error)}`, {
      code: 'journal-not-found',
      hint,
      cause: error,
    });
  }
}

/** The complete lines from an offset on, at least one if there is one. */
function readLines(file: string, descriptor: number, offset: number, atFirst = CHUNK_BYTES): Buffer {
  for (let size = atFirst; size <= LINE_LIMIT_BYTES; size *= 4) {
    const bytes = readAt(descriptor, offset, size);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0 || bytes.length < size) return bytes.subarray(0, end);
  }
  throw corruptLine(file, descriptor, offset, 'the line is too long');
}

function splitLines(lines: Buffer): Buffer[] {
  const split: Buffer[] = [];
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf(NEWLINE, start);
    split.push(lines.subarray(start, end));
    start = end + 1;
  }
  return split;
}

function decodeLine<Event>(
  file: string,
  descriptor: number,
  position: number,
  line: Buffer,
  decode: (line: string) => Event,
): Event {
  try {
    return decode(line.toString('utf8'));
  } catch (error) {
    throw corruptLine(file, descriptor, position, messageOf(error));
  }
}

function corruptLine(file: string, descriptor: number, position: number, reason: string): UserError {
  const number = countNewlines(descriptor, position) + 1;
  return new UserError(`${file}:${number}: not a journal line: ${reason}`, {
    code: 'journal-corrupt',
    hint: 'remove that line; the events before and after it are complete in themselves',
  });
}

function countNewlines(descriptor: number, end: number): number {
  let count = 0;
  for (let start = 0; start < end; start += CHUNK_BYTES) {
    for (const byte of readAt(descriptor, start, Math.min(CHUNK_BYTES, end - start))) if (byte === NEWLINE) count++;
  }
  return count;
}
