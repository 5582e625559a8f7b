/**
 * The hot projector: brings Redis to what the catalog says of every memory that the log mentions. It reads rows as they are
 * now, not as they were at the event, and the guard by seq drops whatever is late: any replay, of any part, heals.
 */
import type { Catalog, CatalogRow } from '../catalog/port.ts';
import { type Clock, instant } from '../clock.ts';
import type { EventLog } from '../log/port.ts';
import type { PlacedEvent } from '../model/event.ts';
import type { MemoryRecord } from '../model/memory.ts';
import type { HotTier, Mark } from '../tiers/port.ts';
import type { Projection } from './consumer.ts';
import { HOT_CONSUMER } from './names.ts';

export interface HotProjectorPorts {
  log: Pick<EventLog, 'horizon'>;
  catalog: Pick<Catalog, 'find' | 'hotPage'>;
  hot: HotTier;
  clock: Clock;
  /** Moves to warm what had to leave Redis. */
  onEvicted(tenantId: string, records: readonly MemoryRecord[]): Promise<void>;
}

/** At most some 3 MB a round trip, at 16 KB of content and 13 KB of metadata each. */
const BATCH = 100;

export function createHotProjector({ log, catalog, hot, clock, onEvicted }: HotProjectorPorts): Projection {
  const put = async (tenantId: string, rows: readonly CatalogRow[]): Promise<void> => {
    if (rows.length === 0) return;
    const { evicted } = await hot.putAndEvict(tenantId, rows.map(withContent), instant(clock.now()));
    if (evicted.length > 0) await onEvicted(tenantId, evicted);
  };

  return {
    name: HOT_CONSUMER,
    batchSize: BATCH,
    cursors: hot,

    async apply(tenantId, events) {
      const seqs = lastSeqs(events);
      if (seqs.size === 0) return;
      const rows = await catalog.find(tenantId, [...seqs.keys()], 'any', instant(clock.now()));
      const living = new Map(rows.map((row) => [row.id, row]));
      const gone: Mark[] = [];
      for (const [id, seq] of seqs) {
        const row = living.get(id);
        if (row?.tier !== 'hot') gone.push({ id, seq: Math.max(seq, row?.seq ?? 0) });
      }
      if (gone.length > 0) await hot.remove(tenantId, gone);
      await put(
        tenantId,
        rows.filter(({ tier }) => tier === 'hot'),
      );
    },

    /**
     * The cursor is taken first: what changes while the pages are read comes again as events. Copies that are there already may be of
     * memories that have ended since: then the whole log is read again, which takes them out.
     */
    async start(tenantId, stay) {
      const cursor = (await hot.count(tenantId)) > 0 ? null : await log.horizon(tenantId);
      let afterId: string | null = null;
      do {
        const page: CatalogRow[] = await catalog.hotPage(tenantId, afterId, BATCH, instant(clock.now()));
        await put(tenantId, page);
        await stay();
        afterId = page.length < BATCH ? null : (page.at(-1)?.id ?? null);
      } while (afterId !== null);
      return cursor;
    },
  };
}

/** The newest seq of each memory among the events; other streams (policies, keys, spaces) do not concern Redis. */
function lastSeqs(events: readonly PlacedEvent[]): Map<string, number> {
  const seqs = new Map<string, number>();
  for (const { type, streamId, seq } of events) {
    if (type.startsWith('memory.')) seqs.set(streamId, Math.max(seq, seqs.get(streamId) ?? 0));
  }
  return seqs;
}

function withContent(row: CatalogRow): MemoryRecord {
  const { content } = row;
  if (content === null)
    throw new Error(`${row.id} is hot at seq ${row.seq}, but neither catalog nor log holds its content`);
  return { ...row, content };
}
