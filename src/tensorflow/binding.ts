import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js';
import { type Attribute, AttributeKind } from './attributes.js';
import { DataType } from './c-api.js';
import type { EagerExecutor, TensorMetadata } from './eager.js';
import type { Precision } from './precision.js';
import type { TensorValues } from './tensors.js';
import { GraphTrace, type Signature, type TracedFunction } from './trace.js';

class Metadata implements TensorMetadata {
  id = 0;
  shape: number[] = [];
  dtype = 0;
}

class OpAttribute implements Attribute {
  name = '';
  type = 0;
  value: Attribute['value'] = 0;
}

const unsupported = (): never => {
  throw new Error('internal: SavedModels are not run through this binding');
};

/**
 * The interface below tfjs-node's kernels (`TFJSBinding`), over TensorFlow's C API. Ops are executed at once, or, while
 * `trace` runs its body, recorded into a graph function.
 */
export class Binding implements TFJSBinding {
  readonly TensorMetadata = Metadata;
  readonly TFEOpAttr = OpAttribute;
  readonly TF_FLOAT = DataType.float32;
  readonly TF_INT32 = DataType.int32;
  readonly TF_INT64 = DataType.int64;
  readonly TF_BOOL = DataType.bool;
  readonly TF_COMPLEX64 = DataType.complex64;
  readonly TF_STRING = DataType.string;
  readonly TF_RESOURCE = DataType.resource;
  readonly TF_UINT8 = DataType.uint8;
  readonly TF_ATTR_STRING = AttributeKind.string;
  readonly TF_ATTR_INT = AttributeKind.int;
  readonly TF_ATTR_FLOAT = AttributeKind.float;
  readonly TF_ATTR_BOOL = AttributeKind.bool;
  readonly TF_ATTR_TYPE = AttributeKind.type;
  readonly TF_ATTR_SHAPE = AttributeKind.shape;
  readonly TF_ATTR_RESOURCE = AttributeKind.resource;
  readonly loadSavedModel = unsupported;
  readonly deleteSavedModel = unsupported;
  readonly runSavedModel = unsupported;
  /** Traces may nest (the body of a loop within a step); the innermost records. */
  readonly #traces: GraphTrace[] = [];

  constructor(
    readonly executor: EagerExecutor,
    readonly TF_Version: string,
    readonly usesGpu: boolean,
  ) {}

  get isTracing(): boolean {
    return this.#traces.length > 0;
  }

  isUsingGpuDevice(): boolean {
    return this.usesGpu;
  }

  getNumOfSavedModels(): number {
    return 0;
  }

  getNumOfTensors(): number {
    return this.executor.tensorCount;
  }

  /**
   * In a trace the values become a constant of the program, where TensorFlow's shape inference can see them; the eager
   * tensor is made all the same, since tfjs may continue to use the number after the trace has ended.
   */
  createTensor(shape: number[], dtype: number, values: TensorValues): number {
    const typed = toTypedValues(values, dtype);
    const id = this.executor.createTensor(shape, dtype, typed);
    this.#traces.at(-1)?.constant(id, shape, dtype, typed);
    return id;
  }

  deleteTensor(id: number): void {
    for (const trace of this.#traces) trace.deleteTensor(id);
    this.executor.deleteTensor(id);
  }

  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    if (!this.executor.has(id)) throw new Error('internal: the value of a tensor was read while tracing');
    return this.executor.values(id) as Float32Array | Int32Array | Uint8Array;
  }

  executeOp(name: string, attributes: Attribute[], inputs: number[], outputCount: number): TensorMetadata[] {
    const executor = this.#traces.at(-1) ?? this.executor;
    return executor.execute(name, attributes, inputs, outputCount);
  }

  /** States a shape that TensorFlow can't infer while tracing; executed tensors know theirs. */
  setShape(id: number, shape: readonly number[]): void {
    this.#traces.at(-1)?.setShape(id, shape);
  }

  /**
   * Records what `body` does to its inputs into a function.
   * @param name unique among the context's functions
   * @param body takes numbers of tensors and returns those of the results
   */
  trace(
    name: string,
    inputs: readonly Signature[],
    body: (inputs: TensorMetadata[]) => number[],
    precision?: Precision,
  ): TracedFunction {
    const trace = new GraphTrace(this.executor, name, this.#traces.at(-1), precision);
    this.#traces.push(trace);
    try {
      return trace.finish(body(inputs.map((signature) => trace.input(signature))));
    } finally {
      this.#traces.pop();
      trace.dispose();
    }
  }

  /** Frees a function that was traced, with the kernels that were made for it. */
  removeFunction(name: string): void {
    this.executor.api.checked('TFE_ContextRemoveFunction', this.executor.context, name);
  }
}

/** tfjs hands over plain arrays now and then. */
function toTypedValues(values: TensorValues | number[], dtype: number): TensorValues {
  if (!Array.isArray(values) || dtype === DataType.string) return values as TensorValues;
  const numbers = values as number[];
  if (dtype === DataType.int32) return Int32Array.from(numbers);
  if (dtype === DataType.bool || dtype === DataType.uint8) return Uint8Array.from(numbers);
  return Float32Array.from(numbers);
}
