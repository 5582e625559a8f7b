import { describe, expect, it } from 'vitest';
import { packingFor, placeGrains, surfaceOf } from '../../../dashboard/src/views/overview/grains.ts';

const BOX = { x: 10, y: 20, width: 300, height: 200 };

describe('the grains of a vessel', () => {
  it.each([1, 7, 100, 2_868, 50_000, 3_000_000])('have room for the fullest of the vessels, here %d', (most) => {
    const packing = packingFor([0, most, Math.floor(most / 3)], BOX);

    const grains = placeGrains(most, BOX, packing);

    expect(grains).toHaveLength(Math.ceil(most / packing.each));
    expect(Math.min(...grains.map(({ x }) => x))).toBeGreaterThan(BOX.x);
    expect(Math.max(...grains.map(({ x }) => x))).toBeLessThan(BOX.x + BOX.width);
    expect(Math.min(...grains.map(({ y }) => y))).toBeGreaterThan(BOX.y + BOX.height * 0.25);
    expect(Math.max(...grains.map(({ y }) => y))).toBeLessThan(BOX.y + BOX.height);
  });

  it('stand for one memory each while there is room', () => {
    expect(packingFor([100, 300, 20], BOX).each).toBe(1);
  });

  it('do not overlap', () => {
    const packing = packingFor([500], BOX);
    const grains = placeGrains(500, BOX, packing);

    const apart = (at: number) =>
      Math.min(
        ...grains.slice(at + 1).map(({ x, y }) => Math.hypot(x - (grains[at]?.x ?? 0), y - (grains[at]?.y ?? 0))),
      );

    expect(Math.min(...grains.map((_, at) => apart(at)))).toBeGreaterThan(packing.spacing * 0.99);
  });

  it('raise the surface as they come', () => {
    const packing = packingFor([1_000], BOX);

    const surfaces = [0, 200, 600, 1_000].map((memories) => surfaceOf(memories, BOX, packing));

    expect(surfaces).toEqual(surfaces.toSorted((one, other) => other - one));
    expect(new Set(surfaces).size).toBe(4);
  });
});
