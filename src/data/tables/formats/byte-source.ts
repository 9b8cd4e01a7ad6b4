/** Bytes that arrive in pieces of any size, taken in pieces of known size. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.of();

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next bytes, in a buffer of their own that starts at an address for any type of number. @throws Error at the end */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (this.#rest.length === 0) await this.#next();
      const part = this.#rest.subarray(0, count - at);
      taken.set(part, at);
      this.#rest = this.#rest.subarray(part.length);
      at += part.length;
    }
    return taken;
  }

  async #next(): Promise<void> {
    const next = await this.#pieces.next();
    if (next.done === true) throw new Error('it ends too early');
    this.#rest = next.value;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
