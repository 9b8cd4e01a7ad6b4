import fc from 'fast-check';

/** What happens to files: bits flip, bytes are lost, added or overwritten, the end is missing. */
export const damage = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'lose', 'insert', 'overwrite'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

export function damaged(whole: Buffer, { kind, at, bytes }: Damage): Buffer {
  const start = Math.floor(at * whole.length);
  const [before, after] = [whole.subarray(0, start), whole.subarray(start)];
  if (kind === 'cut') return before;
  if (kind === 'lose') return Buffer.concat([before, after.subarray(bytes.length)]);
  if (kind === 'insert') return Buffer.concat([before, bytes, after]);
  if (kind === 'overwrite') return Buffer.concat([before, bytes, after.subarray(bytes.length)]);
  const flipped = Buffer.from(whole);
  flipped[start] ^= 1 << (bytes[0] % 8);
  return flipped;
}
