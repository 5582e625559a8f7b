import { describe, expect, it } from 'vitest';
import type { MapPoint } from '../../../dashboard/src/api/patterns.ts';
import type { FeedEvent } from '../../../dashboard/src/api/types.ts';
import { placedLabels } from '../../../dashboard/src/views/patterns/labels.ts';
import { withEvents } from '../../../dashboard/src/views/patterns/live-map.ts';
import { NO_PATTERN, paletteFor } from '../../../dashboard/src/views/patterns/palette.ts';
import { fitted, nearest, radiusFor } from '../../../dashboard/src/views/patterns/scale.ts';

const BOX = { left: 10, top: 20, width: 100, height: 50 };
const point = (id: string, more: Partial<MapPoint> = {}): MapPoint => ({
  memory_id: id,
  x: 0,
  y: 0,
  type: 'fact',
  tier: 'hot',
  pattern_id: null,
  ...more,
});
const event = (type: string, id: string, tier: FeedEvent['tier'] = 'hot') =>
  ({ type, memory_id: id, tier }) as FeedEvent;

describe('the map', () => {
  it('fills its box, upwards being up', () => {
    const scale = fitted(
      [
        { x: -0.5, y: -0.2 },
        { x: 1, y: 0.4 },
      ],
      BOX,
    );

    expect(scale({ x: -0.5, y: -0.2 })).toEqual({ x: 10, y: 70 });
    expect(scale({ x: 1, y: 0.4 })).toEqual({ x: 110, y: 20 });
    expect(scale({ x: 0.25, y: 0.1 }).y).toBeCloseTo(45);
  });

  it('puts points that are all equal into the middle', () => {
    const scale = fitted([{ x: 0.3, y: 0.3 }], BOX);

    expect(scale({ x: 0.3, y: 0.3 })).toEqual({ x: 60, y: 45 });
  });

  it('draws few points large and many small, within bounds', () => {
    const size = { width: 700, height: 600 };

    expect(radiusFor(8, size)).toBe(6);
    expect(radiusFor(900, size)).toBeCloseTo(3.9, 1);
    expect(radiusFor(2_000, { width: 300, height: 300 })).toBe(2.4);
  });

  it('finds the nearest point within reach', () => {
    const places = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ];

    expect(nearest(places, { x: 7, y: 1 }, 5)).toBe(1);
    expect(nearest(places, { x: 5, y: 30 }, 5)).toBe(-1);
    expect(nearest([], { x: 0, y: 0 }, 5)).toBe(-1);
  });

  it('gives the eight largest patterns a color each and the rest the gray of none', () => {
    const patterns = Array.from({ length: 10 }, (_, n) => ({ id: `pat_${n}`, size: n }));

    const palette = paletteFor(patterns);

    expect(palette.get('pat_9')).toBe('var(--series-1)');
    expect(palette.get('pat_1')).toBe(NO_PATTERN);
    expect(new Set(palette.values()).size).toBe(9);
  });

  it('keeps the colors of equal patterns whatever their order', () => {
    const patterns = [
      { id: 'b', size: 4 },
      { id: 'a', size: 4 },
    ];

    expect(paletteFor(patterns)).toEqual(paletteFor(patterns.toReversed()));
  });

  it('names patterns where most of their points are, and leaves out a name that would cover a larger one', () => {
    const points = ['a', 'a', 'a', 'b', 'c'].map((id, n) => point(`mem_${n}`, { pattern_id: id }));
    const places = [0, 2, 100, 4, 300].map((x) => ({ x, y: 100 }));
    const patterns = [
      { id: 'c', label: 'third', size: 1 },
      { id: 'a', label: 'first', size: 3 },
      { id: 'b', label: 'second', size: 2 },
    ];

    const labels = placedLabels({ points, places, patterns }, (text) => text.length * 7);

    expect(labels).toEqual([
      { text: 'first', at: { x: 2, y: 85 } },
      { text: 'third', at: { x: 300, y: 85 } },
    ]);
  });

  it('follows moves and ends, and is the same array where neither came', () => {
    const points = [point('mem_a'), point('mem_b')];

    expect(withEvents(points, [event('memory.updated', 'mem_a')])).toBe(points);
    expect(
      withEvents(points, [event('memory.tier_changed', 'mem_a', 'warm'), event('memory.deleted', 'mem_b')]),
    ).toEqual([point('mem_a', { tier: 'warm' })]);
  });
});
