/** Every cosine between unit vectors: discovery asks for each of them several times. 2,000 vectors take 16 MB and about a second of a CPU. */
import { setImmediate as breathe } from 'node:timers/promises';

/** Rows of work between two looks at what else the process has to do: some 20 ms. */
const ROWS_AT_ONCE = 16;

export interface Cosines {
  readonly size: number;
  between(a: number, b: number): number;
}

export async function cosinesOf(vectors: readonly Float32Array[]): Promise<Cosines> {
  const size = vectors.length;
  const table = new Float32Array(size * size);
  for (const [row, vector] of vectors.entries()) {
    for (let column = 0; column <= row; column++) {
      const cosine = dot(vector, vectors[column] as Float32Array);
      table[row * size + column] = cosine;
      table[column * size + row] = cosine;
    }
    if (row % ROWS_AT_ONCE === 0) await breathe();
  }
  return { size, between: (a, b) => table[a * size + b] as number };
}

/** Four sums side by side: a single one waits for each addition before it begins the next, and takes twice as long. */
function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length - (a.length % 4);
  for (let at = 0; at < whole; at += 4) {
    s0 += (a[at] as number) * (b[at] as number);
    s1 += (a[at + 1] as number) * (b[at + 1] as number);
    s2 += (a[at + 2] as number) * (b[at + 2] as number);
    s3 += (a[at + 3] as number) * (b[at + 3] as number);
  }
  for (let at = whole; at < a.length; at++) s0 += (a[at] as number) * (b[at] as number);
  return s0 + s1 + s2 + s3;
}
