/** Every cosine between unit vectors: discovery asks for each of them several times. 2,000 vectors take 16 MB and two seconds of a CPU. */
import { setImmediate as breathe } from 'node:timers/promises';

/** Rows of work between two looks at what else the process has to do. */
const ROWS_AT_ONCE = 64;

export interface Cosines {
  readonly size: number;
  between(a: number, b: number): number;
}

export async function cosinesOf(vectors: readonly Float32Array[]): Promise<Cosines> {
  const size = vectors.length;
  const table = new Float32Array(size * size);
  for (const [row, vector] of vectors.entries()) {
    for (let column = 0; column <= row; column++) {
      const cosine = dot(vector, vectors[column] ?? vector);
      table[row * size + column] = cosine;
      table[column * size + row] = cosine;
    }
    if (row % ROWS_AT_ONCE === 0) await breathe();
  }
  return { size, between: (a, b) => table[a * size + b] ?? 0 };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
