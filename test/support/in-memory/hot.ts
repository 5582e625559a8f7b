/** The hot tier in memory: copies and tombstones guarded by seq, a capacity that holds, and a lease under which reads are believed. */
import { type Instant, instant } from '../../../layers/memory/clock.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { mayRead } from '../../../layers/memory/policy/access.ts';
import type { Recall } from '../../../layers/memory/policy/co-access.ts';
import { retentionScore } from '../../../layers/memory/policy/retention.ts';
import {
  type HotTier,
  type HotUpkeep,
  type HourCounts,
  type PendingUses,
  QUERIES_MAX,
  RECALL_IDS_MAX,
  RECALLS_MAX,
  type Ride,
} from '../../../layers/memory/tiers/port.ts';
import type { EphemeralList } from './connections.ts';
import { copyOf, isAlive } from './store.ts';

export interface HotOptions {
  capacity?: number;
  leaseMs?: number;
  nowMs?: () => number;
  /** The live-only events and whether somebody wants them, which the registry of connections shares. */
  list?: EphemeralList;
}

interface Entry {
  seq: number;
  /** Null is a tombstone. */
  record: MemoryRecord | null;
  score: number;
}

interface Tenant {
  entries: Map<string, Entry>;
  /** Uses since the last flush, of memories of any tier. */
  uses: Map<string, PendingUses>;
  /** The last flush that was taken off them. */
  flushed: string;
  recalls: Recall[];
  earlierRecalls: Recall[];
  /** Queries that wait to be logged. */
  queries: Map<string, string>;
  cursor: string | null;
  leasedUntilMs: number;
  hits: number;
  misses: number;
  latencies: Map<string, number[]>;
}

export type InMemoryHotTier = HotTier & HotUpkeep;

const UNWATCHED: EphemeralList = { isWatched: () => false, push: () => {}, forget: () => {} };

export function inMemoryHotTier(options: HotOptions = {}): InMemoryHotTier {
  const { capacity = 10_000, leaseMs = 10_000, nowMs = Date.now, list = UNWATCHED } = options;
  const tenants = new Map<string, Tenant>();

  const of = (tenantId: string): Tenant => {
    const found = tenants.get(tenantId) ?? emptyTenant();
    tenants.set(tenantId, found);
    return found;
  };

  function take(tenantId: string, ride: Ride | undefined): void {
    const { latencies } = of(tenantId);
    for (const { operation, ms } of ride?.latencies ?? []) {
      latencies.set(operation, [...(latencies.get(operation) ?? []), ms]);
    }
    list.push(tenantId, ride?.events ?? []);
  }

  async function putAndEvict(tenantId: string, records: readonly MemoryRecord[], now: Instant, ride?: Ride) {
    const tenant = of(tenantId);
    take(tenantId, ride);
    for (const record of records) put(tenant, copyOf(record), now);
    return { evicted: evict(tenant, capacity) };
  }

  return {
    name: 'hot',
    putAndEvict,
    put: async (tenantId, records) => void (await putAndEvict(tenantId, records, instant(nowMs()))),

    async get(tenantId, ids) {
      const records = ids.map((id) => of(tenantId).entries.get(id)?.record).filter((record) => record != null);
      return new Map(records.map(({ id, seq, content }) => [id, copyOf({ id, seq, content })]));
    },

    async remove(tenantId, marks) {
      const { entries } = of(tenantId);
      for (const { id, seq } of marks) {
        if ((entries.get(id)?.seq ?? 0) <= seq) entries.set(id, { seq, record: null, score: 0 });
      }
    },

    async forget(tenantId, userId, marks) {
      await this.remove(tenantId, marks);
      const tenant = of(tenantId);
      const gone = new Set(marks.map(({ id }) => id));
      for (const id of gone) tenant.uses.delete(id);
      const isLeft = ({ ids }: Recall) => !ids.some((id) => gone.has(id));
      tenant.recalls = tenant.recalls.filter(isLeft);
      tenant.earlierRecalls = tenant.earlierRecalls.filter(isLeft);
      for (const [id, json] of tenant.queries) if (JSON.parse(json).query?.userId === userId) tenant.queries.delete(id);
      list.forget(tenantId, `"userId":${JSON.stringify(userId)}`);
    },

    count: async (tenantId) => living(of(tenantId)).length,

    async read(caller, ids, { use, now, ride }) {
      const tenant = of(caller.tenantId);
      take(caller.tenantId, ride);
      const leased = tenant.leasedUntilMs > nowMs();
      const records = new Map<string, MemoryRecord>();
      for (const id of new Set(ids)) {
        const record = tenant.entries.get(id)?.record;
        const isThere = record != null && isAlive(record, now) && mayRead(caller, record);
        if (isThere && leased) tenant.hits += 1;
        else tenant.misses += 1;
        if (!isThere) continue;
        if (use && leased) countUse(tenant, id, now);
        records.set(id, withUses(tenant, record));
      }
      if (use && leased) noteRecall(tenant, { at: now, agentId: caller.agentId, ids: [...records.keys()] });
      return { leased, watched: list.isWatched(caller.tenantId), records };
    },

    async used(tenantId, ids, now, ride, by) {
      const tenant = of(tenantId);
      take(tenantId, ride);
      for (const id of new Set(ids)) countUse(tenant, id, now);
      noteRecall(tenant, { at: now, agentId: by?.agentId ?? null, ids: [...new Set(ids)] });
      if (by?.query !== undefined && tenant.queries.size < QUERIES_MAX) tenant.queries.set(by.query.id, by.query.json);
      return { watched: list.isWatched(tenantId) };
    },

    pendingUses: async (tenantId) => copyOf(of(tenantId).uses),

    async settleUses(tenantId, { id: flush, previous, uses }) {
      const tenant = of(tenantId);
      const settledLast = tenant.flushed;
      if (settledLast === flush) return;
      tenant.flushed = flush;
      if (settledLast !== previous) return;
      for (const [id, counted] of uses) settle(tenant, id, counted);
    },

    async takeRecalls(tenantId, since) {
      const tenant = of(tenantId);
      const { recalls: fresh, earlierRecalls: earlier } = tenant;
      tenant.earlierRecalls = [...earlier, ...fresh].filter(({ at }) => at > since).slice(-RECALLS_MAX);
      tenant.recalls = [];
      return copyOf({ fresh, earlier });
    },

    pendingQueries: async (tenantId) => new Map(of(tenantId).queries),

    async dropQueries(tenantId, ids) {
      for (const id of ids) of(tenantId).queries.delete(id);
    },

    held: async (tenantId, from, count) =>
      living(of(tenantId))
        .sort((a, b) => a.score - b.score)
        .slice(from, from + count)
        .map(({ record }) => record.id),

    async rescore(tenantId, ids, now) {
      for (const id of ids) score(of(tenantId), id, now);
      return ids.filter((id) => of(tenantId).entries.get(id)?.record == null);
    },

    async empty(tenantId, { uses } = { uses: false }) {
      const kept = uses ? {} : { uses: of(tenantId).uses, flushed: of(tenantId).flushed };
      tenants.set(tenantId, { ...emptyTenant(), ...kept });
    },

    cursor: async (tenantId) => of(tenantId).cursor,

    async advance(tenantId, cursor, caughtUp) {
      of(tenantId).cursor = cursor;
      if (caughtUp) of(tenantId).leasedUntilMs = nowMs() + leaseMs;
    },

    async stats(tenantId) {
      const { hits, misses, latencies, ...tenant } = of(tenantId);
      const records = [...tenant.entries.values()].map(({ record }) => record).filter((record) => record !== null);
      return {
        count: records.length,
        pinned: records.filter(({ pinned }) => pinned).length,
        capacity,
        usedBytes: records.reduce((bytes, record) => bytes + Buffer.byteLength(JSON.stringify(record)), 0),
        hits,
        misses,
        latency: Object.fromEntries([...latencies].map(([operation, ms]) => [operation, percentiles(ms)])),
        operations: {
          hour: 0,
          counts: Object.fromEntries([...latencies].map(([operation, ms]) => [operation, ms.length])),
        },
      };
    },
  };
}

const emptyTenant = (): Tenant => ({
  entries: new Map(),
  uses: new Map(),
  flushed: '',
  recalls: [],
  earlierRecalls: [],
  queries: new Map(),
  cursor: null,
  leasedUntilMs: 0,
  hits: 0,
  misses: 0,
  latencies: new Map(),
});

/** A higher seq stays, and so does a tombstone of the same seq. Uses that the copy there has counted are not lost. */
function put(tenant: Tenant, record: MemoryRecord, now: Instant): void {
  const there = tenant.entries.get(record.id);
  const isLate = there && (there.seq > record.seq || (there.seq === record.seq && there.record === null));
  if (isLate) return;
  const accessCount = Math.max(record.accessCount, there?.record?.accessCount ?? 0);
  const lastAccessedAt = latest(record.lastAccessedAt, there?.record?.lastAccessedAt ?? null);
  tenant.entries.set(record.id, { seq: record.seq, record: { ...record, accessCount, lastAccessedAt }, score: 0 });
  score(tenant, record.id, now);
}

const latest = (a: Instant | null, b: Instant | null): Instant | null => ((a ?? '') > (b ?? '') ? a : b);

/** Scores are stored as of the last write or use. */
function score(tenant: Tenant, id: string, now: Instant): void {
  const entry = tenant.entries.get(id);
  if (entry?.record) entry.score = retentionScore(withUses(tenant, entry.record), now);
}

function withUses(tenant: Tenant, record: MemoryRecord): MemoryRecord {
  const pending = tenant.uses.get(record.id);
  return copyOf({
    ...record,
    accessCount: record.accessCount + (pending?.count ?? 0),
    lastAccessedAt: pending?.lastAt ?? record.lastAccessedAt,
  });
}

function countUse(tenant: Tenant, id: string, now: Instant): void {
  const earlier: Omit<PendingUses, 'lastAt'> = tenant.uses.get(id) ?? { count: 0, recent: [], hours: {} };
  const hour = new Date(now).getUTCHours();
  tenant.uses.set(id, {
    count: earlier.count + 1,
    lastAt: now,
    recent: [now, ...earlier.recent].slice(0, 3),
    hours: { ...earlier.hours, [hour]: (earlier.hours[hour] ?? 0) + 1 },
  });
  score(tenant, id, now);
}

function noteRecall(tenant: Tenant, { ids, ...recall }: Recall): void {
  if (ids.length === 0) return;
  tenant.recalls = [...tenant.recalls, { ...recall, ids: ids.slice(0, RECALL_IDS_MAX) }].slice(-RECALLS_MAX);
}

/** Moves uses from the pending ones to the copy, which then counts what the catalog counts. */
function settle(
  tenant: Tenant,
  id: string,
  { count: counted, total, hours = {} }: { count: number; total: number; hours?: HourCounts },
): void {
  const pending = tenant.uses.get(id);
  const record = tenant.entries.get(id)?.record;
  if (record) {
    record.accessCount = Math.max(record.accessCount, total);
    record.lastAccessedAt = pending?.lastAt ?? record.lastAccessedAt;
  }
  if (pending === undefined || pending.count <= counted) tenant.uses.delete(id);
  else {
    const left = Object.entries(pending.hours).map(([hour, n]) => [hour, n - (hours[Number(hour)] ?? 0)] as const);
    const some = Object.fromEntries(left.filter(([, n]) => n > 0));
    tenant.uses.set(id, { ...pending, count: pending.count - counted, hours: some });
  }
}

const living = (tenant: Tenant) =>
  [...tenant.entries.values()].flatMap(({ record, score }) => (record === null ? [] : [{ record, score }]));

/** Over capacity, the lowest scores go until 99 % of it is left: plain ones first, then retained ones, pins only as a last resort. */
function evict(tenant: Tenant, capacity: number): MemoryRecord[] {
  const candidates = living(tenant).sort(
    (a, b) =>
      Number(a.record.pinned) - Number(b.record.pinned) ||
      Number(a.record.retainedBy !== null) - Number(b.record.retainedBy !== null) ||
      a.score - b.score,
  );
  if (candidates.length <= capacity) return [];
  const surplus = candidates.length - (capacity - Math.floor(capacity / 100));
  const evicted = candidates
    .slice(0, surplus)
    .filter(({ record }, gone) => !record.pinned || candidates.length - gone > capacity);
  return evicted.map(({ record }) => {
    tenant.entries.set(record.id, { seq: record.seq, record: null, score: 0 });
    return withUses(tenant, record);
  });
}

function percentiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
