import * as tf from '@tensorflow/tfjs';
import type {
  AugmentationConfig,
  Crop,
  Flip,
  Rotation,
  Shear,
  Translation,
  Zoom,
} from '../../config/schema/experiment.generated.js';
import type { Runtime, Sampling } from '../../tensorflow/runtime.js';
import type { RandomSource, RandomStreams } from '../../tensorflow/random-source.js';
import { IGNORED } from '../masks/mask.js';
import { type Affine, IDENTITY, composed, toTransforms } from './affine.js';
import {
  type Range,
  augmentationStream,
  bernoulli,
  drawOfImages,
  positiveRange,
  scaledTo,
  symmetricRange,
  uniformRows,
  wholeNumber,
} from './draws.js';
import { elastic } from './elastic.js';
import { type Entry, plus, times } from './entries.js';
import type { GeometricOperation } from './operations.js';

type Engine = Pick<Runtime, 'projectiveTransform'>;

/** Of the images. */
interface Sizes {
  batch: number;
  /** Pixels. */
  height: number;
  /** Pixels. */
  width: number;
}

/** An operation that moves pixels, as the map through which the images are read. */
interface Motion {
  map: (sizes: Sizes) => Affine;
  /** How it reads between pixels; undefined where it moves by whole pixels. */
  interpolation?: Sampling['interpolation'];
  /** What it shows from beyond the edge; undefined where it shows nothing from there. */
  fill?: Pick<Sampling, 'fillMode' | 'fillValue'>;
}

/**
 * The operations that move pixels, in the configuration's order. Neighbours that fill and interpolate alike are one
 * transform: pixels are then interpolated once, and what one operation moves out of sight the next can bring back.
 */
export function geometricOperations(
  config: AugmentationConfig,
  random: RandomStreams,
  engine: Engine,
): GeometricOperation[] {
  const stream = (name: string): RandomSource => augmentationStream(random, name);
  const motions = [
    config.flip && flip(config.flip, stream('flip')),
    config.rotation && rotation(config.rotation, stream('rotation')),
    config.zoom && zoom(config.zoom, stream('zoom')),
    config.shear && shear(config.shear, stream('shear')),
    config.translation && translation(config.translation, stream('translation')),
    config.crop && crop(config.crop, stream('crop')),
  ].filter((motion) => motion !== null);
  const moved = merged(motions).map((motion) => readThrough(motion, engine));
  return config.elastic ? [...moved, elastic(config.elastic, stream)] : moved;
}

function merged(motions: Motion[]): Motion[] {
  const result: Motion[] = [];
  for (const motion of motions) {
    const last = result.at(-1);
    if (last && isReadAlike(last, motion)) result[result.length - 1] = joined(last, motion);
    else result.push(motion);
  }
  return result;
}

function isReadAlike(a: Motion, b: Motion): boolean {
  const isInterpolatedAlike = !a.interpolation || !b.interpolation || a.interpolation === b.interpolation;
  const isFilledAlike =
    !a.fill || !b.fill || (a.fill.fillMode === b.fill.fillMode && a.fill.fillValue === b.fill.fillValue);
  return isInterpolatedAlike && isFilledAlike;
}

function joined(first: Motion, second: Motion): Motion {
  return {
    map: (sizes) => composed(first.map(sizes), second.map(sizes)),
    interpolation: first.interpolation ?? second.interpolation,
    fill: first.fill ?? second.fill,
  };
}

/** A mask takes the nearest pixel; what an image shows of one value from beyond its edge has no class. */
function readThrough({ map, interpolation = 'nearest', fill }: Motion, engine: Engine): GeometricOperation {
  const sampling: Sampling = { interpolation, fillMode: 'nearest', fillValue: 0, ...fill };
  return ({ images, masks }) => {
    const [batch, height, width] = images.shape;
    const transforms = toTransforms(map({ batch, height, width }), batch);
    const moved = engine.projectiveTransform(images, transforms, sampling);
    if (!masks) return { images: moved };
    const ofMasks: Sampling = { ...sampling, interpolation: 'nearest', fillValue: IGNORED };
    return { images: moved, masks: engine.projectiveTransform(masks, transforms, ofMasks) };
  };
}

/** Draws: mirrored along the width, mirrored along the height; as far as `mode` says. */
function flip({ mode, probability }: Flip, source: RandomSource): Motion {
  return {
    map: ({ batch, height, width }) => {
      const mirrored = uniformRows(source, 2, batch).map((row) => bernoulli(probability, row));
      const x = mode === 'vertical' ? 0 : mirrored[0];
      const y = mode === 'horizontal' ? 0 : mirrored[1];
      return {
        ...IDENTITY,
        xx: plus(times(x, -2), 1),
        x0: times(x, width - 1),
        yy: plus(times(y, -2), 1),
        y0: times(y, height - 1),
      };
    },
  };
}

/** Draws: the angle, as a fraction of a full turn. */
function rotation({ factor, probability, ...reading }: Rotation, source: RandomSource): Motion {
  return {
    ...readingOf(reading),
    map: ({ batch, height, width }) => {
      const [turn] = drawOfImages(source, batch, [inRange(symmetricRange(factor))], probability);
      if (turn === 0) return IDENTITY;
      const angle = times(turn, 2 * Math.PI);
      const [cos, sin] = [tf.cos(angle), tf.sin(angle)];
      const [x, y] = [(width - 1) / 2, (height - 1) / 2];
      return {
        xx: cos,
        xy: tf.neg(sin),
        x0: tf.add(tf.sub(x, tf.mul(cos, x)), tf.mul(sin, y)),
        yx: sin,
        yy: cos,
        y0: tf.sub(tf.sub(y, tf.mul(cos, y)), tf.mul(sin, x)),
      };
    },
  };
}

/** Draws: the change of the height shown, of the width shown (where that has a range of its own). */
function zoom({ height_factor, width_factor, probability, ...reading }: Zoom, source: RandomSource): Motion {
  const factors = width_factor === null ? [height_factor] : [height_factor, width_factor];
  const draws = factors.map((factor) => inRange(symmetricRange(factor)));
  return {
    ...readingOf(reading),
    map: ({ batch, height, width }) => {
      const changes = drawOfImages(source, batch, draws, probability);
      const y = changes[0];
      const x = changes[changes.length - 1];
      return {
        ...IDENTITY,
        xx: plus(x, 1),
        x0: times(x, -(width - 1) / 2),
        yy: plus(y, 1),
        y0: times(y, -(height - 1) / 2),
      };
    },
  };
}

/** Draws: the shear along the width, along the height, and their direction. The upper left corner stays, as in Keras. */
function shear({ x_factor, y_factor, probability, ...reading }: Shear, source: RandomSource): Motion {
  const direction = (uniform: tf.Tensor): Entry => plus(times(bernoulli(0.5, uniform), -2), 1);
  const draws = [inRange(positiveRange(x_factor)), inRange(positiveRange(y_factor)), direction];
  return {
    ...readingOf(reading),
    map: ({ batch }) => {
      const [x, y, sign] = drawOfImages(source, batch, draws, probability);
      return { ...IDENTITY, xy: times(x, sign), yx: times(y, sign) };
    },
  };
}

/** Draws: the shift down, the shift to the right, as fractions of the height and the width. */
function translation(
  { height_factor, width_factor, probability, ...reading }: Translation,
  source: RandomSource,
): Motion {
  const draws = [height_factor, width_factor].map((factor) => inRange(symmetricRange(factor)));
  return {
    ...readingOf(reading),
    map: ({ batch, height, width }) => {
      const [down, right] = drawOfImages(source, batch, draws, probability);
      return { ...IDENTITY, x0: times(right, -width), y0: times(down, -height) };
    },
  };
}

/** Draws: where the image is cut out, along the height and along the width: −padding to padding pixels from its place. */
function crop({ padding, probability, fill_mode, fill_value }: Crop, source: RandomSource): Motion {
  const offset = (uniform: tf.Tensor): Entry => wholeNumber(-padding, 2 * padding + 1, uniform);
  return {
    fill: fillOf(fill_mode, fill_value),
    map: ({ batch }) => {
      const [y0, x0] = drawOfImages(source, batch, [offset, offset], probability);
      return { ...IDENTITY, x0, y0 };
    },
  };
}

function inRange(range: Range): (uniform: tf.Tensor) => Entry {
  return (uniform) => scaledTo(range, uniform);
}

type Reading = Pick<Rotation, 'fill_mode' | 'fill_value' | 'interpolation'>;

function readingOf({ fill_mode, fill_value, interpolation }: Reading): Pick<Motion, 'interpolation' | 'fill'> {
  return { interpolation, fill: fillOf(fill_mode, fill_value) };
}

/** The value matters to one mode alone; the others are alike whatever it is. */
function fillOf(fillMode: Sampling['fillMode'], fillValue: number): Motion['fill'] {
  return { fillMode, fillValue: fillMode === 'constant' ? fillValue : 0 };
}
