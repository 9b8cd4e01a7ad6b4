import type { ExplainedSound } from '../../explanation/task.js';
import type { TableModel } from '../../inference/table-model.js';
import { badUsage } from '../../text/errors.js';
import type { EngineOptions } from '../options/engine.js';
import { recordingIn } from '../recordings.js';
import { asking } from './row-inference.js';

/**
 * Where in the spectrograms of some files a model hears what it says of them.
 * @throws UserError `bad-usage` for what is no file of sound, or a model that tells no classes by a softmax
 */
export async function explainSound(
  model: TableModel,
  files: readonly string[],
  options: EngineOptions & { classIndex?: number; layer?: string },
): Promise<ExplainedSound> {
  if (model.target.column.type !== 'category') {
    const message = `${model.name} doesn't tell one of several classes, which is what is explained of recordings`;
    throw badUsage(message, `give target: { ${model.target.column.name}: category }, or leave the recordings out`);
  }
  const recordings: { file: string; bytes: Uint8Array }[] = [];
  for (const file of files) {
    const bytes = await recordingIn(file);
    if (!bytes) throw badUsage(`${file} is no recording`, 'give WAV, FLAC, MP3 or Ogg Vorbis files');
    recordings.push({ file, bytes });
  }
  const { classIndex, layer } = options;
  return asking(options, (session) => session.ask({ type: 'explain-sound', model, recordings, classIndex, layer }));
}
