/** Counts requests to each engine: all three clients go through the global fetch, whatever they do above it. */
export type EngineName = 'redis' | 'pg' | 'chroma';
export type RoundTrips = Record<EngineName, number>;

export interface RoundTripCounter {
  /** As of now, since the start. */
  taken(): RoundTrips;
}

/** Call once, before the first client is made. */
export function countRoundTrips(urls: Record<EngineName, string>): RoundTripCounter {
  const counts: RoundTrips = { redis: 0, pg: 0, chroma: 0 };
  const byOrigin = new Map<string, EngineName>(
    (Object.keys(urls) as EngineName[]).map((engine) => [originOf(urls[engine]), engine]),
  );
  const plainFetch = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const engine = byOrigin.get(originOf(input instanceof Request ? input.url : String(input)));
    if (engine !== undefined) counts[engine] += 1;
    return plainFetch(input, init);
  };
  return { taken: () => ({ ...counts }) };
}

/** Chroma's client says localhost or 127.0.0.1 as it likes: the port names the engine. */
const originOf = (url: string) => new URL(url).port;
