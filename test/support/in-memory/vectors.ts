/** The vector index in memory: every vector of a partition is compared. */
import type { VectorEntry, VectorIndex } from '../../../layers/memory/search/port.ts';
import type { ColdTier } from '../../../layers/memory/tiers/port.ts';

export type IndexedVectors = Map<string, Map<string, VectorEntry>>;

/** `tenants` lets another index take the place of this one; `cold` shares its records, as in Chroma: with the vector goes the document. */
export function inMemoryVectorIndex(tenants: IndexedVectors = new Map(), cold?: Pick<ColdTier, 'remove'>): VectorIndex {
  const there = (tenantId: string): Map<string, VectorEntry> => tenants.get(tenantId) ?? new Map();
  const of = (tenantId: string): Map<string, VectorEntry> => {
    const found = tenants.get(tenantId) ?? new Map<string, VectorEntry>();
    tenants.set(tenantId, found);
    return found;
  };
  return {
    async upsert(tenantId, entries) {
      for (const entry of entries) of(tenantId).set(entry.id, { ...entry, vector: entry.vector.slice() });
    },
    async remove(tenantId, ids) {
      for (const id of ids) there(tenantId).delete(id);
      await cold?.remove(
        tenantId,
        ids.map((id) => ({ id, seq: Number.MAX_SAFE_INTEGER })),
      );
    },
    async query(tenantId, { vector, partitions, k, within }) {
      const nearestOf = (partition: string) =>
        [...there(tenantId).values()]
          .filter((entry) => entry.partition === partition && (within === undefined || within.includes(entry.id)))
          .map((entry) => ({ id: entry.id, partition, cosine: dot(vector, entry.vector) }))
          .sort((a, b) => b.cosine - a.cosine)
          .slice(0, k);
      return partitions.flatMap(nearestOf).sort((a, b) => b.cosine - a.cosine);
    },
    async marks(tenantId, ids) {
      const found = ids.map((id) => there(tenantId).get(id)).filter((entry) => entry !== undefined);
      return new Map(found.map(({ id, seq, partition }) => [id, { seq, partition }]));
    },
    async vectors(tenantId, ids) {
      const found = ids.map((id) => there(tenantId).get(id)).filter((entry) => entry !== undefined);
      return new Map(found.map(({ id, vector }) => [id, vector.slice()]));
    },
    count: async (tenantId) => there(tenantId).size,
    page: async (tenantId, from, limit) => [...there(tenantId).keys()].slice(from, from + limit),
    exists: async (tenantId) => tenants.has(tenantId),
    create: async (tenantId) => void of(tenantId),
  };
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
