import type { Json } from './text/tree.js';

type Fragment = Record<string, Json>;

/** The short form of a U-Net, its defaults filled in. */
interface UNetBlocks {
  count: number;
  filters: number;
  filters_growth: number;
  convolutions: number;
  decoder: 'conv2d_transpose' | 'upsampling2d';
  skip: 'concatenate' | 'add' | 'none';
}

export const isUNet = (blocks: Record<string, Json>): boolean => Object.hasOwn(blocks, 'decoder');

/** The filters of a block, of which the first is 0. */
export function grown(filters: number, growth: number, block: number): number {
  return Math.max(1, Math.round(filters * growth ** block));
}

/**
 * The layers of a U-Net (Ronneberger et al., 2015). Each of `count` blocks is its convolutions, pooling, all that lies
 * deeper, the way back up (`upward`) and its convolutions again; the deepest place has the convolutions of one more width.
 * What a block had before its pooling is put beside what comes back up, added to it, or neither. A convolution of 1×1 is
 * last, whose filters are those of the target.
 */
export function unetLayers(blocks: Record<string, Json>): Fragment[] {
  const unet = blocks as unknown as UNetBlocks;
  return [...levels(unet, 0), { type: 'conv2d', kernel_size: 1 }];
}

/** All from one block to the deepest place and back. */
function levels(unet: UNetBlocks, block: number): Fragment[] {
  const filters = grown(unet.filters, unet.filters_growth, block);
  const convolutions = Array.from({ length: unet.convolutions }, (): Fragment => ({ type: 'conv2d', filters }));
  if (block === unet.count) return convolutions;
  const deeper = [{ type: 'pooling2d' }, ...levels(unet, block + 1), ...upward(unet.decoder, filters)];
  return [...convolutions, ...skipped(unet.skip, deeper), ...convolutions];
}

function skipped(skip: UNetBlocks['skip'], layers: Fragment[]): Fragment[] {
  return skip === 'none' ? layers : [{ type: 'residual', merge: skip, activation: 'linear', layers }];
}

/**
 * Twice as high and wide, with the filters of the block. Both ways have the same number of weights: a kernel of 2×2, and
 * neither activation nor what else hidden layers inherit.
 */
function upward(decoder: UNetBlocks['decoder'], filters: number): Fragment[] {
  const plain = { kernel_size: 2, padding: 'same', activation: 'linear', batch_normalization: false, dropout: 0 };
  return decoder === 'conv2d_transpose'
    ? [{ type: 'conv2d_transpose', filters, strides: 2, ...plain }]
    : [{ type: 'upsampling2d' }, { type: 'conv2d', filters, ...plain }];
}
