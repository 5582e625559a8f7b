/** The map kept true while events arrive: moves recolor nothing and change a shape, ends take a point away. Pure. */
import type { MapPoint } from '../../api/patterns.ts';
import type { FeedEvent } from '../../api/types.ts';

const ENDS = new Set(['memory.expired', 'memory.deleted', 'memory.erased']);

/** The same array where nothing on it changed. */
export function withEvents(points: readonly MapPoint[], events: readonly FeedEvent[]): readonly MapPoint[] {
  const last = new Map<string, FeedEvent>();
  for (const event of events) {
    if (event.memory_id !== null && (event.type === 'memory.tier_changed' || ENDS.has(event.type)))
      last.set(event.memory_id, event);
  }
  if (last.size === 0) return points;
  let isChanged = false;
  const next = points.flatMap((point) => {
    const event = last.get(point.memory_id);
    if (!event) return [point];
    isChanged = true;
    return ENDS.has(event.type) ? [] : [{ ...point, tier: event.tier ?? point.tier }];
  });
  return isChanged ? next : points;
}
