/** The weighted mean of vectors that arrive one at a time, in double precision. */
export class Mean {
  readonly #sum: Float64Array;
  #weight = 0;

  constructor(dimensions: number) {
    this.#sum = new Float64Array(dimensions);
  }

  add(vector: ArrayLike<number>, weight: number): void {
    const sum = this.#sum;
    if (vector.length !== sum.length) throw new RangeError(`expected ${sum.length} dimensions, got ${vector.length}`);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (vector[i] ?? 0);
    this.#weight += weight;
  }

  get value(): Float64Array {
    if (this.#weight === 0) throw new RangeError('the mean of no vectors');
    return this.#sum.map((component) => component / this.#weight);
  }
}
