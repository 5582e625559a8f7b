/** How long to wait before the next try: full jitter (Brooker 2015), so that clients cut off together do not return together. */

const FIRST_MS = 500;
const MAX_MS = 30_000;
/** Even the luckiest draw leaves the server a moment. */
const MIN_MS = 100;

/** @param failures tries that failed in a row, from 1 @param random 0..1 */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.round(MIN_MS + random * (ceiling - MIN_MS));
}
