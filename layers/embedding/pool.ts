/**
 * Mean pooling: a text's vector is the mean of its tokens' vectors, padding left out by the attention mask.
 * `hidden` is [texts, tokens, dimensions], `mask` is [texts, tokens] of 0 and 1, both row by row.
 */
export function meanPool(hidden: Float32Array, mask: readonly number[][], dimensions: number): Float64Array[] {
  const width = mask[0]?.length ?? 0;
  return mask.map((row, text) => {
    const sum = new Float64Array(dimensions);
    let seen = 0;
    row.forEach((attended, token) => {
      if (attended === 0) return;
      seen += 1;
      const start = (text * width + token) * dimensions;
      for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] ?? 0) + (hidden[start + i] ?? 0);
    });
    return sum.map((component) => component / Math.max(1, seen));
  });
}
