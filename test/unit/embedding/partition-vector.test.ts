import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize } from '../../../layers/memory/embedding/normalize.ts';
import {
  augment,
  cosineWithin,
  PARTITION_DIMENSIONS,
  PARTITION_WEIGHT,
  partitionDirection,
  partitionKey,
} from '../../../layers/memory/search/partition-vector.ts';
import { cosine } from '../../support/cosine.ts';

/** Chroma's distance in a collection with `space: 'cosine'`. */
const chromaDistance = (a: number[], b: number[]) => 1 - cosine(a, b) / Math.sqrt(cosine(a, a) * cosine(b, b));

const unitVector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
  .filter((components) => Math.hypot(...components) > 1e-3)
  .map((components) => normalize(components));

describe('partition key', () => {
  const owner = { agentId: 'a', userId: 'u', spaceId: 's' };

  it.each([
    ['agent', 'agent:a'],
    ['user', 'user:u'],
    ['space', 'space:s'],
  ] as const)('follows visibility %s', (visibility, key) => {
    expect(partitionKey({ ...owner, visibility })).toBe(key);
  });

  it('names the id that is missing', () => {
    expect(() => partitionKey({ ...owner, visibility: 'space', spaceId: null })).toThrow('needs a space id');
  });
});

describe('partition direction', () => {
  it('is a unit vector of 32 dimensions, the same every time', () => {
    const direction = partitionDirection('user:1');

    expect(direction).toHaveLength(PARTITION_DIMENSIONS);
    expect(cosine(direction, direction)).toBeCloseTo(1, 6);
    expect(partitionDirection('user:1')).toEqual(direction);
    expect(direction[0]).toBeCloseTo(-0.0188311, 6);
  });

  it('points elsewhere for every partition', () => {
    const all = Array.from({ length: 200 }, (_, i) => partitionDirection(`user:${i}`));
    const cosines = all.flatMap((a, i) => all.slice(i + 1).map((b) => cosine(a, b)));

    const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;

    expect(Math.max(...cosines)).toBeLessThan(0.8);
    expect(Math.abs(mean)).toBeLessThan(0.01);
  });
});

describe('augmented vectors', () => {
  it('all have the norm sqrt(1 + L^2)', () => {
    fc.assert(
      fc.property(unitVector, fc.string(), (v, p) => {
        const augmented = augment(v, p);
        expect(cosine(augmented, augmented)).toBeCloseTo(1 + PARTITION_WEIGHT ** 2, 4);
      }),
    );
  });

  it('give back q.v from the distance within a partition', () => {
    fc.assert(
      fc.property(unitVector, unitVector, fc.string(), (q, v, p) => {
        const distance = chromaDistance(augment(q, p), augment(v, p));
        expect(cosineWithin(distance)).toBeCloseTo(cosine(q, v), 4);
      }),
    );
  });

  it('rank within a partition as q.v ranks', () => {
    fc.assert(
      fc.property(unitVector, fc.array(unitVector, { minLength: 2, maxLength: 20 }), (q, vectors) => {
        const byDistance = vectors
          .map((v) => ({ v, distance: chromaDistance(augment(q, 'user:1'), augment(v, 'user:1')) }))
          .sort((a, b) => a.distance - b.distance);

        const cosines = byDistance.map(({ v }) => cosine(q, v));

        for (const [i, value] of cosines.slice(1).entries())
          expect(value).toBeLessThanOrEqual((cosines[i] ?? 1) + 1e-6);
      }),
    );
  });

  it('put an own memory of moderate similarity before a stranger’s perfect match', () => {
    const q = normalize([1, 0, 0, 0]);
    const own = normalize([0.5, Math.sqrt(0.75), 0, 0]);

    const ownDistance = chromaDistance(augment(q, 'user:1'), augment(own, 'user:1'));
    const strangers = Array.from({ length: 500 }, (_, i) =>
      chromaDistance(augment(q, 'user:1'), augment(q, `user:${i + 2}`)),
    );

    expect(Math.min(...strangers)).toBeGreaterThan(ownDistance);
  });
});
