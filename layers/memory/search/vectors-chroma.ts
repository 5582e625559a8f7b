/**
 * The vector index in Chroma. The partition is part of the vector (partition-vector.ts) and of the record's metadata: what
 * another partition's record holds is never a hit. Cold documents stand on the same records, so writes leave documents alone.
 */
import { type Chroma, pages, WRITE_TIMEOUT_MS } from '../clients/chroma.ts';
import { normalize } from '../embedding/normalize.ts';
import { augment, cosineWithin, PARTITION_DIMENSIONS } from './partition-vector.ts';
import type { SemanticHit, VectorIndex, VectorMark } from './port.ts';

/** Measured best between 50 and 250: 530 to 1,090 vectors a second. */
const UPSERT_BATCH = 200;
const QUERY_TIMEOUT_MS = 300;
/** A query by `ids` filters: about 50 ms at 50,000 records, so the fall-back may take longer. */
const QUERY_WITHIN_TIMEOUT_MS = 600;

/** 300 vectors are 3 MB of JSON: 0.1 s on an idle machine, seconds on a busy one. Nobody reads so many who cannot wait. */
const VECTORS_TIMEOUT_MS = 10_000;

type Query = Parameters<VectorIndex['query']>[1];

export function createChromaVectors(chroma: Chroma): VectorIndex {
  /** Chroma answers 500 to a query whose `ids` holds one that it does not have. */
  async function known(tenantId: string, ids: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      pages(ids).map((page) => chroma.read(tenantId, (records) => records.get({ ids: page, include: [] }))),
    );
    return found.flatMap((page) => page?.ids ?? []);
  }

  async function query(tenantId: string, { vector, partitions, k }: Query, ids?: string[]): Promise<SemanticHit[]> {
    const answer = await chroma.read(
      tenantId,
      (records) =>
        records.query<{ partition: string }>({
          queryEmbeddings: partitions.map((partition) => augment(vector, partition)),
          nResults: k,
          include: ['metadatas', 'distances'],
          ...(ids === undefined ? {} : { ids }),
        }),
      ids === undefined ? QUERY_TIMEOUT_MS : QUERY_WITHIN_TIMEOUT_MS,
    );
    if (answer === null) return [];
    const hits = partitions.flatMap((partition, asked) =>
      (answer.ids[asked] ?? []).flatMap((id, at): SemanticHit[] => {
        const distance = answer.distances[asked]?.[at];
        const isOwn = answer.metadatas[asked]?.[at]?.partition === partition;
        return isOwn && typeof distance === 'number' ? [{ id, partition, cosine: cosineWithin(distance) }] : [];
      }),
    );
    return hits.sort((a, b) => b.cosine - a.cosine || (a.id < b.id ? -1 : 1));
  }

  return {
    async upsert(tenantId, entries) {
      for (const batch of pages(entries, UPSERT_BATCH)) {
        await chroma.write(tenantId, (records) =>
          records.upsert({
            ids: batch.map(({ id }) => id),
            embeddings: batch.map(({ vector, partition }) => augment(vector, partition)),
            metadatas: batch.map(({ partition, seq }) => ({ partition, seq })),
          }),
        );
      }
    },

    async remove(tenantId, ids) {
      for (const page of pages(ids)) {
        await chroma.read(tenantId, (records) => records.delete({ ids: page }), WRITE_TIMEOUT_MS);
      }
    },

    async query(tenantId, asked) {
      if (asked.partitions.length === 0 || asked.k < 1) return [];
      if (asked.within === undefined) return await query(tenantId, asked);
      const ids = await known(tenantId, asked.within);
      return ids.length === 0 ? [] : await query(tenantId, { ...asked, k: Math.min(asked.k, ids.length) }, ids);
    },

    async marks(tenantId, ids) {
      const marks = new Map<string, VectorMark>();
      for (const page of pages(ids)) {
        const found = await chroma.read(tenantId, (records) =>
          records.get<{ partition: string; seq: number }>({ ids: page, include: ['metadatas'] }),
        );
        for (const [at, id] of (found?.ids ?? []).entries()) {
          const metadata = found?.metadatas[at];
          if (metadata) marks.set(id, { partition: metadata.partition, seq: metadata.seq });
        }
      }
      return marks;
    },

    async vectors(tenantId, ids) {
      const vectors = new Map<string, Float32Array>();
      for (const page of pages(ids)) {
        const found = await chroma.read(
          tenantId,
          (records) => records.get({ ids: page, include: ['embeddings'] }),
          page.length > 1 ? VECTORS_TIMEOUT_MS : undefined,
        );
        for (const [at, id] of (found?.ids ?? []).entries()) {
          const stored = found?.embeddings[at];
          if (stored) vectors.set(id, normalize(stored.slice(0, -PARTITION_DIMENSIONS)));
        }
      }
      return vectors;
    },

    count: async (tenantId) => (await chroma.read(tenantId, (records) => records.count())) ?? 0,

    async page(tenantId, from, limit) {
      const found = await chroma.read(tenantId, (records) => records.get({ include: [], limit, offset: from }));
      return found?.ids ?? [];
    },

    exists: (tenantId) => chroma.exists(tenantId),
    create: (tenantId) => chroma.write(tenantId, async () => {}),
  };
}
