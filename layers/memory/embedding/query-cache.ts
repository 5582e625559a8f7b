import { Lru } from './lru.ts';

/** At 512 dimensions 1,000 vectors take 2 MB. */
export const QUERY_CACHE_ENTRIES = 1_000;

/**
 * Puts an LRU cache before a query embedder. Equal queries asked at the same time share one computation; a failure is
 * forgotten, so that the next call tries again. Every caller gets its own copy of the vector.
 */
export function cachedQueries(
  model: string,
  compute: (text: string) => Promise<Float32Array>,
  entries: number = QUERY_CACHE_ENTRIES,
): (text: string) => Promise<Float32Array> {
  const cache = new Lru<Promise<Float32Array>>(entries);
  return async (text) => {
    const key = `${model}\n${text}`;
    let vector = cache.get(key);
    if (!vector) {
      vector = compute(text);
      cache.set(key, vector);
    }
    try {
      return (await vector).slice();
    } catch (error) {
      cache.deleteIf(key, vector);
      throw error;
    }
  };
}
