/** Numbers whose count isn't known before they are in. */
export class NumberList {
  #values = new Float64Array(1024);
  #count = 0;

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.#count++] = value;
  }

  append(values: Float64Array): void {
    this.#reserve(values.length);
    this.#values.set(values, this.#count);
    this.#count += values.length;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  #reserve(count: number): void {
    if (this.#count + count <= this.#values.length) return;
    const larger = new Float64Array(Math.max(this.#values.length * 2, this.#count + count));
    larger.set(this.values);
    this.#values = larger;
  }
}
