/** Specs that fail on our backend, all for one reason. */
export interface Exclusion {
  reason: string;
  /** Their full names, as `run.js` prints them. */
  specs: string[];
}

/**
 * Every spec of tfjs-core's suite that fails here. They run all the same, and one that passes is reported as a failure,
 * so that none stays listed without need. (tfjs-node's own list leaves out 347 specs of this suite.)
 */
export const exclusions: Exclusion[] = [
  {
    // Wanted: experiments must train as Keras trains them (src/tensorflow/gradients.ts, kernels.ts).
    reason: 'gradients are those of TensorFlow where tfjs chooses others: at the kink of SELU, among equal maxima',
    specs: [
      'selu gradients: Tensor1D',
      'selu gradients: Tensor2D',
      'max max gradient: 1D, ties',
      'max max gradient: ties, 2D, axes=-1, keepDims=false',
      'max max gradient: ties, 3D, axes=[1, 2], keepDims=false',
      'max max gradient: ties, 4D, axes=[1, 2, 3], keepDims=false',
      'max max gradient: ties, 4D, axes=[2, 3], keepDims=true',
    ],
  },
  {
    // The specs want an error; there is a result instead.
    reason: 'computes what tfjs has not implemented or forbids',
    specs: [
      'depthwiseConv2d gradients throws error on dilations > 1',
      'einsum 2d matrix calculate trace: duplicate axes not implemented yet',
      'einsum nonexistent dimension throws error',
    ],
  },
  {
    // Both refuse the same input. tfjs-node reads indices back to check them, which no trace allows (kernels.ts).
    reason: "the error is TensorFlow's, in other words than tfjs's",
    specs: [
      'gather throws when batch dims greater than axis',
      'gather throws when batch dims greater than indices rank',
      'gather throws when index is out of bound',
      'raggedGather InvalidSplitsNotSorted',
      'sparseFillEmptyRows throw error if negative row',
      'sparseSegmentMean throw error if segment id is out of range',
      'sparseSegmentMean throw error if segment id is out of range and negative',
      'sparseSegmentSum segments invalid 3',
      'sparseSegmentSum segments invalid 4',
    ],
  },
  {
    // https://github.com/tensorflow/tensorflow/issues/58758 for the pooling. The convolution is told to give 4×4 of
    // 8×8 at stride 1 with padding "same".
    reason: 'TensorFlow refuses shapes that contradict each other',
    specs: [
      'avgPool3d x=[1,1,1,1,1] f=[1,1,3] s=1 p=valid',
      'conv2dTranspose input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4',
    ],
  },
  {
    // The specs expect a maximum that ignores NaN, NaNs that are equal, and a tangent of 30144 to within 0.001, where
    // float32 has numbers 0.002 apart.
    reason: 'TensorFlow takes NaN, or the last bit, otherwise',
    specs: [
      'maxPoolWithArgmax [x=[1,3,3,1] f=[2,2] s=1 ignores NaNs',
      'tan numbers exceed float32 precision',
      'unique 1d tensor with NaN and Infinity',
    ],
  },
  {
    // tfjs's "cpu" backend returns the input itself wherever windows of one pixel keep its shape, even if stride and
    // padding move them; these specs repeat that.
    reason: 'expects the wrong pixels of a padded image',
    specs: [
      'pool avg x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
      'pool max x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
    ],
  },
  {
    // tfjs leaves padding out of an average but divides the gradient by the whole window. An error is better.
    reason: "tfjs's gradient of an explicitly padded average is not its derivative",
    specs: ['avgPool gradient x=[3,3,1] f=[3,3] s=1 p=explicit'],
  },
  {
    // explicit-padding.ts adds it for images.
    reason: 'tfjs-node has no padding by numbers for volumes',
    specs: [
      'avgPool3d x=[1,1,1,1,1] f=[2,2,2] s=1 p=2',
      'avgPool3d x=[1,2,2,2,1] f=[2,2,2] s=1 p=1 roundingMode=floor',
      'maxPool3d x=[1,2,2,2,1] f=[2,2,2] s=1 p=1 roundingMode=floor',
    ],
  },
  {
    reason: "TensorFlow's op does not take this type: an order of strings, a mean of integers",
    specs: [
      'greater should support string comparison',
      'greaterEqual should support string comparison',
      'less should support string comparison',
      'lessEqual should support string comparison',
      'sparseSegmentMean integer data',
    ],
  },
  {
    // Its attribute is a list of strings, the one kind that attributes.ts doesn't set.
    reason: 'no kernel for RaggedTensorToTensor',
    specs: [
      'raggedTensorToTensor RaggedTensorToTensor',
      'raggedTensorToTensor RaggedTensorToTensorRowSplits',
      'raggedTensorToTensor RaggedTensorToTensor3DParams',
      'raggedTensorToTensor RaggedTensorToTensor3DParamsRowSplits',
      'raggedTensorToTensor RaggedTensorToTensor3DParamsRowSplits2',
      'raggedTensorToTensor RaggedTensorToTensor4DParams',
      'raggedTensorToTensor RaggedTensorToTensor4DParamsRowSplit',
      'raggedTensorToTensor RaggedTensorToTensorContractExpanded',
      'raggedTensorToTensor RaggedTensorToTensorContractExpandedDense',
      'raggedTensorToTensor RaggedTensorToTensorConstrained',
      'raggedTensorToTensor RaggedTensorToTensor3DParamsConstrained',
      'raggedTensorToTensor RaggedTensorToTensor4DParamsConstrained',
      'raggedTensorToTensor shape wrong dimensions',
      'raggedTensorToTensor does not have memory leak.',
    ],
  },
];
