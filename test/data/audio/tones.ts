import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wavFile } from './wav-file.js';

/** Half a second of a tone at 8 kHz, 16 bits. @param pitch of it, `low` or `high`, a little other for each number */
export function tone(pitch: 'low' | 'high', number: number): Buffer {
  const step = (pitch === 'low' ? 0.15 : 0.4) + 0.002 * (number % 20);
  return wavFile({ data: Int16Array.from({ length: 4000 }, (_, at) => 8000 * Math.sin(at * step)) });
}

/** Tones of two pitches, a word each, by two speakers, and the table that names them: `metadata.csv`. */
export function writeTones(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: count }, (_, number) => {
    const pitch = number % 2 === 0 ? 'low' : 'high';
    writeFileSync(join(folder, `${number}.wav`), tone(pitch, number));
    return `${number}.wav,${pitch},${number % 4 < 2 ? 'ada' : 'grace'}`;
  });
  writeFileSync(join(folder, 'metadata.csv'), ['file_name,word,speaker', ...rows].join('\n'));
}
