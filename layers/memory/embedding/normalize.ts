/**
 * The vector scaled to length 1, as a new Float32Array; the norm is summed in double precision.
 * Throws on a vector without a direction (all zero) or with a component that is not finite.
 */
export function normalize(vector: ArrayLike<number>): Float32Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += (vector[i] ?? 0) ** 2;
  const norm = Math.sqrt(squares);
  if (norm === 0 || !Number.isFinite(norm)) throw new RangeError(`a vector of norm ${norm} has no direction`);
  return Float32Array.from(vector, (component) => component / norm);
}
