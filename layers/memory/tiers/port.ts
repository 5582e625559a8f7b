/** The tiers: three places that hold a memory's content under one port, each guarded by seq. One contract suite runs on all. */
import type { Instant } from '../clock.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject } from '../model/json.ts';
import type { MemoryRecord, TierName } from '../model/memory.ts';
import type { Recall } from '../policy/co-access.ts';

/** "As of this seq": orders copies of one memory. */
export interface Mark {
  id: string;
  seq: number;
}

export interface Copy extends Mark {
  content: JsonObject;
}

export interface Tier {
  readonly name: TierName;
  /** Writes whole copies. Idempotent; a copy with a lower seq than the one there loses silently. */
  put(tenantId: string, records: readonly MemoryRecord[]): Promise<void>;
  /** The copies that are there; what is not is absent from the map. */
  get(tenantId: string, ids: readonly string[]): Promise<Map<string, Copy>>;
  /** Removes copies up to and including the given seq; a later put with a lower seq stays out (hot) or is undone by the indexer (cold). */
  remove(tenantId: string, marks: readonly Mark[]): Promise<void>;
  count(tenantId: string): Promise<number>;
}

/** Rides on a Redis call that is made anyway: latencies since the last call, and live-only events. */
export interface Ride {
  latencies: { operation: string; ms: number }[];
  /** Serialized live-only events; kept only while somebody follows the feed. */
  events: string[];
}

/** Who recalled, and by what query where that is to be logged. */
export interface Recaller {
  /** Null for a key that is bound to no agent. */
  agentId: string | null;
  /** Waits in Redis for the sweep to write it to the log of queries. */
  query?: { id: string; json: string };
}

/** What waits for the sweep is bounded: the latest calls, of each its first ids; and the first queries. */
export const RECALLS_MAX = 1_000;
export const RECALL_IDS_MAX = 8;
export const QUERIES_MAX = 500;

/** Uses by hour of the day, UTC. */
export type HourCounts = Readonly<Record<number, number>>;

export interface HotRead {
  /** False: the projector is behind or unknown; the copies may be stale and count only where PostgreSQL is down. */
  leased: boolean;
  /** Somebody follows the live feed of the tenant. */
  watched: boolean;
  /** With exact `accessCount` and `lastAccessedAt`. Expired, tombstoned and unreadable ones are absent. */
  records: Map<string, MemoryRecord>;
}

/** The hot tier: Redis. Every method is one round trip. */
export interface HotTier extends Tier {
  /** Like `put`, and says which memories had to leave to keep the capacity; they are already gone and belong in warm. */
  putAndEvict(
    tenantId: string,
    records: readonly MemoryRecord[],
    now: Instant,
    ride?: Ride,
  ): Promise<{ evicted: MemoryRecord[] }>;
  /** Reads what the caller may see; with `use`, counts a use of each one that was leased. */
  read(caller: Caller, ids: readonly string[], options: { use: boolean; now: Instant; ride?: Ride }): Promise<HotRead>;
  /** Removes erased memories as `remove` does, with their uses and recalls, and the live-only events and waiting queries about the person. */
  forget(tenantId: string, userId: string, marks: readonly Mark[]): Promise<void>;
  /** Counts uses of memories of any tier, carries the ride, and keeps the query. */
  used(
    tenantId: string,
    ids: readonly string[],
    now: Instant,
    ride?: Ride,
    by?: Recaller,
  ): Promise<Pick<HotRead, 'watched'>>;
  /** Uses counted since the last flush. */
  pendingUses(tenantId: string): Promise<Map<string, PendingUses>>;
  /** The hot projector's cursor lives in Redis, so that it rolls back with the data. */
  cursor(tenantId: string): Promise<string | null>;
  /** Stores the cursor; with `caughtUp` also renews the lease under which reads are believed. */
  advance(tenantId: string, cursor: string, caughtUp: boolean): Promise<void>;
  stats(tenantId: string): Promise<HotStats>;
}

export interface PendingUses {
  count: number;
  lastAt: Instant;
  /** Of the last three uses, newest first; some may be of before the last flush. */
  recent: Instant[];
  hours: HourCounts;
}

/** Uses that the catalog has counted in one step. */
export interface UseFlush {
  id: string;
  /** The flush before it; empty for the first. */
  previous: string;
  /** How many were counted, and how many the catalog counts with them. */
  uses: ReadonlyMap<string, { count: number; total: number; hours?: HourCounts }>;
}

/** What the sweep does to the hot tier; one round trip each. */
export interface HotUpkeep {
  /**
   * Takes what the catalog has counted off the pending uses; what `read` answers stays the same. The same flush again does nothing, and
   * so does one whose predecessor was not settled here: Redis was emptied since, and holds other uses than were counted.
   */
  settleUses(tenantId: string, flush: UseFlush): Promise<void>;
  /**
   * What was recalled since the last time, oldest first, and gone from here with it: a sweep that dies then loses these hints. `earlier`
   * was handed out before and is given again while it is younger than `since`.
   */
  takeRecalls(tenantId: string, since: Instant): Promise<{ fresh: Recall[]; earlier: Recall[] }>;
  /** Queries by id that wait to be logged; they stay until they are dropped. */
  pendingQueries(tenantId: string): Promise<Map<string, string>>;
  dropQueries(tenantId: string, ids: readonly string[]): Promise<void>;
  /** Ids of the copies here by ascending score, a page of them; the order changes while they are read. */
  held(tenantId: string, from: number, count: number): Promise<string[]>;
  /** Scores copies as of now: stored scores do not age by themselves. Answers the ids that have no copy here. */
  rescore(tenantId: string, ids: readonly string[], now: Instant): Promise<string[]>;
  /**
   * Takes out every copy, tombstone, cursor and lease of the tenant: the projector then fills it anew. Uses that are not counted yet
   * stay, unless `uses` says that they go too. Not atomic: nothing is believed from its first step on.
   */
  empty(tenantId: string, options?: { uses: boolean }): Promise<void>;
}

export interface HotStats {
  count: number;
  pinned: number;
  capacity: number;
  usedBytes: number;
  hits: number;
  misses: number;
  /** Milliseconds. */
  latency: Record<string, { p50: number; p95: number; p99: number }>;
  /** How often each operation was counted in this hour since 1970. */
  operations: { hour: number; counts: Record<string, number> };
}

export interface ColdStats {
  count: number;
  /** Sealed size, and the size of the content before compression. */
  bytes: number;
  plainBytes: number;
}

/** The cold tier: sealed documents in Chroma. */
export interface ColdTier extends Tier {
  stats(tenantId: string): Promise<ColdStats>;
}
