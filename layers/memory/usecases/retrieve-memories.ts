/** Retrieve: hot in one round trip to Redis; else the catalog says where, warm comes with its answer, cold is one hop more. */
import type { CatalogRow } from '../catalog/port.ts';
import { type Instant, instant } from '../clock.ts';
import { EngineUnavailable, notFound } from '../errors.ts';
import { contextFor } from '../log/change.ts';
import { replay } from '../log/evolve.ts';
import type { AurenMemory } from '../memory.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject } from '../model/json.ts';
import type { MemoryRecord } from '../model/memory.ts';
import { mayRead } from '../policy/access.ts';
import { noteLatency, TIER_READ } from '../telemetry.ts';
import type { HotRead } from '../tiers/port.ts';
import { ownerOf } from './memory-history.ts';
import type { Ports } from './ports.ts';
import { flipEvicted, type PublishPorts } from './publish.ts';
import { tellRetrieved } from './tell-feed.ts';

export type RetrievePorts = PublishPorts & Pick<Ports, 'clock' | 'cold' | 'rules' | 'chainKey' | 'connections'>;

const NOTHING_HOT: HotRead = { leased: false, watched: false, records: new Map() };

export function createRetrieving(ports: RetrievePorts): Pick<AurenMemory, 'retrieve' | 'getMany'> {
  async function readHot(caller: Caller, ids: readonly string[], now: Instant): Promise<HotRead> {
    try {
      return await ports.hot.read(caller, ids, { use: !caller.observes, now });
    } catch (error) {
      if (error instanceof EngineUnavailable) return NOTHING_HOT;
      throw error;
    }
  }

  /** Contents of cold memories; what Chroma cannot give comes from the log. A copy older than the content is no copy. */
  async function thaw(tenantId: string, rows: readonly CatalogRow[], now: Instant): Promise<Map<string, JsonObject>> {
    const contents = new Map<string, JsonObject>();
    if (rows.length === 0) return contents;
    try {
      const copies = await ports.cold.get(
        tenantId,
        rows.map(({ id }) => id),
      );
      for (const { id, contentSeq } of rows) {
        const copy = copies.get(id);
        if (copy && copy.seq >= contentSeq) contents.set(id, copy.content);
      }
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
    const missing = rows.filter(({ id }) => !contents.has(id)).map(({ id }) => id);
    if (missing.length === 0) return contents;
    for (const { id, content } of await ports.catalog.find(tenantId, missing, 'any', now)) {
      if (content !== null) contents.set(id, content);
    }
    return contents;
  }

  async function countUses(caller: Caller, records: readonly MemoryRecord[], now: Instant): Promise<void> {
    if (caller.observes) return;
    const ids = records.map(({ id }) => id);
    await ports.hot.used(caller.tenantId, ids, now, undefined, caller);
  }

  /** Puts hot memories that Redis lacks back, and counts the use of all but an observer's. Not fatal: the answer is right without. */
  async function repairAndCount(caller: Caller, records: readonly MemoryRecord[], now: Instant): Promise<void> {
    const misplaced = records.filter(({ tier }) => tier === 'hot');
    try {
      const [put] = await Promise.all([
        misplaced.length > 0 ? ports.hot.putAndEvict(caller.tenantId, misplaced, now) : { evicted: [] },
        countUses(caller, records, now),
      ]);
      await flipEvicted(ports, { ...contextFor(ports, caller, now), actor: 'system:retrieve' }, put.evicted);
    } catch (error) {
      ports.warn('a read could not repair the hot tier', error);
    }
  }

  async function readBelow(caller: Caller, ids: readonly string[], now: Instant): Promise<MemoryRecord[]> {
    const rows = (await ports.catalog.find(caller.tenantId, ids, 'tier', now)).filter((row) => mayRead(caller, row));
    const thawed = await thaw(
      caller.tenantId,
      rows.filter(({ content }) => content === null),
      now,
    );
    const records = rows.flatMap((row) => {
      const content = row.content ?? thawed.get(row.id);
      // Gone between the two reads: deleted meanwhile.
      return content ? [{ ...row, content }] : [];
    });
    await repairAndCount(caller, records, now);
    if (caller.observes) return records;
    return records.map((record) => ({ ...record, accessCount: record.accessCount + 1, lastAccessedAt: now }));
  }

  /** Counts how long it took to read from each tier, and tells whoever follows the feed. */
  async function told(caller: Caller, found: readonly MemoryRecord[], read: { watched: boolean; startedMs: number }) {
    const ms = performance.now() - read.startedMs;
    for (const tier of new Set(found.map((record) => record.tier))) noteLatency(caller.tenantId, TIER_READ[tier], ms);
    if (!read.watched || caller.observes || found.length === 0) return;
    await tellRetrieved(ports, caller, found, { now: instant(ports.clock.now()), ms });
  }

  async function readAll(caller: Caller, ids: readonly string[]): Promise<Map<string, MemoryRecord>> {
    const startedMs = performance.now();
    const now = instant(ports.clock.now());
    const hot = await readHot(caller, ids, now);
    const found = await readTiers(caller, ids, hot, now);
    await told(caller, [...found.values()], { watched: hot.watched, startedMs });
    return found;
  }

  async function readTiers(
    caller: Caller,
    ids: readonly string[],
    hot: HotRead,
    now: Instant,
  ): Promise<Map<string, MemoryRecord>> {
    const found = hot.leased ? new Map(hot.records) : new Map<string, MemoryRecord>();
    const rest = ids.filter((id) => !found.has(id));
    if (rest.length === 0) return found;
    try {
      for (const record of await readBelow(caller, rest, now)) found.set(record.id, record);
      return found;
    } catch (error) {
      // PostgreSQL is down: what Redis has is the best there is. If that is not all, say so instead of "not found".
      if (!(error instanceof EngineUnavailable) || rest.some((id) => !hot.records.has(id))) throw error;
      return new Map(hot.records);
    }
  }

  async function retrieveAsOf(caller: Caller, id: string, asOf: Instant): Promise<MemoryRecord> {
    const events = await ports.log.stream(caller.tenantId, id);
    const record = replay(events.filter(({ at }) => at <= asOf));
    const expired = record !== null && record.expiresAt !== null && record.expiresAt <= asOf;
    const last = events.at(-1);
    // Who may read it now decides as well: what was made private is private in its past too.
    const readable = record !== null && mayRead(caller, record) && last !== undefined && mayRead(caller, ownerOf(last));
    if (record === null || expired || !readable) throw notFound(`memory ${id} at that time`);
    return record;
  }

  return {
    async retrieve(caller, id, { asOf }) {
      if (asOf !== undefined) return await retrieveAsOf(caller, id, instant(asOf));
      const record = (await readAll(caller, [id])).get(id);
      if (record === undefined) throw notFound(`memory ${id}`);
      return record;
    },

    async getMany(caller, ids, bytesMax) {
      const unique = [...new Set(ids)];
      const found = await readAll(caller, unique);
      const memories: MemoryRecord[] = [];
      const remaining: string[] = [];
      let bytes = 0;
      for (const id of unique) {
        const record = found.get(id);
        if (record === undefined) continue;
        bytes += Buffer.byteLength(JSON.stringify(record));
        if (bytes > bytesMax || remaining.length > 0) remaining.push(id);
        else memories.push(record);
      }
      return { memories, missing: unique.filter((id) => !found.has(id)), remaining };
    },
  };
}
