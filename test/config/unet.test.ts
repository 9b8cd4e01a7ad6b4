import { describe, expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperimentObject } from '../../src/config/load.js';
import { outputIndex } from '../../src/config/layers.js';
import { unetLayers } from '../../src/config/unet.js';

const blocks = { count: 2, filters: 3, filters_growth: 2, convolutions: 2, decoder: 'conv2d_transpose' };

const conv = (filters: number) => ({ type: 'conv2d', filters });
const plain = { kernel_size: 2, padding: 'same', activation: 'linear', batch_normalization: false, dropout: 0 };
const pool = { type: 'pooling2d' };

/** As Ronneberger et al. (2015) draw it, from the deepest place on. */
function drawn(up: (filters: number) => object[], around: (layers: object[]) => object[]): object[] {
  const deepest = [conv(12), conv(12)];
  const second = [conv(6), conv(6), ...around([pool, ...deepest, ...up(6)]), conv(6), conv(6)];
  const first = [conv(3), conv(3), ...around([pool, ...second, ...up(3)]), conv(3), conv(3)];
  return [...first, { type: 'conv2d', kernel_size: 1 }];
}

const transposed = (filters: number) => [{ type: 'conv2d_transpose', filters, strides: 2, ...plain }];
const beside = (merge: string) => (layers: object[]) => [{ type: 'residual', merge, activation: 'linear', layers }];

describe('the short form of a U-Net', () => {
  it('nests its blocks in residual layers', () => {
    expect(unetLayers({ ...blocks, skip: 'concatenate' })).toEqual(drawn(transposed, beside('concatenate')));
    expect(unetLayers({ ...blocks, skip: 'add' })).toEqual(drawn(transposed, beside('add')));
  });

  it('follows one after the other without skip connections', () => {
    expect(unetLayers({ ...blocks, skip: 'none' })).toEqual(drawn(transposed, (layers) => layers));
  });

  it('upsamples by as many weights', () => {
    const upsampled = (filters: number) => [{ type: 'upsampling2d' }, { type: 'conv2d', filters, ...plain }];
    expect(unetLayers({ ...blocks, decoder: 'upsampling2d', skip: 'add' })).toEqual(drawn(upsampled, beside('add')));
  });
});

describe('the output layer of a map', () => {
  it('is the last convolution, and of other targets none', () => {
    const layers = [{ type: 'conv2d' }, { type: 'conv2d' }, { type: 'activation' }];
    expect(outputIndex(layers, { output: 'conv2d' })).toBe(1);
    expect(outputIndex(layers, {})).toBe(-1);
  });
});

describe('the hash of a residual layer', () => {
  const hashOf = (merge?: string): string => {
    const residual = { type: 'residual', layers: [{ type: 'conv2d', filters: 4 }], ...(merge ? { merge } : {}) };
    const model = { padding: 'same', layers: [residual, { type: 'flatten' }, { type: 'dense' }] };
    return configHash(loadExperimentObject({ dataset: { name: 'mnist' }, model }, { directory: '/' }).config);
  };

  it('is what it was before there was merge', () => {
    // Of commit f21c52a, which had no such key.
    expect(hashOf()).toBe('3cd21daf7c38df57f3002503f9620f32de25c74f680aad1a3f31d3484e231492');
    expect(hashOf('add')).toBe(hashOf());
    expect(hashOf('concatenate')).not.toBe(hashOf());
  });
});
