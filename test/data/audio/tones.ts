import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wavFile } from './wav-file.js';

/** In radians a sample. */
const PITCHES = { low: 0.15, middle: 0.4, high: 0.9 };

/** Half a second of a tone at 8 kHz, 16 bits. @param number makes its pitch a little other for each */
export function tone(pitch: keyof typeof PITCHES, number: number): Buffer {
  const step = PITCHES[pitch] + 0.002 * (number % 20);
  return wavFile({ data: Int16Array.from({ length: 4000 }, (_, at) => 8000 * Math.sin(at * step)) });
}

/** Tones of three pitches, a word each, and the table that names them: `metadata.csv`. */
export function writeTones(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: count }, (_, number) => {
    const pitch = (['low', 'middle', 'high'] as const)[number % 3];
    writeFileSync(join(folder, `${number}.wav`), tone(pitch, number));
    return `${number}.wav,${pitch}`;
  });
  writeFileSync(join(folder, 'metadata.csv'), ['file_name,word', ...rows].join('\n'));
}
