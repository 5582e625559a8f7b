/** How long each engine took within one operation: adapters time their calls, the edge reports the sums as `Server-Timing`. */
import { AsyncLocalStorage } from 'node:async_hooks';

export type TimedEngine = 'redis' | 'pg' | 'chroma' | 'embed';
export type Timings = Partial<Record<TimedEngine, number>>;

const current = new AsyncLocalStorage<Timings>();

/** Adds the call's milliseconds to the operation that it belongs to, failed or not. */
export async function timed<T>(engine: TimedEngine, call: () => Promise<T>): Promise<T> {
  const timings = current.getStore();
  if (timings === undefined) return await call();
  const start = performance.now();
  try {
    return await call();
  } finally {
    timings[engine] = (timings[engine] ?? 0) + performance.now() - start;
  }
}

/** Runs an operation and collects the timings of every call within it into `timings`. */
export const withTimings = <T>(timings: Timings, operation: () => Promise<T>): Promise<T> =>
  current.run(timings, operation);
