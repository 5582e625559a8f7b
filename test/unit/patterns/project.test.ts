/** The plane: apart what is apart, within its bounds, the same each time, whatever it is given. */
import { describe, expect, it } from 'vitest';
import { onPlane, type Place } from '../../../layers/memory/patterns/project.ts';
import { anyDirection, around, seeded } from '../../support/planted.ts';

const isOnPlane = ({ x, y }: Place) => [x, y].every((value) => value >= -1 && value <= 1);
const middle = (places: readonly Place[]): Place => ({
  x: places.reduce((sum, { x }) => sum + x, 0) / places.length,
  y: places.reduce((sum, { y }) => sum + y, 0) / places.length,
});
const distance = (a: Place, b: Place) => Math.hypot(a.x - b.x, a.y - b.y);

describe('places', () => {
  const random = seeded(1);
  const vectors = [0, 1, 2].flatMap(() => around(anyDirection(random), 0.9, 40, random));

  it('keep groups together and apart from each other', () => {
    const places = onPlane(vectors);

    const groups = [0, 1, 2].map((group) => places.slice(group * 40, group * 40 + 40));
    const spread = Math.max(...groups.flatMap((group) => group.map((place) => distance(place, middle(group)))));
    const [a, b, c] = groups.map(middle) as [Place, Place, Place];
    expect(Math.min(distance(a, b), distance(b, c), distance(c, a))).toBeGreaterThan(2 * spread);
  });

  it('lie between -1 and 1, the farthest on 1', () => {
    const places = onPlane(vectors);

    expect(places.every(isOnPlane)).toBe(true);
    expect([Math.max(...places.map(({ x }) => x)), Math.max(...places.map(({ y }) => y))]).toEqual([1, 1]);
  });

  it('are the same each time', () => {
    expect(onPlane(vectors)).toEqual(onPlane(vectors));
  });

  it('are found for more vectors than the axes are fitted on', () => {
    const many = Array.from({ length: 700 }, () => anyDirection(random));

    const places = onPlane(many);

    expect([places.length, places.every(isOnPlane)]).toEqual([700, true]);
  });

  it.each([
    ['nothing', []],
    ['one vector', [anyDirection(seeded(2))]],
    ['two vectors', [anyDirection(seeded(2)), anyDirection(seeded(3))]],
    ['vectors on a line', [0.1, 0.5, 0.9].map((share) => Float32Array.of(share, share, 0, 0))],
    ['equal vectors', Array.from({ length: 5 }, () => anyDirection(seeded(2)))],
  ])('are numbers for %s', (_, given) => {
    const places = onPlane(given);

    expect(places).toHaveLength(given.length);
    expect(places.filter((place) => !isOnPlane(place))).toEqual([]);
  });

  it('put equal vectors in the middle', () => {
    const vector = anyDirection(seeded(2));

    expect(onPlane([vector, vector, vector])).toEqual(Array.from({ length: 3 }, () => ({ x: 0, y: 0 })));
  });
});
