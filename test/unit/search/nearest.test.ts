/** What an approximate index leaves out of a partition is fetched by ids. */
import { describe, expect, it } from 'vitest';
import { nearest } from '../../../layers/memory/search/nearest.ts';
import type { VectorIndex } from '../../../layers/memory/search/port.ts';
import { inMemoryVectorIndex } from '../../support/in-memory/vectors.ts';

const ids = (count: number, partition: string) => Array.from({ length: count }, (_, n) => `${partition}/${n}`);
const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));
const query = { vector: unit(0), partitions: ['user:a', 'user:b'], k: 5 };

/** Knows all vectors, but finds only `found` of a partition unless it is asked by ids. */
async function forgetful(sizes: Record<string, number>, found: Record<string, number>) {
  const index = inMemoryVectorIndex();
  const asked: (readonly string[] | undefined)[] = [];
  for (const [partition, size] of Object.entries(sizes)) {
    await index.upsert(
      't',
      ids(size, partition).map((id, n) => ({ id, seq: 1, partition, vector: unit(n / 100) })),
    );
  }
  const vectors: VectorIndex = {
    ...index,
    async query(tenantId, wanted) {
      asked.push(wanted.within);
      const hits = await index.query(tenantId, wanted);
      if (wanted.within) return hits;
      return wanted.partitions.flatMap((partition) =>
        hits.filter((hit) => hit.partition === partition).slice(0, found[partition] ?? wanted.k),
      );
    },
  };
  const members = { members: async () => new Map(Object.entries(sizes).map(([name, n]) => [name, ids(n, name)])) };
  return { ports: { vectors, members }, asked };
}

describe('nearest', () => {
  it('asks once where every partition gave as many as were wanted', async () => {
    const { ports, asked } = await forgetful({ 'user:a': 8, 'user:b': 8 }, {});

    const { hits, isCut } = await nearest(ports, 't', query);

    expect(hits).toHaveLength(10);
    expect(isCut).toBe(true);
    expect(asked).toEqual([undefined]);
  });

  it('is content with a small partition that came whole', async () => {
    const { ports, asked } = await forgetful({ 'user:a': 2, 'user:b': 3 }, {});

    const { hits, isCut } = await nearest(ports, 't', query);

    expect(hits).toHaveLength(5);
    expect(isCut).toBe(false);
    expect(asked).toEqual([undefined]);
  });

  it('fetches by ids what the index left out, of that partition only', async () => {
    const { ports, asked } = await forgetful({ 'user:a': 8, 'user:b': 8 }, { 'user:b': 1 });

    const { hits } = await nearest(ports, 't', query);

    expect(hits.filter(({ partition }) => partition === 'user:b').map(({ id }) => id)).toEqual(ids(5, 'user:b'));
    expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
    expect(asked).toEqual([undefined, ids(8, 'user:b')]);
    expect(hits.map(({ cosine }) => cosine)).toEqual(hits.map(({ cosine }) => cosine).sort((a, b) => b - a));
  });

  it('tells an index that holds nothing from a tenant without memories', async () => {
    const empty = inMemoryVectorIndex();
    const members = (living: string[]) => ({ members: async () => new Map([['user:a', living]]) });

    const unfilled = await nearest({ vectors: empty, members: members(['m1']) }, 't', query);
    const nobody = await nearest({ vectors: empty, members: members([]) }, 't', query);

    expect([unfilled.isUnfilled, nobody.isUnfilled]).toEqual([true, false]);
  });
});
