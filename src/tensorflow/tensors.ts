import { type CApi, DataType, type Pointer, int64s } from './c-api.js';
import type { Bytes } from './bytes.js';
import { elementCount } from './element-count.js';

/** The values of a tensor as JavaScript holds them: row-major; complex numbers as (real, imaginary) pairs. */
export type TensorValues = Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint16Array | Uint8Array[];

/** `sizeof(TF_TString)`: TensorFlow's own string object. */
const STRING_BYTES = 24;

const ELEMENT_BYTES: Partial<Record<number, number>> = {
  [DataType.float32]: 4,
  [DataType.uint8]: 1,
  [DataType.int32]: 4,
  [DataType.string]: STRING_BYTES,
  [DataType.complex64]: 8,
  [DataType.int64]: 8,
  [DataType.bool]: 1,
  [DataType.bfloat16]: 2,
};

/** Makes a native tensor (`TF_Tensor`) with a copy of the values. The caller deletes it. */
export function newTensor(api: CApi, dataType: number, shape: readonly number[], values: TensorValues): Pointer {
  const count = elementCount(shape);
  const bytes = count * bytesPerElement(dataType);
  const tensor = api.pointer('TF_AllocateTensor', dataType, int64s(shape), shape.length, bytes);
  const data = api.pointer('TF_TensorData', tensor);
  if (Array.isArray(values)) writeStrings(api, data, values);
  else if (values.byteLength === bytes) api.copy(data, values, bytes);
  else throw new RangeError(`a tensor of shape [${shape.join(', ')}] takes ${bytes} bytes, got ${values.byteLength}`);
  return tensor;
}

/**
 * Makes a native tensor over the values themselves, without a copy where their address allows (TensorFlow wants 64-byte
 * alignment), so that memory-mapped data of any size can be used. The values must outlive the tensor.
 */
export function newTensorOver(api: CApi, dataType: number, shape: readonly number[], values: Bytes): Pointer {
  const { doNothing } = api;
  // An array of the first byte gives the address of all.
  const start = values.subarray(0, Math.min(1, values.byteLength));
  return api.pointer('TF_NewTensor', dataType, int64s(shape), shape.length, start, values.byteLength, doNothing, null);
}

/** Copies a native tensor's values out. */
export function tensorValues(api: CApi, tensor: Pointer, dataType: number): TensorValues {
  const bytes = api.call('TF_TensorByteSize', tensor);
  const data = api.pointer('TF_TensorData', tensor);
  if (dataType === DataType.string) return readStrings(api, data, bytes / STRING_BYTES);
  const values = newValues(dataType, bytes);
  api.copy(values, data, bytes);
  return values;
}

function newValues(dataType: number, bytes: number): Exclude<TensorValues, Uint8Array[]> {
  switch (dataType) {
    case DataType.float32:
    case DataType.complex64:
      return new Float32Array(bytes / 4);
    case DataType.int32:
      return new Int32Array(bytes / 4);
    case DataType.int64:
      return new BigInt64Array(bytes / 8);
    case DataType.bfloat16:
      return new Uint16Array(bytes / 2);
    default:
      return new Uint8Array(bytes);
  }
}

function bytesPerElement(dataType: number): number {
  const bytes = ELEMENT_BYTES[dataType];
  if (bytes === undefined) throw new RangeError(`values of TensorFlow type ${dataType} can't be made here`);
  return bytes;
}

function writeStrings(api: CApi, data: Pointer, values: Uint8Array[]): void {
  values.forEach((value, index) => {
    const string = data + BigInt(index * STRING_BYTES);
    api.call('TF_StringInit', string);
    api.call('TF_StringCopy', string, value, value.byteLength);
  });
}

function readStrings(api: CApi, data: Pointer, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const string = data + BigInt(index * STRING_BYTES);
    const value = new Uint8Array(api.call('TF_StringGetSize', string));
    api.copy(value, api.pointer('TF_StringGetDataPointer', string), value.byteLength);
    return value;
  });
}
