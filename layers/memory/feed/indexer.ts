/**
 * The indexer: brings vectors and cold documents along with the log. It looks at what each touched memory is now, not at what the
 * events say, so that repeated and old events do no harm. Chroma has no conditional write: after writing it looks again and takes
 * out what has ended meanwhile.
 */
import type { Catalog, CatalogRow } from '../catalog/port.ts';
import { type Clock, instant } from '../clock.ts';
import type { Embedder } from '../embedding/port.ts';
import { searchableText } from '../embedding/searchable-text.ts';
import { canonicalJson } from '../model/json.ts';
import type { MemoryRecord } from '../model/memory.ts';
import { partitionKey } from '../search/partition-vector.ts';
import type { VectorIndex, VectorMark } from '../search/port.ts';
import type { ColdTier, Copy } from '../tiers/port.ts';
import type { Projection } from './consumer.ts';
import { INDEX_CONSUMER } from './names.ts';

export interface IndexerPorts {
  catalog: Catalog;
  vectors: VectorIndex;
  cold: ColdTier;
  embedder: Embedder;
  clock: Clock;
}

/** Embedding is most of the work: 12 ms a text with the default model. */
const BATCH_SIZE = 100;

export function createIndexer(ports: IndexerPorts): Projection {
  return {
    name: INDEX_CONSUMER,
    batchSize: BATCH_SIZE,

    /**
     * Throws `EngineUnavailable` without Chroma or PostgreSQL: the events come again. Where the tenant has no index of this model (the
     * model was changed, Chroma lost its data) none is begun in the middle: half an index answers as if it were whole.
     */
    async apply(tenantId, events) {
      const ids = [...new Set(events.filter(({ type }) => type.startsWith('memory.')).map(({ streamId }) => streamId))];
      if (ids.length > 0 && (await ports.vectors.exists(tenantId))) await bringToIndex(ports, tenantId, ids);
    },

    /** At the beginning of the log an empty index is a whole one. */
    async start(tenantId) {
      await ports.vectors.create(tenantId);
      return null;
    },
  };
}

/** Makes the index and the cold tier hold these memories as they are now; what has ended leaves them. Answers how many live. */
export async function bringToIndex(
  { catalog, vectors, cold, embedder, clock }: IndexerPorts,
  tenantId: string,
  ids: readonly string[],
): Promise<number> {
  const rows = (await catalog.find(tenantId, ids, 'any', instant(clock.now()))).filter(hasContent);
  await removeOthers(ids, rows);
  await index(rows);
  await settleCold(rows.filter(({ tier }) => tier === 'cold'));
  // Its first event cannot have left a copy behind.
  const left = rows.filter(({ tier, seq }) => tier !== 'cold' && seq > 1);
  if (left.length > 0) await cold.remove(tenantId, left);
  const written = rows.map(({ id }) => id);
  await removeOthers(written, await catalog.find(tenantId, written, 'none', instant(clock.now())));
  return written.length;

  async function removeOthers(asked: readonly string[], living: readonly { id: string }[]): Promise<void> {
    const alive = new Set(living.map(({ id }) => id));
    const gone = asked.filter((id) => !alive.has(id));
    if (gone.length > 0) await vectors.remove(tenantId, gone);
  }

  async function index(living: readonly MemoryRecord[]): Promise<void> {
    const marks = await vectors.marks(
      tenantId,
      living.map(({ id }) => id),
    );
    const stale = living.filter((record) => !isIndexed(record, marks.get(record.id)));
    if (stale.length === 0) return;
    const made = await embedder.embed(stale.map(({ content }) => searchableText(content)));
    const entries = stale.flatMap((record, at) => {
      const vector = made[at];
      return vector ? [{ id: record.id, seq: record.seq, partition: partitionKey(record), vector }] : [];
    });
    await vectors.upsert(tenantId, entries);
  }

  /** Copy, read back, compare; only then may the warm copy go. */
  async function settleCold(records: readonly MemoryRecord[]): Promise<void> {
    if (records.length === 0) return;
    const coldIds = records.map(({ id }) => id);
    const there = await cold.get(tenantId, coldIds);
    const due = records.filter((record) => !isSame(record, there.get(record.id)));
    if (due.length > 0) await cold.put(tenantId, due);
    const copies = due.length > 0 ? await cold.get(tenantId, coldIds) : there;
    const broken = records.filter((record) => !isSame(record, copies.get(record.id)));
    const whole = records.filter((record) => !broken.includes(record));
    if (whole.length > 0) await catalog.dropWarmCopies(tenantId, whole);
    if (broken.length > 0) {
      throw new Error(`cold copies did not read back as written: ${broken.map(({ id }) => id).join(', ')}`);
    }
  }
}

const hasContent = (row: CatalogRow): row is MemoryRecord => row.content !== null;

const isIndexed = (record: MemoryRecord, mark: VectorMark | undefined): boolean =>
  mark !== undefined && mark.seq >= record.contentSeq && mark.partition === partitionKey(record);

const isSame = (record: MemoryRecord, copy: Copy | undefined): boolean =>
  copy !== undefined && copy.seq >= record.contentSeq && canonicalJson(copy.content) === canonicalJson(record.content);
