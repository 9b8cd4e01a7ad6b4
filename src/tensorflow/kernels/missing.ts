import * as tf from '@tensorflow/tfjs';
import { type Attribute, AttributeKind, boolAttribute, stringAttribute, typeAttribute } from '../attributes.js';
import type { Binding } from '../binding.js';
import { DataType } from '../c-api.js';
import { type KernelBackend, addKernel } from './registry.js';
import { dataTypeOf } from './fused.js';

type Inputs = Record<string, tf.Tensor>;
type Attributes = Record<string, unknown>;
type OpKernel = (inputs: Inputs, attributes: Attributes) => tf.Tensor | tf.Tensor[];

const intAttribute = (name: string, value: unknown): Attribute => ({
  name,
  type: AttributeKind.int,
  value: value as number | number[],
});

/**
 * Registers the kernels that tfjs-node lacks and for which TensorFlow has an op of the same meaning. Types are left to
 * TensorFlow, which infers them from the inputs.
 */
export function registerMissingKernels(backend: KernelBackend, binding: Binding): void {
  const ops = new Ops(backend, binding);
  const kernels = { ...numericKernels(ops), ...sparseKernels(ops), ...raggedKernels(ops), ...stringKernels(ops) };
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    addKernel(kernelName, ({ inputs, attrs }) => kernel(inputs as Inputs, attrs));
  }
}

/** Runs TensorFlow's ops on tfjs's tensors, where some of theirs are int64, which tfjs doesn't know. */
class Ops {
  constructor(
    readonly backend: KernelBackend,
    readonly binding: Binding,
  ) {}

  one(op: string, inputs: tf.Tensor[], attributes: Attribute[] = []): tf.Tensor {
    return this.many(op, inputs, 1, attributes)[0];
  }

  /** @returns the op's outputs, int32 for int64 */
  many(op: string, inputs: tf.Tensor[], outputCount: number, attributes: Attribute[] = []): tf.Tensor[] {
    return this.#execute(op, this.backend.getInputTensorIds(inputs), outputCount, attributes);
  }

  /** Runs an op that takes int32 inputs as int64: those at the given positions. */
  widened(op: string, inputs: tf.Tensor[], positions: number[], outputCount: number): tf.Tensor[] {
    const ids = this.backend.getInputTensorIds(inputs);
    for (const position of positions) ids[position] = this.#cast(ids[position], DataType.int64);
    try {
      return this.#execute(op, ids, outputCount, []);
    } finally {
      for (const position of positions) this.binding.deleteTensor(ids[position]);
    }
  }

  #execute(op: string, ids: number[], outputCount: number, attributes: Attribute[]): tf.Tensor[] {
    return this.binding.executeOp(op, attributes, ids, outputCount).map((output) => {
      if (output.dtype !== DataType.int64) return this.backend.createOutputTensor(output);
      const id = this.#cast(output.id, DataType.int32);
      this.binding.deleteTensor(output.id);
      return this.backend.createOutputTensor({ ...output, id, dtype: DataType.int32 });
    });
  }

  #cast(id: number, type: DataType): number {
    return this.binding.executeOp('Cast', [typeAttribute('DstT', type)], [id], 1)[0].id;
  }
}

function numericKernels(ops: Ops): Record<string, OpKernel> {
  return {
    BitwiseAnd: ({ a, b }) => ops.one('BitwiseAnd', [a, b]),
    DenseBincount: ({ x, weights }, { size, binaryOutput }) =>
      tf.tidy(() =>
        ops.one(
          'DenseBincount',
          [x, tf.scalar(size as number, 'int32'), weights],
          [boolAttribute('binary_output', Boolean(binaryOutput))],
        ),
      ),
    MaxPoolWithArgmax: ({ x }, { filterSize, strides, pad, includeBatchInIndex }) =>
      ops.many('MaxPoolWithArgmax', [x], 2, [
        intAttribute('ksize', [1, ...pair(filterSize), 1]),
        intAttribute('strides', [1, ...pair(strides), 1]),
        stringAttribute('padding', pad === 0 ? 'VALID' : String(pad).toUpperCase()),
        boolAttribute('include_batch_in_index', includeBatchInIndex as boolean),
      ]),
    SearchSorted: ({ sortedSequence, values }, { side }) =>
      ops.one(side === 'left' ? 'LowerBound' : 'UpperBound', [sortedSequence, values]),
    Transform: ({ image, transforms }, { interpolation, fillMode, fillValue, outputShape }) =>
      tf.tidy(() => {
        const size = tf.tensor1d((outputShape as number[] | undefined) ?? image.shape.slice(1, 3), 'int32');
        return ops.one(
          'ImageProjectiveTransformV3',
          [image, transforms, size, tf.scalar(fillValue as number)],
          [
            stringAttribute('interpolation', String(interpolation).toUpperCase()),
            stringAttribute('fill_mode', String(fillMode).toUpperCase()),
          ],
        );
      }),
  };
}

/** tfjs gives a size of windows or strides as one number or as height and width. */
function pair(size: unknown): number[] {
  return typeof size === 'number' ? [size, size] : (size as number[]);
}

function sparseKernels(ops: Ops): Record<string, OpKernel> {
  return {
    SparseFillEmptyRows: ({ indices, values, denseShape, defaultValue }) =>
      ops.widened('SparseFillEmptyRows', [indices, values, denseShape, defaultValue], [0, 2], 4),
    SparseReshape: ({ inputIndices, inputShape, newShape }) =>
      ops.widened('SparseReshape', [inputIndices, inputShape, newShape], [0, 1, 2], 2),
    SparseSegmentMean: ({ data, indices, segmentIds }) => ops.one('SparseSegmentMean', [data, indices, segmentIds]),
    SparseSegmentSum: ({ data, indices, segmentIds }) => ops.one('SparseSegmentSum', [data, indices, segmentIds]),
  };
}

function raggedKernels(ops: Ops): Record<string, OpKernel> {
  return {
    RaggedGather: ({ paramsNestedSplits, paramsDenseValues, indices }, { outputRaggedRank }) => {
      const splits = paramsNestedSplits as unknown as tf.Tensor[];
      const rank = outputRaggedRank as number;
      return ops.many('RaggedGather', [...splits, paramsDenseValues, indices], rank + 1, [
        intAttribute('PARAMS_RAGGED_RANK', splits.length),
        intAttribute('OUTPUT_RAGGED_RANK', rank),
        typeAttribute('Tsplits', DataType.int32),
        typeAttribute('Tindices', DataType.int32),
        typeAttribute('Tvalues', dataTypeOf(paramsDenseValues)),
      ]);
    },
    RaggedRange: ({ starts, limits, deltas }) =>
      ops.many('RaggedRange', [starts, limits, deltas], 2, [typeAttribute('Tsplits', DataType.int32)]),
  };
}

function stringKernels(ops: Ops): Record<string, OpKernel> {
  return {
    StringNGrams: ({ data, dataSplits }, attributes) =>
      ops.many('StringNGrams', [data, dataSplits], 2, [
        stringAttribute('separator', attributes.separator as string),
        stringAttribute('left_pad', attributes.leftPad as string),
        stringAttribute('right_pad', attributes.rightPad as string),
        intAttribute('ngram_widths', attributes.nGramWidths),
        intAttribute('pad_width', attributes.padWidth),
        boolAttribute('preserve_short_sequences', attributes.preserveShortSequences as boolean),
      ]),
    StringSplit: ({ input, delimiter }, { skipEmpty }) =>
      ops.many('StringSplit', [input, delimiter], 3, [boolAttribute('skip_empty', skipEmpty as boolean)]),
    StringToHashBucketFast: ({ input }, { numBuckets }) =>
      ops.one('StringToHashBucketFast', [input], [intAttribute('num_buckets', numBuckets)]),
  };
}
