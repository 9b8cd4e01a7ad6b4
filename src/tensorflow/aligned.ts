import { koffi } from '../system/koffi.js';

/** What TensorFlow asks of memory that it is to use as it is (`EIGEN_MAX_ALIGN_BYTES`); other memory it copies. */
const ALIGNMENT = 64;

/**
 * Bytes, not cleared, of which those from an offset on can become a tensor without being copied.
 * @param length of all
 * @param offset of what will be a tensor
 */
export function allocateAligned(length: number, offset: number): Uint8Array {
  const room = new Uint8Array(Buffer.allocUnsafeSlow(length + ALIGNMENT).buffer);
  const start = Number((koffi().address(room) + BigInt(offset)) % BigInt(ALIGNMENT));
  const padding = (ALIGNMENT - start) % ALIGNMENT;
  return room.subarray(padding, padding + length);
}
