import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { UserError } from '../text/errors.js';
import type { Quantization } from './quantization.js';

/** What a converter in Python is asked for (`convert.py`). */
export interface Conversion {
  /** The folder of a tfjs model that takes pixels. */
  source: string;
  format: 'keras' | 'savedmodel' | 'tflite' | 'onnx';
  /** The file or folder to write. */
  output: string;
  quantize: Quantization | null;
  /** A file of images, bytes [count, height, width, channels]. */
  images: string;
  /** How many of them the ranges of int8 are measured by. */
  calibration: number;
  /** What the written model calls what it gives. */
  output_name: string;
}

/** A model of rows, likewise (`convert_rows.py`). */
export interface RowConversion extends Pick<Conversion, 'source' | 'format' | 'output' | 'output_name'> {
  /** Of each: what its kind says, a file of values, and its cells. */
  columns: Record<string, unknown>[];
  /** Of each input of the saved model its name, and the places of the columns that it takes side by side. */
  tensors: { name: string; columns: readonly number[] }[];
  scale: { mean: number[]; standard_deviation: number[] } | null;
}

/** Lines of what Python wrote to its standard error that are shown if it fails. */
const SHOWN_LINES = 5;

/**
 * Converts a model and runs what was written in the format's own runtime.
 * @param python an interpreter that has what the format needs
 * @returns what that says of the images or rows: row-major [count, outputs]
 * @throws UserError `export-failed`
 */
export async function convert(python: string, conversion: Conversion | RowConversion): Promise<Float32Array> {
  const script = fileURLToPath(new URL('columns' in conversion ? 'convert_rows.py' : 'convert.py', import.meta.url));
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', KERAS_BACKEND: 'tensorflow', CUDA_VISIBLE_DEVICES: '' };
  // Python's own -I keeps the user's folder and variables out of what it imports.
  const child = spawn(python, ['-I', script], { env });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const output = Promise.all([text(child.stdout), text(child.stderr), closed]);
  // A process that has ended is found by its missing answer.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(conversion));
  const [answer, errors, [code]] = await output;
  if (code !== 0) throw failure(conversion.format, errors);
  const { outputs } = JSON.parse(answer) as { outputs: string };
  return new Float32Array(Uint8Array.from(Buffer.from(outputs, 'base64')).buffer);
}

function failure(format: string, errors: string): UserError {
  const lines = errors.trim().split('\n').slice(-SHOWN_LINES);
  return new UserError([`the conversion to ${format} failed:`, ...lines.map((line) => `  ${line}`)].join('\n'), {
    code: 'export-failed',
    hint: '`--format tfjs` needs no conversion',
  });
}
