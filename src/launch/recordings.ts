import { MAX_AUDIO_FILE_BYTES, isAudio } from '../data/audio/audio-decoding.js';
import { readRegularFile } from '../system/regular-file.js';
import type { TableModel } from '../inference/table-model.js';

/** Whether a model takes sound and nothing else. */
export function hearsAlone({ inputs }: TableModel): boolean {
  return inputs.length === 1 && inputs[0].column.type === 'audio';
}

/** A file of sound, by its first bytes; undefined of any other, and of what can't be opened, which is told elsewhere. */
export async function recordingIn(file: string): Promise<Uint8Array | undefined> {
  const bytes = await readRegularFile(file, MAX_AUDIO_FILE_BYTES).catch(() => undefined);
  return bytes && isAudio(bytes) ? new Uint8Array(bytes) : undefined;
}
