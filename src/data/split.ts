import { targetKind } from './columns/kinds.js';
import type { Dataset } from './dataset.js';
import { UserError } from '../text/errors.js';
import { drawGroups, takeGroupFold } from './group-split.js';
import { randomStream } from '../random.js';
import { everyIndex } from './rows.js';
import { stratifiedOrder } from './stratified-order.js';
import { takeNewest } from './time-split.js';

/** How the training images are divided. */
export interface SplitConfig {
  /** The part that measures instead of training, in [0, 1). */
  validation_split: number;
  /** Cross-validation's parts, in the place of `validation_split`; absent in configurations of before it came. */
  split?: { folds: number | null } | null;
  /** The part of the remaining images that is trained on, in (0, 1]. */
  train_fraction: number;
  /** Of the split: `training.seeds.split`, or the run's. */
  seed: number;
}

/** Indices into the training images, ascending. */
export interface Split {
  train: Int32Array;
  validation: Int32Array;
}

/**
 * What a dataset's images are for: those given for validation validate, and all others may be trained on; where none are
 * given, they are drawn (see `splitTrain`).
 */
export function splitDataset(
  {
    train: rows,
    target,
    givenValidation = 0,
    isUndivided,
  }: Pick<Dataset, 'train' | 'target' | 'givenValidation' | 'isUndivided'>,
  config: SplitConfig,
): Split {
  const labels = targetKind(target.type).strata(rows.target, target);
  // What folds test doesn't validate: of the other groups, some are drawn.
  const folds = isUndivided ? null : config.split;
  if (givenValidation === 0)
    return splitTrain(labels, { ...config, split: folds }, { groups: rows.groups, times: rows.times?.values });
  const count = labels.length - givenValidation;
  const { train } = splitTrain(labels.subarray(0, count), { ...config, validation_split: 0, split: null });
  return { train, validation: everyIndex(givenValidation).map((index) => count + index) };
}

/**
 * Divides the training images into those trained on and those that validate, each class in proportion.
 *
 * The validation images depend on `validation_split` (or `split`) and `seed` alone, so that runs with more or less
 * training data are measured on the same ones; and the images of a smaller `train_fraction` are among those of a larger
 * one.
 * @param labels [count] class indices
 * @param by what keeps rows together or apart, beside their classes
 * @returns indices into `labels`, ascending
 * @throws UserError `too-few-images` for less than one in each fold, `too-few-groups`, `too-few-times`
 */
export function splitTrain(labels: Int32Array, config: SplitConfig, by: DividedBy = {}): Split {
  const folds = config.split?.folds ?? null;
  const fold = folds === null ? null : foldOf(config.seed, folds);
  const { validation, pool } = partsOf(labels, { ...config, ...by, fold });
  const poolOrder = stratifiedOrder(pool, labels, randomStream(config.seed, 'train_fraction'));
  const trainCount = Math.max(1, Math.round(pool.length * config.train_fraction));
  return { train: poolOrder.slice(0, trainCount).sort(), validation: validation.slice().sort() };
}

/** What of rows decides on which side they are. */
interface DividedBy {
  /** [count] of each its group, of which none is on both sides. */
  groups?: Int32Array;
  /** [count] of each its time: the newest validate. */
  times?: Float64Array;
}

/** Validation images and all others. */
interface Parts {
  validation: Int32Array;
  pool: Int32Array;
}

function partsOf(
  labels: Int32Array,
  { fold, groups, times, ...config }: SplitConfig & DividedBy & { fold: Fold | null },
): Parts {
  if (times) {
    const { drawn, rest } = takeNewest(times, config.validation_split);
    return { validation: drawn, pool: rest };
  }
  if (!groups) return fold ? takeFold(labels, fold) : drawPart(labels, config);
  const { drawn, rest } = fold
    ? takeGroupFold({ groups, labels }, fold, randomStream(fold.repetition, 'folds'))
    : drawGroups(groups, config.validation_split, randomStream(config.seed, 'split'));
  return { validation: drawn, pool: rest };
}

function drawPart(labels: Int32Array, { validation_split: part, seed }: SplitConfig): Parts {
  const order = stratifiedOrder(everyIndex(labels.length), labels, randomStream(seed, 'split'));
  const count = Math.min(Math.round(labels.length * part), labels.length - 1);
  return { validation: order.subarray(0, count), pool: order.subarray(count) };
}

/** A part of a cross-validation. */
export interface Fold {
  /** From 0. */
  fold: number;
  folds: number;
  /** Which division into folds it is of, from 0: each is drawn anew. */
  repetition: number;
}

/** The fold that a run validates on: `folds` seeds in a row are one cross-validation, each with another of its folds. */
export function foldOf(seed: number, folds: number): Fold {
  return { fold: seed % folds, folds, repetition: Math.floor(seed / folds) };
}

/**
 * Dealt out as cards are, class after class: a fold has of each class, and of all, less than one image more or fewer than
 * its share, as in scikit-learn's StratifiedKFold.
 */
function takeFold(labels: Int32Array, { fold, folds, repetition }: Fold): Parts {
  if (labels.length < folds) {
    throw new UserError(`${labels.length} images can't be divided into ${folds} folds`, {
      code: 'too-few-images',
      hint: 'set fewer dataset.split.folds',
      exitCode: 2,
    });
  }
  const shuffled = randomStream(repetition, 'folds').shuffle(everyIndex(labels.length));
  // Typed arrays' `sort` is stable: within a class the images stay shuffled.
  const dealt = shuffled.sort((a, b) => labels[a] - labels[b]);
  return {
    validation: dealt.filter((_, place) => place % folds === fold),
    pool: dealt.filter((_, place) => place % folds !== fold),
  };
}
