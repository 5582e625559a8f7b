/** Where the names of patterns stand on the map: at the middle of their points, the largest first, none upon another. Pure. */
import type { MapPoint, Pattern } from '../../api/patterns.ts';
import type { Place } from './scale.ts';

export interface Label {
  text: string;
  at: Place;
}

export interface Named {
  points: readonly MapPoint[];
  places: readonly Place[];
  patterns: readonly Pick<Pattern, 'id' | 'label' | 'size'>[];
}

const LINE_HEIGHT = 18;
const GAP = 6;
/** Above the point in the middle, not on it. */
const LIFT = 15;

/** `widthOf` measures a text in pixels. */
export function placedLabels({ points, places, patterns }: Named, widthOf: (text: string) => number): Label[] {
  const placed: (Label & { half: number })[] = [];
  for (const { id, label } of patterns.toSorted((a, b) => b.size - a.size)) {
    const own = places.filter((_, index) => points[index]?.pattern_id === id);
    if (own.length === 0) continue;
    const at = { x: median(own.map(({ x }) => x)), y: Math.max(LINE_HEIGHT, median(own.map(({ y }) => y)) - LIFT) };
    const half = widthOf(label) / 2;
    const isFree = placed.every(
      (other) =>
        Math.abs(other.at.y - at.y) >= LINE_HEIGHT + GAP || Math.abs(other.at.x - at.x) >= other.half + half + GAP,
    );
    if (isFree) placed.push({ text: label, at, half });
  }
  return placed.map(({ text, at }) => ({ text, at }));
}

/** Of points in two heaps the mean would stand between them, where nothing is. */
function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
