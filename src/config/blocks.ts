import type { Path } from './text/problems.js';
import { isObject } from './schema/schema.js';
import type { Json } from './text/tree.js';
import { grown, isUNet, unetLayers } from './unet.js';

/** A layer as a file could have written it, and what made it. */
export interface BlockLayer {
  layer: Record<string, Json>;
  /** The key of the short form that it comes from. */
  origin: Path;
}

const DEFAULT_DENSE_UNITS = 128;

/**
 * The layers that the short form stands for: for each block its convolutions and a pooling; then flatten, the hidden dense
 * layers and the output layer; or, with a decoder, those of a U-Net.
 * @param model valid, with defaults filled in, with `blocks`
 */
export function blockLayers(model: Record<string, Json>): BlockLayer[] {
  const { blocks, dense_units: given = DEFAULT_DENSE_UNITS } = model;
  if (isObject(blocks) && isUNet(blocks)) {
    return unetLayers(blocks).map((layer) => ({ layer, origin: ['model', 'blocks'] }));
  }
  const hidden = Array.isArray(given) ? given : [given];
  const units = hidden.map((value, i): BlockLayer => {
    const origin = Array.isArray(given) ? ['model', 'dense_units', i] : ['model', 'dense_units'];
    return { layer: { type: 'dense', units: value }, origin };
  });
  const from = (type: string): BlockLayer => ({ layer: { type }, origin: ['model', 'blocks'] });
  return [...blockList(blocks).flatMap(layersOfBlock), from('flatten'), ...units, from('dense')];
}

interface Block {
  filters: number;
  convolutions: number;
  origin: Path;
}

function blockList(blocks: Json): Block[] {
  if (Array.isArray(blocks)) {
    const list = blocks as { filters: number; convolutions: number }[];
    return list.map((block, i) => ({ ...block, origin: ['model', 'blocks', i] }));
  }
  if (!isObject(blocks)) return [];
  const { count, filters, filters_growth: growth, convolutions } = blocks as Record<string, number>;
  return Array.from({ length: count }, (_, i) => ({
    filters: grown(filters, growth, i),
    convolutions,
    origin: ['model', 'blocks'],
  }));
}

function layersOfBlock({ filters, convolutions, origin }: Block): BlockLayer[] {
  const convolution = Array.from({ length: convolutions }, () => ({ layer: { type: 'conv2d', filters }, origin }));
  return [...convolution, { layer: { type: 'pooling2d' }, origin }];
}
