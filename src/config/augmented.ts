import type {
  AudioInput,
  AugmentationConfig,
  DatasetConfig,
  InputConfig,
  Table,
} from './schema/experiment.generated.js';
import type { Report } from './text/problems.js';

/** What a dataset holds, as far as it can be changed at random. */
type Changed = 'images' | 'images of a table' | 'a text' | 'sound' | 'a table';

const OF_SOUND = ['noise', 'mixup', 'speed', 'time_shift', 'gain', 'time_masking', 'frequency_masking'];
const MIXING = ['mixup', 'cutmix'];
const OF_SOUND_ALONE = OF_SOUND.slice(2);

/** What is changed at random must be what the dataset has: images, the words of a text, or sound. */
export function checkAugmented(dataset: DatasetConfig, augmentation: AugmentationConfig, report: Report): void {
  const only = dataset.name === 'table' ? onlyInput(dataset.inputs) : undefined;
  const kind: Changed = dataset.name === 'table' ? kindOf(dataset) : 'images';
  for (const [key, operation] of Object.entries(augmentation)) {
    if (operation === null || isOf(kind, key)) continue;
    report([['augmentation', key]], { code: 'conflict', message: `${key} of ${kind}`, hint: HINTS[kind] });
  }
  checkNoise(kind, augmentation, report);
  if (only?.type === 'audio') checkMasks(only, augmentation, report);
}

/** Of images alone and their classes it is as of any dataset of images; beside other columns no rows are mixed. */
function kindOf({ inputs, target }: Table): Changed {
  const types = Object.values(inputs).map(({ type }) => type);
  const [only] = types;
  if (types.length === 1 && only !== 'image') return KINDS[only] ?? 'a table';
  if (!types.includes('image')) return 'a table';
  const isOfClasses = Object.values(target)[0].type === 'category';
  return types.length === 1 && isOfClasses ? 'images' : 'images of a table';
}

const KINDS: Partial<Record<string, Changed>> = { text: 'a text', audio: 'sound' };

const HINTS: Record<Changed, string> = {
  'a text': 'of a text there are word_swap, word_deletion and word_dropout',
  sound: `of sound there are ${OF_SOUND.join(', ')}`,
  'images of a table': 'remove it: only images by themselves, and their classes, are mixed; words and sound are others',
  'a table': 'remove it: images, alone or among other columns, a text by itself and sound by itself are augmented',
  images: 'remove it: it changes the words of a text, or sound',
};

function isOf(kind: Changed, key: string): boolean {
  if (kind === 'a text') return key.startsWith('word_');
  if (kind === 'sound') return OF_SOUND.includes(key);
  if (kind === 'a table' || key.startsWith('word_') || OF_SOUND_ALONE.includes(key)) return false;
  return kind === 'images' || !MIXING.includes(key);
}

/** How strong it is, in one way. */
function checkNoise(kind: Changed, { noise }: AugmentationConfig, report: Report): void {
  if (noise === null) return;
  const { stddev = null, snr = null } = noise;
  const path = ['augmentation', 'noise'];
  if (snr !== null && kind !== 'sound') {
    const hint = 'give stddev: images have no power that noise is measured by';
    report([[...path, 'snr']], { code: 'conflict', message: `snr of ${kind}`, hint });
  } else if (snr !== null && stddev !== null) {
    report([[...path, 'snr'], [...path, 'stddev']], { code: 'conflict', message: 'noise with both snr and stddev', hint: 'give one of them' }); // prettier-ignore
  } else if (snr === null && stddev === null) {
    const hint = kind === 'sound' ? 'give snr, in decibels, or stddev' : 'give stddev, for example 0.05';
    report([path], { code: 'missing-key', message: 'noise without its strength', hint });
  }
}

/** Masks are of spectrograms. */
function checkMasks({ mel_spectrogram: mel }: AudioInput, augmentation: AugmentationConfig, report: Report): void {
  if (mel !== null) return;
  for (const key of ['time_masking', 'frequency_masking'] as const) {
    if ((augmentation[key] ?? null) === null) continue;
    const hint = 'give the input a mel_spectrogram, or remove it';
    report([['augmentation', key]], { code: 'conflict', message: `${key} of a waveform`, hint });
  }
}

function onlyInput(inputs: Readonly<Record<string, InputConfig>>): InputConfig | undefined {
  const all = Object.values(inputs);
  return all.length === 1 ? all[0] : undefined;
}
