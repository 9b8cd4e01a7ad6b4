import { toFloat16 } from './float16.js';
import { elementCount } from '../tensorflow/element-count.js';

/** How weights are made smaller: half-precision floats, or whole numbers of a byte. */
export type Quantization = 'float16' | 'int8';

/** What tfjs's `model.json` says of a weight that is stored so; it loads as float32 again. */
export type QuantizationInfo =
  | { dtype: 'float16'; original_dtype: 'float32' }
  | { dtype: 'uint8'; original_dtype: 'float32'; scale: number; min: number };

/** One weight of `model.json`. */
export interface WeightSpec {
  name: string;
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool';
  quantization?: QuantizationInfo;
}

/**
 * Stores kernels in fewer bytes, as tfjs knows it; biases and averages, which take little room and hurt most, stay as
 * they are.
 * @param bytes of the weights one after another, little-endian
 */
export function quantize(
  specs: readonly WeightSpec[],
  bytes: Uint8Array,
  quantization: Quantization,
): { specs: WeightSpec[]; bytes: Uint8Array } {
  let offset = 0;
  const parts = specs.map((spec) => {
    const size = elementCount(spec.shape);
    const length = size * (spec.dtype === 'bool' ? 1 : 4);
    // A copy, so that it is aligned; `slice` of a Buffer is none.
    const own = new Uint8Array(bytes.subarray(offset, (offset += length)));
    if (spec.dtype !== 'float32' || spec.shape.length < 2) return { spec, bytes: own };
    return quantizeWeight(spec, new Float32Array(own.buffer), quantization);
  });
  return { specs: parts.map(({ spec }) => spec), bytes: Buffer.concat(parts.map((part) => part.bytes)) };
}

function quantizeWeight(
  spec: WeightSpec,
  values: Float32Array,
  quantization: Quantization,
): { spec: WeightSpec; bytes: Uint8Array } {
  if (quantization === 'float16') {
    const bytes = new Uint8Array(Uint16Array.from(values, toFloat16).buffer);
    return { spec: { ...spec, quantization: { dtype: 'float16', original_dtype: 'float32' } }, bytes };
  }
  const { scale, min } = rangeOf(values);
  const bytes = Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round((value - min) / scale))));
  return { spec: { ...spec, quantization: { dtype: 'uint8', original_dtype: 'float32', scale, min } }, bytes };
}

/** 256 steps from the least to the greatest value, of which one is 0 to the bit: weights that were pruned stay so. */
function rangeOf(values: Float32Array): { scale: number; min: number } {
  const least = values.reduce((least, value) => Math.min(least, value), 0);
  const greatest = values.reduce((greatest, value) => Math.max(greatest, value), 0);
  const scale = (greatest - least) / 255 || 1;
  return { scale, min: -Math.round(-least / scale) * scale };
}
