import { randomInt } from 'node:crypto';
import pc from 'picocolors';

/**
 * What a terminal obeys, what turns the order of letters round, and what nobody sees: C0 but for tabs and line ends, DEL, C1
 * (U+009B begins an escape sequence by itself), marks and overrides of direction, separators of lines and paragraphs,
 * spaces without width.
 */
const HIDDEN = String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]|\r(?!\n)`;

/** Colours of ours carry numbers that no text from elsewhere can know. */
const MARK = Array.from({ length: 3 }, () => randomInt(1000, 10_000)).join(';');
const OURS = String.raw`\u001b\[(\d{1,2});${MARK}m`;
const OURS_OR_HIDDEN = new RegExp(`${OURS}|${HIDDEN}`, 'g');

/**
 * Text with its control characters made visible, as JSON and YAML write them: `\u001b`. So a JSON text stays the same one.
 * Colours of ours stay.
 */
export function visible(text: string): string {
  return text.replace(OURS_OR_HIDDEN, (found: string, ours?: string) => (ours === undefined ? escaped(found) : found));
}

/** Likewise, of what is to be one line. */
export function visibleLine(text: string): string {
  return visible(text)
    .replaceAll('\r\n', '\n')
    .replaceAll('\n', String.raw`\n`);
}

function escaped(character: string): string {
  return String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0');
}

type Paint = (text: string) => string;

/** The colours that texts are shown in; no others reach a terminal. */
export type Colors = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', Paint>;

/** @param isEnabled without, texts stay as they are */
export function createColors(isEnabled: boolean): Colors {
  const paint = (open: number, close: number): Paint => (isEnabled ? painted(open, close) : String);
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

function painted(open: number, close: number): Paint {
  const [before, after] = [open, close].map((code) => `\u001b[${code};${MARK}m`);
  // After a colour that ends inside, this one continues.
  return (text) => `${before}${text.replaceAll(after, after + before)}${after}`;
}

/** The colours of standard output, if it takes any. */
export const colors: Colors = createColors(pc.isColorSupported);

export function colorsOn(stream: NodeJS.WriteStream): Colors {
  return createColors(stream.isTTY && pc.isColorSupported);
}

/** What goes to a terminal: visible, in colours that it knows. */
export function terminalText(text: string): string {
  return visible(text).replace(new RegExp(OURS, 'g'), '\u001b[$1m');
}

type Write = NodeJS.WriteStream['write'];

const unguardedWrites = new WeakMap<NodeJS.WriteStream, Write>();

/** From here on, whatever is written to a stream is made visible. Called once, when the program begins. */
export function guardOutput(stream: NodeJS.WriteStream): void {
  const write: Write = stream.write.bind(stream);
  unguardedWrites.set(stream, write);
  stream.write = (chunk: string | Uint8Array, ...rest: never[]) =>
    write(typeof chunk === 'string' && !isCursor(chunk) ? terminalText(chunk) : chunk, ...rest);
}

/** What libraries hide and show the cursor by, and nothing else. */
function isCursor(chunk: string): boolean {
  return chunk === '\u001b[?25l' || chunk === '\u001b[?25h';
}

/** A stream as it was before it was guarded, for what moves the cursor; it has to be given `terminalText`. */
export function unguarded(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = unguardedWrites.get(stream);
  return write ? (Object.create(stream, { write: { value: write } }) as NodeJS.WriteStream) : stream;
}
