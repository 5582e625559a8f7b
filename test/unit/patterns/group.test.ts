/** Groups in vectors of known structure: what was planted is found pure, and where nothing was, nothing is claimed. */
import { describe, expect, it } from 'vitest';
import { cosinesOf } from '../../../layers/memory/patterns/cosines.ts';
import { type Grouping, groupsIn } from '../../../layers/memory/patterns/group.ts';
import { anyDirection, around, seeded } from '../../support/planted.ts';

const DEFAULTS: Grouping = { minSize: 3, minSimilarity: 0.7, floor: 0.4 };

const groupsOf = async (vectors: readonly Float32Array[], grouping: Partial<Grouping> = {}) =>
  groupsIn(await cosinesOf(vectors), { ...DEFAULTS, ...grouping });
const indexesOf = async (vectors: readonly Float32Array[], grouping: Partial<Grouping> = {}) =>
  (await groupsOf(vectors, grouping)).map((group) => group.map(({ at }) => at).sort((a, b) => a - b));
const range = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

describe('groups', () => {
  it.each([1, 2, 3])('are the planted ones, and no noise is in them (seed %i)', async (seed) => {
    const random = seeded(seed);
    const planted = [30, 20, 10].flatMap((count) => around(anyDirection(random), 0.8, count, random));
    const noise = range(0, 60).map(() => anyDirection(random));

    const found = await indexesOf([...planted, ...noise]);

    expect(found).toEqual([range(0, 30), range(30, 20), range(50, 10)]);
  });

  it.each([1, 2, 3])('are not claimed where vectors are drawn at random (seed %i)', async (seed) => {
    const random = seeded(seed);

    expect(await groupsOf(range(0, 500).map(() => anyDirection(random)))).toEqual([]);
  });

  it('have no member below the similarity that was asked for, and name each one’s cosine to their middle', async () => {
    const random = seeded(4);
    const center = anyDirection(random);
    const vectors = [0.9, 0.7, 0.6].flatMap((cosine) => around(center, cosine, 20, random));

    for (const minSimilarity of [0.6, 0.7, 0.8, 0.95]) {
      for (const group of await groupsOf(vectors, { minSimilarity })) {
        const middle = center.map((_, axis) => group.reduce((sum, { at }) => sum + (vectors[at]?.[axis] ?? 0), 0));
        const length = Math.hypot(...middle);
        for (const { at, similarity } of group) {
          const cosine = (vectors[at] ?? center).reduce((sum, value, axis) => sum + value * (middle[axis] ?? 0), 0);
          expect(similarity).toBeCloseTo(cosine / length, 5);
          expect(similarity).toBeGreaterThanOrEqual(minSimilarity - 1e-5);
        }
        expect(group.map(({ similarity }) => similarity)).toEqual(
          group.map(({ similarity }) => similarity).sort((a, b) => b - a),
        );
      }
    }
    expect((await indexesOf(vectors, { minSimilarity: 0.8 }))[0]).toEqual(range(0, 20));
  });

  it('have the size that was asked for', async () => {
    const random = seeded(5);
    const vectors = [4, 2].flatMap((count) => around(anyDirection(random), 0.9, count, random));

    expect(await indexesOf(vectors, { minSize: 2 })).toEqual([range(0, 4), range(4, 2)]);
    expect(await indexesOf(vectors)).toEqual([range(0, 4)]);
    expect(await indexesOf(vectors, { minSize: 5 })).toEqual([]);
  });

  it('are told apart where a chain of similar ones leads from one to the next', async () => {
    const random = seeded(6);
    const [first, second] = [anyDirection(random), anyDirection(random)];
    const path = [0.25, 0.5, 0.75].map((share) => {
      const between = first.map((value, at) => value * (1 - share) + (second[at] ?? 0) * share);
      return between.map((value) => value / Math.hypot(...between));
    });
    const vectors = [...around(first, 0.9, 12, random), ...around(second, 0.9, 12, random), ...path];

    const found = await indexesOf(vectors);

    expect(found).toHaveLength(2);
    for (const group of found) {
      const sides = new Set(group.filter((at) => at < 24).map((at) => (at < 12 ? 'first' : 'second')));
      expect([group.length >= 12, sides.size]).toEqual([true, 1]);
    }
  });

  it('hold equal vectors at a similarity of 1, and what is asked for at 0 still has to be alike', async () => {
    const [vector, other] = [anyDirection(seeded(7)), anyDirection(seeded(8))];
    const same = [vector, vector, vector, other];

    for (const minSimilarity of [1, 0]) expect(await indexesOf(same, { minSimilarity })).toEqual([[0, 1, 2]]);
  });

  it('are none in nothing', async () => {
    expect(await groupsOf([])).toEqual([]);
    expect(await groupsOf([anyDirection(seeded(9))])).toEqual([]);
  });
});
