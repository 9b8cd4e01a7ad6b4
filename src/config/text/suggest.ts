import { distance } from 'fastest-levenshtein';

/**
 * Words of other tools and of everyday speech, for what experiment files call otherwise. Of several meanings the first
 * that is possible at the place counts.
 */
const SYNONYMS: Record<string, string[]> = {
  acc: ['accuracy'],
  attention: ['multi_head_attention'],
  augment: ['augmentation'],
  augmentations: ['augmentation'],
  average_pooling2d: ['pooling2d'],
  averagepooling2d: ['pooling2d'],
  avg: ['average'],
  average_pooling1d: ['pooling1d'],
  averagepooling1d: ['pooling1d'],
  avg_pool: ['pooling2d'],
  avgpool: ['pooling2d'],
  batch: ['batch_size'],
  batch_norm: ['batch_normalization'],
  batchnorm: ['batch_normalization'],
  bf16: ['bfloat16'],
  bn: ['batch_normalization'],
  branch: ['branches'],
  categorical_crossentropy: ['sparse_categorical_crossentropy'],
  conv: ['conv2d'],
  conv2dtranspose: ['conv2d_transpose'],
  conv_transpose: ['conv2d_transpose'],
  convolution: ['conv2d'],
  convtranspose2d: ['conv2d_transpose'],
  cross_entropy: ['sparse_categorical_crossentropy'],
  crossentropy: ['sparse_categorical_crossentropy'],
  data: ['dataset'],
  deconv: ['conv2d_transpose'],
  deconvolution: ['conv2d_transpose'],
  depthwise: ['depthwise_conv2d'],
  dilation: ['dilation_rate'],
  dropout_rate: ['rate', 'dropout'],
  f1: ['f1_score'],
  f1_macro: ['f1_score'],
  fc: ['dense'],
  fp32: ['float32'],
  fully_connected: ['dense'],
  gap: ['global_pooling2d'],
  global_average_pooling1d: ['global_pooling1d'],
  global_average_pooling2d: ['global_pooling2d'],
  global_max_pooling1d: ['global_pooling1d'],
  global_max_pooling2d: ['global_pooling2d'],
  gradient_clip: ['gradient_clipping'],
  hidden_units: ['dense_units', 'units'],
  grace_period: ['min_iter'],
  horizontal_flip: ['flip'],
  initializer: ['kernel_initializer'],
  kaiming_normal: ['he_normal'],
  kaiming_uniform: ['he_uniform'],
  kernel: ['kernel_size'],
  l2: ['kernel_regularizer'],
  layernorm: ['layer_normalization'],
  learning_rate_scheduler: ['learning_rate_schedule'],
  limit: ['train_fraction'],
  linear: ['dense'],
  lr: ['learning_rate'],
  lr_schedule: ['learning_rate_schedule'],
  lr_scheduler: ['learning_rate_schedule'],
  macro_f1: ['f1_score'],
  mae: ['mean_absolute_error'],
  max_pool: ['pooling2d'],
  max_pooling1d: ['pooling1d'],
  max_pooling2d: ['pooling2d'],
  maximise: ['maximize'],
  maxpool: ['pooling2d'],
  maxpooling1d: ['pooling1d'],
  maxpooling2d: ['pooling2d'],
  minimise: ['minimize'],
  mha: ['multi_head_attention'],
  mse: ['mean_squared_error'],
  network: ['model'],
  n_trials: ['run_cap'],
  neurons: ['units'],
  nodes: ['units'],
  normalisation: ['normalization'],
  optim: ['optimizer'],
  param: ['parameters'],
  params: ['parameters'],
  optimiser: ['optimizer'],
  out_channels: ['filters'],
  channels: ['filters'],
  pool: ['pooling2d', 'pooling'],
  positional_embedding: ['position_embedding'],
  positional_encoding: ['position_embedding'],
  pr_auc: ['average_precision'],
  r2: ['r2_score'],
  random_state: ['seed'],
  reduction_factor: ['eta'],
  regularizer: ['kernel_regularizer'],
  rmse: ['root_mean_squared_error'],
  roc_auc: ['auc'],
  rotate: ['rotation'],
  schedule: ['learning_rate_schedule'],
  scheduler: ['learning_rate_schedule'],
  separable: ['separable_conv2d'],
  shift: ['translation'],
  silu: ['swish'],
  sparse_categorical_cross_entropy: ['sparse_categorical_crossentropy'],
  stride: ['strides'],
  sparse_top_k_categorical_accuracy: ['top_5_accuracy'],
  top5: ['top_5_accuracy'],
  top_k_accuracy: ['top_5_accuracy'],
  top_k_categorical_accuracy: ['top_5_accuracy'],
  train: ['training'],
  vals: ['values'],
  val_images: ['validation_images'],
  val_labels: ['validation_labels'],
  val_split: ['validation_split'],
  validation_fraction: ['validation_split'],
  warmup: ['warmup_epochs'],
  xavier_normal: ['glorot_normal'],
  xavier_uniform: ['glorot_uniform'],
};

/** `kernelSize`, `kernel-size`, `Kernel Size` are all `kernel_size`. */
function normalized(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
}

/**
 * The candidate that was probably meant: the same but for its spelling, a synonym, one that the word begins or that begins
 * it, or one that few letters set apart.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  const wanted = normalized(word);
  const same = candidates.find((candidate) => candidate === wanted || candidate === wanted.replaceAll('_', ''));
  if (same !== undefined) return same;
  const meant = Object.hasOwn(SYNONYMS, wanted) ? SYNONYMS[wanted] : [];
  const synonym = meant.find((meaning) => candidates.includes(meaning));
  if (synonym !== undefined) return synonym;
  const abbreviated = wanted.length >= 3 && candidates.find((candidate) => candidate.startsWith(wanted));
  if (abbreviated) return abbreviated;
  return (
    nearestSpelling(wanted, candidates) ??
    candidates.find((candidate) => candidate.length >= 3 && /^\w+$/.test(wanted) && wanted.startsWith(candidate))
  );
}

/** The candidate that the fewest letters set apart; none where that is as well another word. */
export function nearestSpelling(word: string, candidates: readonly string[]): string | undefined {
  return candidates
    .map((candidate) => ({ candidate, edits: edits(word, candidate) }))
    .filter((each) => each.edits <= mostEdits(word, each.candidate))
    .sort((x, y) => x.edits - y.edits)
    .at(0)?.candidate;
}

/** A third of the letters, if both begin or end alike, else a quarter: `gelu` was not meant by `zebu`. */
function mostEdits(word: string, other: string): number {
  const isAlike = word.slice(0, 3) === other.slice(0, 3) || word.slice(-3) === other.slice(-3);
  return Math.max(1, Math.floor(Math.max(word.length, other.length) / (isAlike ? 3 : 4)));
}

/** Levenshtein's distance, in which two swapped letters count as one edit. */
function edits(word: string, other: string): number {
  const distant = distance(word, other);
  return distant === 2 && sortedLetters(word) === sortedLetters(other) ? 1 : distant;
}

function sortedLetters(word: string): string {
  return Array.from(word).sort().join('');
}
