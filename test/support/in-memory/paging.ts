/** Pages of a list by key set. */
import { decodeCursor, encodeCursor } from './store.ts';

export type SortKey = (string | number)[];

function compareKeys(a: SortKey, b: SortKey): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}

/** The cursor is the sort key of the last item given, so that a walk goes on although that item is gone. */
export function pageOf<T>(
  all: T[],
  page: { limit: number; cursor?: string },
  keyOf: (item: T) => SortKey,
  sign: 1 | -1 = 1,
) {
  const last = page.cursor === undefined ? null : (decodeCursor('list', page.cursor) as SortKey);
  const rest = all
    .sort((a, b) => sign * compareKeys(keyOf(a), keyOf(b)))
    .filter((item) => last === null || sign * compareKeys(keyOf(item), last) > 0);
  const items = rest.slice(0, page.limit);
  const end = items.at(-1);
  return {
    items,
    nextCursor: rest.length > items.length && end !== undefined ? encodeCursor('list', keyOf(end)) : null,
  };
}
