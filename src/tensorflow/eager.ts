import { type Attribute, setAttribute } from './attributes.js';
import { type CApi, type Pointer } from './c-api.js';
import type { Bytes } from './bytes.js';
import { type TensorValues, newTensor, newTensorOver, tensorValues } from './tensors.js';

/** A tensor by number, as tfjs-node's kernels speak of it. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/**
 * Executes ops at once (`TFE_Execute`) and holds the tensors that result, by number, until they are deleted.
 */
export class EagerExecutor {
  readonly #handles = new Map<number, Pointer>();
  /** What tensors lie over: must not be garbage-collected before them. */
  readonly #underlying = new Map<number, Bytes>();
  #lastId = 0;

  constructor(
    readonly api: CApi,
    /** The `TFE_Context` in which ops and functions run. */
    readonly context: Pointer,
  ) {}

  /** How many tensors are alive: a loop that leaves this growing leaks. */
  get tensorCount(): number {
    return this.#handles.size;
  }

  /** A number for a tensor that isn't eager (a symbol of a graph), from the same sequence. */
  reserveId(): number {
    return ++this.#lastId;
  }

  has(id: number): boolean {
    return this.#handles.has(id);
  }

  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number {
    const tensor = newTensor(this.api, dtype, shape, values);
    const id = this.#register(this.api.checkedPointer('TFE_NewTensorHandle', tensor));
    this.api.call('TF_DeleteTensor', tensor);
    return id;
  }

  /** A tensor of bytes over the values themselves: see `newTensorOver`. */
  createTensorOver(shape: readonly number[], dtype: number, values: Bytes): number {
    const tensor = newTensorOver(this.api, dtype, shape, values);
    const id = this.#register(this.api.checkedPointer('TFE_NewTensorHandle', tensor));
    this.api.call('TF_DeleteTensor', tensor);
    this.#underlying.set(id, values);
    return id;
  }

  /** A copy of a tensor on another device. */
  copyToDevice(id: number, device: string): number {
    const handle = this.handle(id);
    return this.#register(this.api.checkedPointer('TFE_TensorHandleCopyToDevice', handle, this.context, device));
  }

  deleteTensor(id: number): void {
    const handle = this.#handles.get(id);
    if (handle === undefined) return;
    this.api.call('TFE_DeleteTensorHandle', handle);
    this.#handles.delete(id);
    this.#underlying.delete(id);
  }

  dataType(id: number): number {
    return this.api.call('TFE_TensorHandleDataType', this.handle(id));
  }

  shape(id: number): number[] {
    const handle = this.handle(id);
    const rank = this.api.checked('TFE_TensorHandleNumDims', handle);
    return Array.from({ length: rank }, (_, axis) => this.api.checked('TFE_TensorHandleDim', handle, axis));
  }

  /** Waits for the tensor's value and copies it out (from the GPU, if it is there). */
  values(id: number): TensorValues {
    const tensor = this.api.checkedPointer('TFE_TensorHandleResolve', this.handle(id));
    const values = tensorValues(this.api, tensor, this.dataType(id));
    this.api.call('TF_DeleteTensor', tensor);
    return values;
  }

  /**
   * Executes an op, or a function by its name.
   * @param inputs numbers of tensors, in the order of the op's arguments, lists flattened
   * @param outputCount the most outputs that it has
   * @throws NativeError with TensorFlow's message
   */
  execute(name: string, attributes: Attribute[], inputs: readonly number[], outputCount: number): TensorMetadata[] {
    const op = this.api.checkedPointer('TFE_NewOp', this.context, name);
    try {
      for (const id of inputs) this.api.checked('TFE_OpAddInput', op, this.handle(id));
      for (const attribute of attributes) setAttribute(this.api, 'eager', op, attribute);
      return this.#run(op, outputCount);
    } finally {
      this.api.call('TFE_DeleteOp', op);
    }
  }

  handle(id: number): Pointer {
    const handle = this.#handles.get(id);
    if (handle === undefined) throw new Error(`internal: tensor ${id} doesn't exist (deleted, or a symbol of a graph)`);
    return handle;
  }

  #run(op: Pointer, outputCount: number): TensorMetadata[] {
    const outputs = new BigUint64Array(outputCount);
    const count = new Int32Array([outputCount]);
    this.api.checked('TFE_Execute', op, outputs, count);
    return Array.from(outputs.subarray(0, count[0]), (handle) => {
      const id = this.#register(handle);
      return { id, shape: this.shape(id), dtype: this.dataType(id) };
    });
  }

  #register(handle: Pointer): number {
    const id = this.reserveId();
    this.#handles.set(id, handle);
    return id;
  }
}
