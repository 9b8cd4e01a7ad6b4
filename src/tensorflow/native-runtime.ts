import * as tf from '@tensorflow/tfjs';
import { type Attribute, AttributeKind, boolAttribute, stringAttribute, typeAttribute } from './attributes.js';
import type { NativeBackend } from './backend.js';
import { DataType } from './c-api.js';
import type { TensorMetadata } from './eager.js';
import type { KernelBackend } from './kernels/registry.js';
import type { Bytes } from './bytes.js';
import type { Precision } from './precision.js';
import { updateRows } from './row-updates.js';
import type { Loop, Program, RowUpdateRule, Runtime, Sampling, TensorSpec, UpdateRule, Variable } from './runtime.js';
import type { Signature, TracedFunction } from './trace.js';

type CustomGradient = Parameters<typeof tf.customGrad>[0];

const dataTypes = { float32: DataType.float32, int32: DataType.int32, bool: DataType.bool } as const;
const FLOAT = DataType.float32;
const INT = DataType.int32;

/**
 * TensorFlow optimizes a function (Grappler: constants folded, ops fused) only if it is called with a `ConfigProto`; an
 * empty one asks for the default optimizations. Functions called from within functions are optimized anyway.
 */
const OPTIMIZED: Attribute = { name: 'config_proto', type: AttributeKind.bytes, value: new Uint8Array() };

/** Programs as graph functions of native TensorFlow (see `Runtime`). */
export class NativeRuntime implements Runtime {
  readonly backend = 'tensorflow';
  readonly version: string;
  readonly device: string;
  readonly threads: number;
  readonly hasFusedUpdates = true;
  readonly hasRowUpdates: boolean;
  readonly #binding: NativeBackend['binding'];
  readonly #kernels: KernelBackend;
  readonly #sparseCrossEntropy: (labels: tf.Tensor, logits: tf.Tensor) => tf.Tensor;
  readonly #softCrossEntropy: (labels: tf.Tensor, logits: tf.Tensor) => tf.Tensor;
  /** The device to keep data on, if it isn't the host. */
  readonly #gpu: string | undefined;
  #names = 0;

  /**
   * @param native the backend that `startNativeBackend` made tfjs's own
   * @param gpuName what its GPU is called, if it has one
   */
  constructor(native: NativeBackend, threads: number, gpuName?: string) {
    this.#binding = native.binding;
    this.#kernels = tf.backend() as unknown as KernelBackend;
    this.version = native.version;
    this.threads = threads;
    const isGpu = native.device.type === 'GPU';
    this.device = isGpu && gpuName ? `GPU: ${gpuName}` : native.device.type;
    this.hasRowUpdates = !isGpu;
    this.#gpu = isGpu ? native.device.name : undefined;
    this.#sparseCrossEntropy = this.#crossEntropyOp('SparseSoftmaxCrossEntropyWithLogits', [
      typeAttribute('T', FLOAT),
      typeAttribute('Tlabels', INT),
    ]);
    this.#softCrossEntropy = this.#crossEntropyOp('SoftmaxCrossEntropyWithLogits', [typeAttribute('T', FLOAT)]);
  }

  variable(name: string, initial: tf.Tensor): Variable {
    return new NativeVariable(this.#binding, this.#kernels, name, this.#uniqueName(name), initial);
  }

  compile(
    name: string,
    inputs: readonly TensorSpec[],
    body: (inputs: tf.Tensor[]) => tf.Tensor[],
    precision?: Precision,
  ): Program {
    const traced = this.#trace(name, inputs.map(signatureOf), body, precision);
    return {
      listing: traced.listing,
      run: (values) =>
        this.#binding
          .executeOp(traced.name, [OPTIMIZED], [...this.#ids(values), ...traced.captures], traced.outputs.length)
          .map((output) => this.#tensor(output)),
      dispose: () => {
        this.#binding.removeFunction(traced.name);
      },
    };
  }

  compileLoop(
    name: string,
    carried: readonly TensorSpec[],
    body: (step: tf.Tensor, carried: tf.Tensor[]) => tf.Tensor[],
    precision?: Precision,
  ): Loop {
    const counter: Signature = { shape: [], dtype: INT };
    const inputs = [counter, ...carried.map(signatureOf)];
    const step = this.#trace(name, inputs, ([first, ...rest]) => body(first, rest), precision);
    const { loop, parts } = this.#traceLoop(name, step);
    return {
      listing: step.listing,
      run: (from, to, values) => {
        const bounds = [tf.scalar(from, 'int32'), tf.scalar(to, 'int32')];
        const ids = [...this.#ids([...bounds, ...values]), ...step.captures];
        const outputs = this.#binding.executeOp(loop.name, [], ids, loop.outputs.length);
        tf.dispose(bounds);
        return outputs.map((output) => this.#tensor(output));
      },
      dispose: () => {
        for (const each of [loop, ...parts, step]) this.#binding.removeFunction(each.name);
      },
    };
  }

  update({ op, variables, inputs, attributes = {} }: UpdateRule): void {
    const handles = variables.map(handleOf);
    const settings = Object.entries(attributes).map(([name, value]) => boolAttribute(name, value));
    this.#binding.executeOp(op, [typeAttribute('T', FLOAT), ...settings], [...handles, ...this.#ids(inputs)], 0);
  }

  updateRows({ op, variables, constants, gradient, decay }: RowUpdateRule): void {
    const [indices, values] = this.#ids([gradient.indices, gradient.values]);
    updateRows(this.#binding, {
      op,
      handles: variables.map(handleOf),
      constants: this.#ids(constants),
      indices,
      values,
      width: variables[0].shape[1],
      decay: decay && {
        slots: decay.slots.map(({ variable, rate }) => ({ handle: handleOf(variable), rate })),
        lastUpdate: handleOf(decay.lastUpdate),
        iteration: this.#ids([decay.iteration])[0],
      },
    });
  }

  gatherRows(variable: Variable, indices: tf.Tensor): tf.Tensor {
    const attributes = [
      typeAttribute('dtype', FLOAT),
      typeAttribute('Tindices', INT),
      { name: 'batch_dims', type: AttributeKind.int, value: 0 },
      boolAttribute('validate_indices', true),
    ];
    const inputs = [handleOf(variable), ...this.#ids([indices])];
    const [rows] = this.#binding.executeOp('ResourceGather', attributes, inputs, 1);
    const shape = [...indices.shape, ...variable.shape.slice(1)];
    this.#binding.setShape(rows.id, shape);
    return this.#tensor({ ...rows, shape });
  }

  imageBytes(values: Bytes, shape: readonly number[]): tf.Tensor {
    const { executor } = this.#binding;
    const onHost = executor.createTensorOver(shape, DataType.uint8, values);
    const id = this.#gpu ? executor.copyToDevice(onHost, this.#gpu) : onHost;
    if (id !== onHost) executor.deleteTensor(onHost);
    return this.#tensor({ id, shape: [...shape], dtype: DataType.uint8 });
  }

  resident(values: Int32Array | Float32Array, shape: readonly number[] = [values.length]): tf.Tensor {
    const dtype = values instanceof Int32Array ? INT : FLOAT;
    return this.#tensor({ id: this.#binding.createTensor([...shape], dtype, values), shape: [...shape], dtype });
  }

  gatherImages(images: tf.Tensor, indices: tf.Tensor): tf.Tensor {
    const cast = [
      typeAttribute('SrcT', DataType.uint8),
      typeAttribute('DstT', FLOAT),
      boolAttribute('Truncate', false),
    ];
    return this.#kernels.executeSingleOutput('Cast', cast, [this.#gatherBytes(images, indices)]);
  }

  /** Bytes are gathered, since GPUs have no op for numbers of 16 bits, and then taken for these, without a copy. */
  gatherSamples(bytes: tf.Tensor, indices: tf.Tensor): tf.Tensor {
    const types = [typeAttribute('T', DataType.uint8), typeAttribute('type', DataType.int16)];
    const [gathered] = this.#ids([this.#gatherBytes(bytes, indices)]);
    const samples = this.#binding.executeOp('Bitcast', types, [gathered], 1)[0];
    const cast = [
      typeAttribute('SrcT', DataType.int16),
      typeAttribute('DstT', FLOAT),
      boolAttribute('Truncate', false),
    ];
    const [result] = this.#binding.executeOp('Cast', cast, [samples.id], 1);
    this.#binding.deleteTensor(samples.id);
    return this.#tensor(result);
  }

  projectiveTransform(
    images: tf.Tensor,
    transforms: tf.Tensor,
    { interpolation, fillMode, fillValue }: Sampling,
  ): tf.Tensor {
    return tf.image.transform(images as tf.Tensor4D, transforms as tf.Tensor2D, interpolation, fillMode, fillValue);
  }

  softmaxCrossEntropy(labels: tf.Tensor, logits: tf.Tensor): tf.Tensor {
    return labels.dtype === 'int32' ? this.#sparseCrossEntropy(labels, logits) : this.#softCrossEntropy(labels, logits);
  }

  randomUniform(shape: readonly number[], key: tf.Tensor): tf.Tensor {
    return this.#random('StatelessRandomUniform', shape, key);
  }

  randomNormal(shape: readonly number[], key: tf.Tensor): tf.Tensor {
    return this.#random('StatelessRandomNormal', shape, key);
  }

  tensorCount(): number {
    return this.#binding.getNumOfTensors();
  }

  #gatherBytes(bytes: tf.Tensor, indices: tf.Tensor): tf.Tensor {
    const gather = [
      typeAttribute('Tparams', DataType.uint8),
      typeAttribute('Tindices', INT),
      typeAttribute('Taxis', INT),
      { name: 'batch_dims', type: AttributeKind.int, value: 0 },
    ];
    const axis = tf.scalar(0, 'int32');
    return this.#kernels.executeSingleOutput('GatherV2', gather, [bytes, indices, axis]);
  }

  #random(op: string, shape: readonly number[], key: tf.Tensor): tf.Tensor {
    const attributes = [typeAttribute('T', INT), typeAttribute('Tseed', INT), typeAttribute('dtype', FLOAT)];
    return this.#kernels.executeSingleOutput(op, attributes, [tf.tensor1d([...shape], 'int32'), key]);
  }

  /** An op that gives the loss of each example and, at once, its gradient in the logits. */
  #crossEntropyOp(op: string, attributes: Attribute[]): (labels: tf.Tensor, logits: tf.Tensor) => tf.Tensor {
    const compute = (labels: tf.Tensor, logits: tf.Tensor, save: tf.GradSaveFunc) => {
      const [value, backprop] = this.#kernels.executeMultipleOutputs(op, attributes, [logits, labels], 2);
      save([labels, backprop]);
      return {
        value,
        gradFunc: (dy: tf.Tensor, [savedLabels, gradient]: tf.Tensor[]) => {
          return [tf.zerosLike(savedLabels), tf.mul(gradient, tf.expandDims(dy, 1))];
        },
      };
    };
    // tfjs types the parameters of any such function as tensors or the saver, in no order.
    return tf.customGrad<tf.Tensor>(compute as unknown as CustomGradient);
  }

  #trace(
    name: string,
    inputs: readonly Signature[],
    body: (inputs: tf.Tensor[]) => tf.Tensor[],
    precision?: Precision,
  ): TracedFunction {
    let outputs: tf.Tensor[] = [];
    const record = (symbols: TensorMetadata[]): number[] => {
      outputs = tf.tidy(() => body(symbols.map((symbol) => this.#tensor(symbol))));
      return this.#ids(outputs);
    };
    const traced = this.#binding.trace(this.#uniqueName(name), inputs, record, precision);
    tf.dispose(outputs);
    return traced;
  }

  /**
   * Wraps a step, (counter, …carried) → carried, into a function (from, to, …carried) → carried of one `While` op.
   * @returns it, and the functions that it calls besides the step
   */
  #traceLoop(name: string, step: TracedFunction): { loop: TracedFunction; parts: TracedFunction[] } {
    const [counter, ...carried] = step.inputs;
    const captured = step.captures.map((id) => this.#signatureOfEager(id));
    const state = [counter, counter, ...carried, ...captured];
    const condition = this.#traceIds(`${name}_condition`, state, ([at, end]) => [
      this.#execute('Less', [typeAttribute('T', INT)], [at.id, end.id], 1)[0].id,
    ]);
    const body = this.#traceIds(`${name}_body`, state, ([at, end, ...rest]) => {
      const results = this.#call(step, [at.id, ...rest.map(({ id }) => id)]);
      const one = this.#binding.createTensor([], INT, Int32Array.of(1));
      const [next] = this.#execute('AddV2', [typeAttribute('T', INT)], [at.id, one], 1);
      this.#binding.executor.deleteTensor(one);
      return [next.id, end.id, ...results.map(({ id }) => id), ...rest.slice(carried.length).map(({ id }) => id)];
    });
    const loop = this.#traceIds(`${name}_loop`, state, (inputs) => {
      const attributes = [
        typeAttribute(
          'T',
          state.map(({ dtype }) => dtype),
        ),
        { name: 'cond', type: AttributeKind.function, value: condition.name },
        { name: 'body', type: AttributeKind.function, value: body.name },
        { name: 'parallel_iterations', type: AttributeKind.int, value: 1 },
      ];
      const results = this.#execute(
        'While',
        attributes,
        inputs.map(({ id }) => id),
        state.length,
      );
      return results.slice(2, 2 + carried.length).map(({ id }) => id);
    });
    return { loop, parts: [condition, body] };
  }

  #traceIds(name: string, inputs: Signature[], body: (inputs: TensorMetadata[]) => number[]): TracedFunction {
    return this.#binding.trace(this.#uniqueName(name), inputs, body);
  }

  #execute(op: string, attributes: Attribute[], inputs: number[], outputCount: number): TensorMetadata[] {
    return this.#binding.executeOp(op, attributes, inputs, outputCount);
  }

  #call(traced: TracedFunction, inputs: number[]): TensorMetadata[] {
    const signatures = [...traced.inputs, ...traced.captures.map((id) => this.#signatureOfEager(id))];
    const attributes = [
      typeAttribute(
        'Tin',
        signatures.map(({ dtype }) => dtype),
      ),
      typeAttribute(
        'Tout',
        traced.outputs.map(({ dtype }) => dtype),
      ),
      { name: 'f', type: AttributeKind.function, value: traced.name },
    ];
    return this.#execute('StatefulPartitionedCall', attributes, inputs, traced.outputs.length);
  }

  #signatureOfEager(id: number): Signature {
    return { shape: this.#binding.executor.shape(id), dtype: this.#binding.executor.dataType(id) };
  }

  #tensor(metadata: TensorMetadata): tf.Tensor {
    return this.#kernels.createOutputTensor(metadata);
  }

  #ids(tensors: readonly tf.Tensor[]): number[] {
    return this.#kernels.getInputTensorIds([...tensors]);
  }

  /** Functions and variables share one namespace in a context. */
  #uniqueName(name: string): string {
    this.#names += 1;
    return `${name.replaceAll(/[^A-Za-z0-9_]/g, '_')}_${this.#names}`;
  }
}

function signatureOf({ shape, dtype }: TensorSpec): Signature {
  return { shape, dtype: dataTypes[dtype] };
}

function handleOf(variable: Variable): number {
  if (!(variable instanceof NativeVariable)) throw new TypeError('internal: a variable of another runtime');
  return variable.handle;
}

/** A resource variable (`VarHandleOp`). */
class NativeVariable implements Variable {
  /** The number of the tensor that holds the resource. */
  readonly handle: number;
  readonly shape: readonly number[];

  constructor(
    readonly binding: NativeBackend['binding'],
    readonly kernels: KernelBackend,
    readonly name: string,
    sharedName: string,
    initial: tf.Tensor,
  ) {
    this.shape = initial.shape;
    const attributes = [
      typeAttribute('dtype', FLOAT),
      { name: 'shape', type: AttributeKind.shape, value: initial.shape },
      stringAttribute('shared_name', sharedName),
    ];
    this.handle = binding.executeOp('VarHandleOp', attributes, [], 1)[0].id;
    this.assign(initial);
  }

  read(): tf.Tensor {
    const [value] = this.binding.executeOp('ReadVariableOp', [typeAttribute('dtype', FLOAT)], [this.handle], 1);
    this.binding.setShape(value.id, this.shape);
    return this.kernels.createOutputTensor({ ...value, shape: [...this.shape] });
  }

  assign(value: tf.Tensor): void {
    const [id] = this.kernels.getInputTensorIds([value]);
    this.binding.executeOp('AssignVariableOp', [typeAttribute('dtype', FLOAT)], [this.handle, id], 0);
  }

  dispose(): void {
    const ignore = boolAttribute('ignore_lookup_error', true);
    this.binding.executeOp('DestroyResourceOp', [ignore], [this.handle], 0);
    this.binding.deleteTensor(this.handle);
  }
}
