const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the nearest IEEE 754 half-precision float, ties to even; of what is too large, infinity. */
export function toFloat16(value: number): number {
  float[0] = value;
  const [word] = bits;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // Half of a step beyond the greatest half, 65504, is rounded up.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | subnormal(Math.abs(value));
  const rebiased = magnitude - 0x38000000;
  return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
}

/** Below 2⁻¹⁴ halves are multiples of 2⁻²⁴. */
function subnormal(magnitude: number): number {
  const steps = magnitude * 2 ** 24;
  const floor = Math.floor(steps);
  const rest = steps - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
