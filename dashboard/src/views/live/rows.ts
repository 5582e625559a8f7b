/** The rows of the live feed, the newest first, bounded: pure. */
import type { FeedEvent } from '../../api/types.ts';

export const ROWS_MAX = 2_000;

/** Adds what came, in its order, on top; an event that is there already stays where it is. */
export function withNewest(rows: readonly FeedEvent[], came: readonly FeedEvent[]): readonly FeedEvent[] {
  if (came.length === 0) return rows;
  const known = new Set(rows.slice(0, ROWS_MAX).map(({ id }) => id));
  const fresh = came.filter(({ id }) => !known.has(id)).reverse();
  return fresh.length === 0 ? rows : [...fresh, ...rows].slice(0, ROWS_MAX);
}

/** Adds what is older, newest first, below. */
export function withOlder(rows: readonly FeedEvent[], older: readonly FeedEvent[]): readonly FeedEvent[] {
  const known = new Set(rows.map(({ id }) => id));
  return [...rows, ...older.filter(({ id }) => !known.has(id))].slice(0, ROWS_MAX);
}
