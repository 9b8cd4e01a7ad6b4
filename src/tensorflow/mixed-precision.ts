import type { Attribute } from './attributes.js';
import { DataType } from './c-api.js';

/** The costly ops, for which processors have instructions: they compute in bfloat16, whatever comes in. */
const COMPUTING = new Set([
  'BatchMatMulV2',
  'Conv2D',
  'Conv2DBackpropFilter',
  'Conv2DBackpropInput',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'MatMul',
]);

/**
 * Ops that lose nothing by what came before them: they stay in bfloat16 where an input is, so that half the bytes move.
 * All others (losses, means, normalization's statistics, updates of weights) need float32.
 */
const FOLLOWING = new Set([
  ...['AddN', 'AddV2', 'AvgPool', 'AvgPoolGrad', 'BiasAdd', 'BiasAddGrad', 'ConcatV2', 'ExpandDims', 'Identity'],
  ...['FusedBatchNormV3', 'FusedBatchNormGradV3', 'MaxPool', 'MaxPoolGrad', 'Mul', 'Pad', 'PadV2', 'Reshape'],
  ...['Slice', 'Squeeze', 'Transpose'],
  ...['Elu', 'EluGrad', 'LeakyRelu', 'LeakyReluGrad', 'Relu', 'ReluGrad', 'Relu6', 'Relu6Grad', 'Selu', 'SeluGrad'],
  ...['Sigmoid', 'SigmoidGrad', 'Softplus', 'SoftplusGrad', 'Tanh', 'TanhGrad'],
]);

/** How many of the inputs these are of, where it isn't all: the others are statistics. */
const IMAGE_INPUTS: Partial<Record<string, number>> = {
  FusedBatchNormV3: 1,
  FusedBatchNormGradV3: 2,
};

/**
 * The types that an op's inputs are to have in a program of precision bfloat16, as Keras's policy `mixed_bfloat16` and
 * TensorFlow's auto_mixed_precision have it.
 * @param types of the inputs as they are
 * @returns of the same length
 */
export function inputTypes(name: string, types: readonly number[]): number[] {
  const follows = FOLLOWING.has(name) && types.includes(DataType.bfloat16);
  const halved = COMPUTING.has(name) || follows ? (IMAGE_INPUTS[name] ?? types.length) : 0;
  return types.map((type, index) => {
    if (type !== DataType.float32 && type !== DataType.bfloat16) return type;
    return index < halved ? DataType.bfloat16 : DataType.float32;
  });
}

/** An op's attributes with its type `T` as its inputs have it. */
export function withType(attributes: Attribute[], types: readonly number[]): Attribute[] {
  if (!types.includes(DataType.bfloat16)) return attributes;
  return attributes.map((attribute) =>
    attribute.name === 'T' && attribute.value === DataType.float32
      ? { ...attribute, value: DataType.bfloat16 }
      : attribute,
  );
}
