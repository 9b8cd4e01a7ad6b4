import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio, isAudio } from '../../../src/data/audio/audio-decoding.js';
import { resample } from '../../../src/data/audio/resampling.js';
import { askPython, testPython } from '../../support/python.js';
import { wavFile } from './wav-file.js';

const wav = (subtype: string, channels = 1, format = 'WAV') => ({
  ...{ name: `${format}-${subtype}-${channels}.wav`.toLowerCase(), format, subtype, channels },
  rate: 8000,
});
const FILES = [
  ...['PCM_U8', 'PCM_16', 'PCM_24', 'PCM_32', 'FLOAT', 'DOUBLE', 'ALAW', 'ULAW'].map((subtype) => wav(subtype)),
  ...['PCM_16', 'PCM_24', 'FLOAT'].map((subtype) => wav(subtype, 2)),
  ...['PCM_16', 'PCM_24', 'FLOAT'].map((subtype) => wav(subtype, 3, 'WAVEX')),
  { name: 'mono.flac', format: 'FLAC', subtype: 'PCM_16', channels: 1, rate: 16000 },
  { name: 'stereo.flac', format: 'FLAC', subtype: 'PCM_24', channels: 2, rate: 44100 },
  { name: 'mono.ogg', format: 'OGG', subtype: 'VORBIS', channels: 1, rate: 16000 },
  { name: 'stereo.ogg', format: 'OGG', subtype: 'VORBIS', channels: 2, rate: 44100 },
  { name: 'mono.mp3', format: 'MP3', subtype: 'MPEG_LAYER_III', channels: 1, rate: 16000 },
  { name: 'stereo.mp3', format: 'MP3', subtype: 'MPEG_LAYER_III', channels: 2, rate: 44100 },
];
/** A decoder of compressed sound may round otherwise; whole numbers must be the same. */
const TOLERANCE = { WAV: 1e-7, WAVEX: 1e-7, FLAC: 1e-7, OGG: 1e-4, MP3: 1e-4 } as Record<string, number>;

const RATES = [[44100, 8000], [8000, 16000], [48000, 44100], [16000, 8000], [11025, 8000]] as const; // prettier-ignore

function chirp(rate: number): Float32Array {
  return Float32Array.from({ length: rate / 4 }, (_, index) => 0.5 * Math.sin((2e4 * Math.PI * index * index) / (rate * rate / 4))); // prettier-ignore
}

const folder = mkdtempSync(join(tmpdir(), 'ablate-sound-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let theirs: { written: { rate: number; samples: number[] }[]; resampled: number[][] };
beforeAll(async () => {
  const script = fileURLToPath(new URL('sound_files.py', import.meta.url));
  const resampled = RATES.map(([from, to]) => ({ from, to, samples: [...chirp(from)] }));
  theirs = await askPython(await testPython(), script, { folder, files: FILES, resampled });
});

function largestDifference(ours: ArrayLike<number>, other: readonly number[]): number {
  return other.reduce((most, value, index) => Math.max(most, Math.abs(value - ours[index])), 0);
}

describe('files of sound', () => {
  it.each(FILES.map((file, index) => [file.name, file.format, index] as const))(
    'are read as libsndfile reads them: %s',
    async (name, format, index) => {
      const file = readFileSync(join(folder, name));
      expect(isAudio(file)).toBe(true);
      const { samplingRate, samples } = await decodeAudio(file);
      expect(samplingRate).toBe(theirs.written[index].rate);
      expect(samples.length).toBe(theirs.written[index].samples.length);
      expect(largestDifference(samples, theirs.written[index].samples)).toBeLessThanOrEqual(TOLERANCE[format]);
    },
  );

  it.each([
    ['nothing', () => Buffer.of(), 'the file is empty'],
    ['a text', () => Buffer.from('file_name,label\n'), 'neither WAV, FLAC, MP3 nor Ogg Vorbis'],
    ['AIFF', () => Buffer.from('FORM\0\0\0\0AIFFCOMM'), 'AIFF: neither WAV'],
    ['a header alone', () => wavFile().subarray(0, 12), 'ends at byte 12 without a "fmt " chunk'],
    ['sound before its format', () => wavFile({ order: ['data', 'fmt '] }), 'begins at byte 12 before a "fmt " chunk'],
    ['cut off', () => wavFile().subarray(0, 100), 'is cut off: 200 bytes from byte 44 on, of which 56 are there'],
    ['ADPCM', () => wavFile({ tag: 2, bits: 4 }), 'holds ADPCM (byte 20), which is not read'],
    ['12-byte samples', () => wavFile({ bits: 96 }), 'holds PCM of 96 bits (byte 20)'],
    ['no channels', () => wavFile({ channels: 0 }), 'says that it has 0 channels: expected 1 to 64'],
    ['no rate', () => wavFile({ rate: 0 }), 'says that it has 0 samples a second'],
    ['a rate beyond measure', () => wavFile({ rate: 2 ** 32 - 1 }), 'says that it has 4294967295 samples a second'],
    ['frames that do not fit', () => wavFile({ frame: 7 }), 'byte 32 says 7 bytes for 1 samples of 16 bits'],
    [
      'infinity',
      () => wavFile({ tag: 3, bits: 32, data: Float32Array.of(0, Infinity) }),
      "near byte 48 that isn't finite",
    ],
    ['a FLAC head alone', () => Buffer.from('fLaC\0\0\0\x22'), 'holds no sound that can be decoded'],
  ] as const)('are refused with the byte where it is wrong: %s', async (_, file, problem) => {
    await expect(decodeAudio(file())).rejects.toThrow(problem);
  });

  it('that were written into a pipe end where they end, and other chunks are passed over', async () => {
    const { samples } = await decodeAudio(wavFile({ length: 0xffffffff, order: ['LIST', 'fmt ', 'odd ', 'data'] }));
    expect(samples.length).toBe(100);
  });

  it('damaged anywhere, end in an error of one line or in sound, never otherwise', async () => {
    for (const { name } of FILES.filter(({ format }) => format !== 'WAVEX')) {
      const file = readFileSync(join(folder, name)).subarray(0, 6000);
      for (let at = 0; at < 400; at += 23) {
        const damaged = Buffer.from(file);
        damaged[at] ^= 0xff;
        const answer = await decodeAudio(damaged).catch((error: unknown) => error);
        if (answer instanceof Error) expect(answer.message.split('\n')).toHaveLength(1);
        else expect((answer as { samples: Float32Array }).samples.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('resampling', () => {
  it.each(RATES.map(([from, to], index) => [from, to, index] as const))(
    'is what SciPy makes of the same filter: %i to %i Hz',
    (from, to, index) => {
      const ours = resample(chirp(from), from, to);
      expect(ours.length).toBe(theirs.resampled[index].length);
      expect(largestDifference(ours, theirs.resampled[index])).toBeLessThan(2e-5);
    },
  );

  const tone = (rate: number, frequency: number): Float32Array =>
    Float32Array.from({ length: rate }, (_, index) => Math.sin((2 * Math.PI * frequency * index) / rate));
  /** Away from the ends, beyond which it is silent. */
  const level = (samples: Float32Array): number => {
    const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4);
    return Math.sqrt(2 * middle.reduce((sum, value) => sum + (value * value) / middle.length, 0));
  };

  it('keeps what the new rate can hold, and folds nothing back that it can not', () => {
    for (const frequency of [50, 1000, 3500])
      expect(level(resample(tone(44100, frequency), 44100, 8000))).toBeCloseTo(1, 3);
    for (const frequency of [4100, 5000, 15000])
      expect(level(resample(tone(44100, frequency), 44100, 8000))).toBeLessThan(1e-4);
  });

  it('takes rates without a common divisor, in bounded memory', () => {
    const [from, to] = [499_979, 7919];
    const half = tone(from, 400).subarray(0, from / 8);
    const expected = tone(to, 400);
    const ours = resample(half, from, to);
    for (let index = 400; index < 600; index++) expect(ours[index]).toBeCloseTo(expected[index], 4);
  });
});
