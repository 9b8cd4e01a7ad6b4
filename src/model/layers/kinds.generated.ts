// Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file.
import { conv2d } from './conv2d.js';
import { depthwiseConv2d } from './depthwise-conv2d.js';
import { separableConv2d } from './separable-conv2d.js';
import { conv1d } from './conv1d.js';
import { separableConv1d } from './separable-conv1d.js';
import { conv2dTranspose } from './conv2d-transpose.js';
import { pooling2d } from './pooling2d.js';
import { globalPooling2d } from './global-pooling2d.js';
import { pooling1d } from './pooling1d.js';
import { globalPooling1d } from './global-pooling1d.js';
import { batchNormalization } from './batch-normalization.js';
import { layerNormalization } from './layer-normalization.js';
import { dropout } from './dropout.js';
import { spatialDropout2d } from './spatial-dropout2d.js';
import { zeroPadding2d } from './zero-padding2d.js';
import { cropping2d } from './cropping2d.js';
import { upsampling2d } from './upsampling2d.js';
import { flatten } from './flatten.js';
import { embedding } from './embedding.js';
import { positionEmbedding } from './position-embedding.js';
import { multiHeadAttention } from './multi-head-attention.js';
import { dense } from './dense.js';
import { activation } from './activation.js';
import { residual } from './residual.js';
import { parallel } from './parallel.js';
import { inputs } from './inputs.js';

/** The layers of configurations. */
export const layerKinds = {
  conv2d,
  depthwise_conv2d: depthwiseConv2d,
  separable_conv2d: separableConv2d,
  conv1d,
  separable_conv1d: separableConv1d,
  conv2d_transpose: conv2dTranspose,
  pooling2d,
  global_pooling2d: globalPooling2d,
  pooling1d,
  global_pooling1d: globalPooling1d,
  batch_normalization: batchNormalization,
  layer_normalization: layerNormalization,
  dropout,
  spatial_dropout2d: spatialDropout2d,
  zero_padding2d: zeroPadding2d,
  cropping2d,
  upsampling2d,
  flatten,
  embedding,
  position_embedding: positionEmbedding,
  multi_head_attention: multiHeadAttention,
  dense,
  activation,
  residual,
  parallel,
  inputs,
};
