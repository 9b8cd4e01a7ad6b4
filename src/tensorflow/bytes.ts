/** Bytes in one piece of memory, perhaps more than an array can hold (4 GiB in Node 20). A Uint8Array is such. */
export interface Bytes {
  readonly byteLength: number;
  /** A part of them, not copied. */
  subarray(start: number, end: number): Uint8Array;
}
