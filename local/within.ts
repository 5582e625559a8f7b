/** Waits for work that is stopping, but not for ever: a long drain is taken up again by the next run. */
export const STOP_WITHIN_MS = 5_000;

/** Whether all of it has settled within the time. */
export async function settledWithin(work: Iterable<Promise<unknown>>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, ms, false);
  const settled = Promise.allSettled(work).then(() => true);
  const inTime = await Promise.race([settled, late]);
  clearTimeout(timer);
  return inTime;
}
