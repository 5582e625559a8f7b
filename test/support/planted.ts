/** Vectors with a known structure, drawn from a fixed seed. */
import { normalize } from '../../layers/memory/embedding/normalize.ts';

const DIMENSIONS = 64;

/** Mulberry32: numbers in 0..1, the same ones for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A direction, each as likely as any other. */
export function anyDirection(random: () => number, dimensions = DIMENSIONS): Float32Array {
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return normalize(Float64Array.from({ length: dimensions }, gaussian));
}

/** Unit vectors at this cosine to a center, in every direction around it. */
export function around(center: Float32Array, cosine: number, count: number, random: () => number): Float32Array[] {
  return Array.from({ length: count }, () => {
    const other = anyDirection(random, center.length);
    const along = other.reduce((sum, value, at) => sum + value * (center[at] ?? 0), 0);
    const across = normalize(Float64Array.from(other, (value, at) => value - along * (center[at] ?? 0)));
    return normalize(
      Float64Array.from(center, (value, at) => cosine * value + Math.sqrt(1 - cosine ** 2) * (across[at] ?? 0)),
    );
  });
}
