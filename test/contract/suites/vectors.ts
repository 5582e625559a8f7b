/** Contract of the vector index: the nearest within a partition, and what was stored comes back. */
import { describe, expect, it } from 'vitest';
import { normalize } from '../../../layers/memory/embedding/normalize.ts';
import type { VectorEntry, VectorIndex } from '../../../layers/memory/search/port.ts';
import { nextMemoryId } from '../../support/ids.ts';
import { idsOf, subject } from './subject.ts';

export interface VectorsSubject {
  vectors: VectorIndex;
  newTenant(): Promise<string>;
}

const DIMENSIONS = 64;
/** Float32 and the way through the distance cost this much. */
const DIGITS = 4;

/** The unit vector whose cosine with the first axis is the given one; `axis` is where the rest points. */
function towards(cosine: number, axis = 1): Float32Array {
  const vector = new Float64Array(DIMENSIONS);
  vector[0] = cosine;
  vector[axis] = Math.sqrt(1 - cosine ** 2);
  return normalize(vector);
}

const QUERY = towards(1);

const entry = (cosine: number, partition = 'user:u1', overrides: Partial<VectorEntry> = {}): VectorEntry => ({
  id: nextMemoryId(),
  seq: 1,
  partition,
  vector: towards(cosine),
  ...overrides,
});

export function describeVectorsContract(name: string, make: () => Promise<VectorsSubject>): void {
  const get = subject(make);

  async function holding(...entries: VectorEntry[]) {
    const { vectors, newTenant } = get();
    const tenantId = await newTenant();
    await vectors.upsert(tenantId, entries);
    return { vectors, tenantId };
  }

  describe(`${name}: query`, () => {
    it('ranks by cosine and says how similar each is', async () => {
      const [near, far, nearest] = [entry(0.8), entry(-0.2), entry(0.99)];
      const { vectors, tenantId } = await holding(near, far, nearest);

      const hits = await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 10 });

      expect(idsOf(hits)).toEqual([nearest.id, near.id, far.id]);
      for (const [at, cosine] of [0.99, 0.8, -0.2].entries()) expect(hits[at]?.cosine).toBeCloseTo(cosine, DIGITS);
      expect(hits[0]?.partition).toBe('user:u1');
    });

    it('gives at most k of each partition', async () => {
      const entries = [0.9, 0.8, 0.7, 0.6].map((cosine) => entry(cosine));
      const others = [0.85, 0.1].map((cosine) => entry(cosine, 'user:u2'));
      const { vectors, tenantId } = await holding(...entries, ...others);

      const hits = await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1', 'user:u2'], k: 2 });

      expect(idsOf(hits)).toEqual([entries[0], others[0], entries[1], others[1]].map((of) => of?.id));
    });

    it('finds nothing of another partition, however near, not even where its own has too few', async () => {
      const own = entry(0.1);
      const { vectors, tenantId } = await holding(
        own,
        entry(1, 'user:u10'),
        entry(1, 'agent:u1'),
        entry(1, 'space:u1'),
      );

      const hits = await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 10 });

      expect(idsOf(hits)).toEqual([own.id]);
      expect(await vectors.query(tenantId, { vector: QUERY, partitions: ['user:nobody'], k: 10 })).toEqual([]);
    });

    it('looks only at the ids it is given, known or not', async () => {
      const [best, second, stranger] = [entry(0.9), entry(0.5), entry(1, 'user:u2')];
      const { vectors, tenantId } = await holding(best, second, stranger);
      const within = [second.id, stranger.id, 'mem_absent'];

      const hits = await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 10, within });
      const none = await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 10, within: [] });

      expect(idsOf(hits)).toEqual([second.id]);
      expect(none).toEqual([]);
    });

    it('finds nothing where nothing was ever stored, or no partition is named', async () => {
      const { vectors, tenantId } = await holding(entry(1));
      const empty = await get().newTenant();

      expect(await vectors.query(empty, { vector: QUERY, partitions: ['user:u1'], k: 5 })).toEqual([]);
      expect(await vectors.query(tenantId, { vector: QUERY, partitions: [], k: 5 })).toEqual([]);
      expect(await vectors.count(empty)).toBe(0);
    });

    it('shows a tenant nothing of another', async () => {
      await holding(entry(1));
      const mine = entry(0.3);
      const { vectors, tenantId } = await holding(mine);

      expect(idsOf(await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 5 }))).toEqual([mine.id]);
    });
  });

  describe(`${name}: entries`, () => {
    it('are replaced by an upsert: vector, partition and seq', async () => {
      const before = entry(0.9);
      const { vectors, tenantId } = await holding(before);

      await vectors.upsert(tenantId, [{ ...before, seq: 2, partition: 'user:u2', vector: towards(0.4) }]);

      expect(await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 5 })).toEqual([]);
      const [hit] = await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u2'], k: 5 });
      expect(hit?.cosine).toBeCloseTo(0.4, DIGITS);
      expect(await vectors.marks(tenantId, [before.id])).toEqual(
        new Map([[before.id, { seq: 2, partition: 'user:u2' }]]),
      );
      expect(await vectors.count(tenantId)).toBe(1);
    });

    it('are gone once removed; removing again does nothing', async () => {
      const [gone, stays] = [entry(0.9), entry(0.8)];
      const { vectors, tenantId } = await holding(gone, stays);

      await vectors.remove(tenantId, [gone.id, 'mem_absent']);
      await vectors.remove(tenantId, [gone.id]);

      expect(idsOf(await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 5 }))).toEqual([
        stays.id,
      ]);
      expect(await vectors.count(tenantId)).toBe(1);
      expect((await vectors.marks(tenantId, [gone.id, stays.id])).size).toBe(1);
    });

    it('come back as the embedder made them', async () => {
      const entries = [0.7, -0.3].map((cosine, at) =>
        entry(cosine, `user:u${at}`, { vector: towards(cosine, at + 5) }),
      );
      const { vectors, tenantId } = await holding(...entries);

      const stored = await vectors.vectors(tenantId, [...idsOf(entries), 'mem_absent']);

      expect([...stored.keys()].sort()).toEqual(idsOf(entries).sort());
      for (const { id, vector } of entries) {
        expect(stored.get(id)).toHaveLength(DIMENSIONS);
        for (const [at, value] of vector.entries()) expect(stored.get(id)?.[at]).toBeCloseTo(value, DIGITS);
      }
    });

    it('may be many at once', async () => {
      const entries = Array.from({ length: 450 }, (_, at) => entry(1 - at / 450));
      const { vectors, tenantId } = await holding(...entries);

      expect(await vectors.count(tenantId)).toBe(450);
      expect((await vectors.marks(tenantId, idsOf(entries))).size).toBe(450);
      const [nearest] = await vectors.query(tenantId, { vector: QUERY, partitions: ['user:u1'], k: 1 });
      expect(nearest?.id).toBe(entries[0]?.id);
    });

    it('need not be any', async () => {
      const { vectors, tenantId } = await holding();

      await vectors.remove(tenantId, []);

      expect(await vectors.vectors(tenantId, [])).toEqual(new Map());
    });
  });
}
