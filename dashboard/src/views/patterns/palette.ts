/** Which color a pattern has: the largest take the eight that the eye tells apart, the rest share the gray of no pattern. Pure. */
import type { Pattern } from '../../api/patterns.ts';

const COLORS = 8;
export const NO_PATTERN = 'var(--series-none)';

/** Pattern id -> CSS color. Of two with equal size the older id comes first, so that a refresh changes no color. */
export function paletteFor(patterns: readonly Pick<Pattern, 'id' | 'size'>[]): Map<string, string> {
  const bySize = patterns.toSorted((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1));
  return new Map(
    bySize.map(({ id }, place) => [id, place < COLORS ? `var(--series-${place + 1})` : NO_PATTERN] as const),
  );
}
