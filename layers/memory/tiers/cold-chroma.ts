/**
 * The cold tier: sealed documents on the records of the vector index. Chroma's client cannot write a document without a vector
 * and cannot drop a metadata key, so every write carries the vector that stands there, and what is gone is written as empty.
 */
import { type Chroma, pages, RECORDS_PER_CALL } from '../clients/chroma.ts';
import { type MemoryRecord, subjectOf } from '../model/memory.ts';
import { augment, partitionKey } from '../search/partition-vector.ts';
import type { ColdStats, ColdTier, Copy } from './port.ts';
import { BrokenSeal, seal, unseal } from './seal.ts';
import type { SubjectKeys } from './subject-keys.ts';

export interface ColdPorts {
  chroma: Chroma;
  keys: SubjectKeys;
  /** Unit vectors of records that are not indexed yet. */
  vectorsOf(records: readonly MemoryRecord[]): Promise<Float32Array[]>;
}

/** What a record carries beside its vector's `partition` and `seq`; `cold_seq` 0: no document. */
interface ColdMetadata extends Record<string, string | number> {
  cold_seq: number;
  subject: string;
  rest: string;
  plain_bytes: number;
  sealed_bytes: number;
}

const NO_COPY: ColdMetadata = { cold_seq: 0, subject: '', rest: '', plain_bytes: 0, sealed_bytes: 0 };
/** A page with its documents stays near 2.4 MB. */
const RECORDS_PER_WRITE = 100;
/** Totals are read record by record (a `where` costs about 50 ms at 50,000 records): beyond this they cover a part. */
export const STATS_RECORDS_MAX = 12_000;
const IS_COLD = { cold_seq: { $gt: 0 } };

interface Standing {
  vector: number[];
  metadata: Partial<ColdMetadata>;
}

interface ColdWrite {
  id: string;
  embedding: number[];
  document: string;
  metadata: Record<string, string | number>;
}

/** `vector`: what stands in the index already, or, as the embedder made it, what becomes its first entry there. */
function sealedRecord(
  tenantId: string,
  record: MemoryRecord,
  key: Buffer,
  vector: Standing | Float32Array | undefined,
): ColdWrite {
  const { id, seq, content } = record;
  if (vector === undefined) throw new Error(`${id} has no vector to be stored cold with`);
  const { document, rest } = seal(key, { tenantId, id, seq }, content);
  const cold: ColdMetadata = {
    cold_seq: seq,
    subject: subjectOf(record),
    rest,
    plain_bytes: Buffer.byteLength(JSON.stringify(content)),
    sealed_bytes: document.length + rest.length,
  };
  if (!(vector instanceof Float32Array)) return { id, embedding: vector.vector, document, metadata: cold };
  const partition = partitionKey(record);
  return { id, embedding: augment(vector, partition), document, metadata: { partition, seq, ...cold } };
}

export function createColdTier({ chroma, keys, vectorsOf }: ColdPorts): ColdTier {
  async function standing(tenantId: string, ids: string[]): Promise<Map<string, Standing>> {
    const found = await chroma.read(tenantId, (records) =>
      records.get<ColdMetadata>({ ids, include: ['metadatas', 'embeddings'] }),
    );
    const byId = new Map<string, Standing>();
    for (const [at, id] of (found?.ids ?? []).entries()) {
      const vector = found?.embeddings[at];
      if (vector) byId.set(id, { vector, metadata: found.metadatas[at] ?? {} });
    }
    return byId;
  }

  async function putPage(tenantId: string, page: readonly MemoryRecord[]): Promise<void> {
    const there = await standing(
      tenantId,
      page.map(({ id }) => id),
    );
    const due = page.filter(({ id, seq }) => (there.get(id)?.metadata.cold_seq ?? 0) <= seq);
    if (due.length === 0) return;
    const unindexed = due.filter(({ id }) => !there.has(id));
    const made = unindexed.length === 0 ? [] : await vectorsOf(unindexed);
    const fresh = new Map(unindexed.map(({ id }, at) => [id, made[at]]));
    const subjectKeys = await keys.get(tenantId, due.map(subjectOf));
    const writes = due.map((record) => {
      const key = subjectKeys.get(subjectOf(record));
      if (!key) throw new Error(`${record.id} has no subject key to be sealed with`);
      return sealedRecord(tenantId, record, key, there.get(record.id) ?? fresh.get(record.id));
    });
    await upsert(tenantId, writes);
  }

  const upsert = (tenantId: string, writes: readonly ColdWrite[]) =>
    chroma.write(tenantId, (records) =>
      records.upsert({
        ids: writes.map(({ id }) => id),
        embeddings: writes.map(({ embedding }) => embedding),
        documents: writes.map(({ document }) => document),
        metadatas: writes.map(({ metadata }) => metadata),
      }),
    );

  async function getPage(tenantId: string, ids: string[], copies: Map<string, Copy>): Promise<void> {
    const found = await chroma.read(tenantId, (records) =>
      records.get<ColdMetadata>({ ids, include: ['documents', 'metadatas'] }),
    );
    const sealed = (found?.ids ?? []).flatMap((id, at) => {
      const metadata = found?.metadatas[at];
      const document = found?.documents[at];
      return metadata && document && metadata.cold_seq > 0 ? [{ id, document, metadata }] : [];
    });
    const subjectKeys = await keys.existing(
      tenantId,
      sealed.map(({ metadata }) => metadata.subject),
    );
    for (const { id, document, metadata } of sealed) {
      const key = subjectKeys.get(metadata.subject);
      const name = { tenantId, id, seq: metadata.cold_seq };
      try {
        if (key) copies.set(id, { id, seq: name.seq, content: unseal(key, name, { document, rest: metadata.rest }) });
      } catch (error) {
        // Not believed, so not there: the log serves it, and the indexer's read-back or the sweep seals it again.
        if (!(error instanceof BrokenSeal)) throw error;
      }
    }
  }

  /** Calls `each` with the metadata of cold records, page by page, until it says enough. */
  async function scan(tenantId: string, each: (metadata: Partial<ColdMetadata>) => boolean): Promise<void> {
    for (let offset = 0; ; offset += RECORDS_PER_CALL) {
      const page = await chroma.read(tenantId, (records) =>
        records.get<ColdMetadata>({ where: IS_COLD, include: ['metadatas'], limit: RECORDS_PER_CALL, offset }),
      );
      for (const metadata of page?.metadatas ?? []) if (metadata && !each(metadata)) return;
      if ((page?.ids.length ?? 0) < RECORDS_PER_CALL) return;
    }
  }

  return {
    name: 'cold',

    async put(tenantId, records) {
      for (const page of pages(records, RECORDS_PER_WRITE)) await putPage(tenantId, page);
    },

    async get(tenantId, ids) {
      const copies = new Map<string, Copy>();
      for (const page of pages(ids)) await getPage(tenantId, page, copies);
      return copies;
    },

    async remove(tenantId, marks) {
      for (const page of pages(marks, RECORDS_PER_WRITE)) {
        const there = await standing(
          tenantId,
          page.map(({ id }) => id),
        );
        const writes = page.flatMap(({ id, seq }) => {
          const { vector, metadata } = there.get(id) ?? {};
          const coldSeq = metadata?.cold_seq ?? 0;
          return vector && coldSeq > 0 && coldSeq <= seq
            ? [{ id, embedding: vector, document: '', metadata: NO_COPY }]
            : [];
        });
        if (writes.length > 0) await upsert(tenantId, writes);
      }
    },

    async count(tenantId) {
      let count = 0;
      await scan(tenantId, () => {
        count += 1;
        return true;
      });
      return count;
    },

    async stats(tenantId) {
      const stats: ColdStats = { count: 0, bytes: 0, plainBytes: 0 };
      await scan(tenantId, ({ sealed_bytes = 0, plain_bytes = 0 }) => {
        stats.count += 1;
        stats.bytes += sealed_bytes;
        stats.plainBytes += plain_bytes;
        return stats.count < STATS_RECORDS_MAX;
      });
      return stats;
    },
  };
}
