/** The catalog: one row per living memory in any tier. Read side; rows are written by the log's commit alone. */
import type { Instant } from '../clock.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject } from '../model/json.ts';
import type { MemoryRecord, MemoryType, Metadata, TierName } from '../model/memory.ts';
import type { RetentionPolicy } from '../policy/retention-policy.ts';
import type { HourCounts, UseFlush } from '../tiers/port.ts';

/** `content` is null where it was not asked for or lies in cold only. */
export type CatalogRow = Omit<MemoryRecord, 'content'> & { content: JsonObject | null };

/**
 * Which content comes along: `none`; `tier`: what PostgreSQL holds for its tier (warm, dual-stored, and for hot the log's
 * payload), null for cold; `any`: from the log where need be.
 */
export type ContentFrom = 'none' | 'tier' | 'any';

export const LIST_ORDERS = ['created_at', '-created_at', 'updated_at', '-updated_at', 'priority', '-priority'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

export interface ListQuery {
  userId?: string;
  agentId?: string;
  spaceId?: string;
  key?: string;
  type?: MemoryType;
  tier?: TierName;
  metadata?: Metadata;
  createdAfter?: Instant;
  createdBefore?: Instant;
  /** The list as it stood then, by what was recorded; what ended since is absent. */
  asOf?: Instant;
  order: ListOrder;
  limit: number;
  cursor?: string;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Owner {
  agentId: string;
  userId: string | null;
  spaceId: string | null;
}

export interface CatalogStats {
  total: number;
  tiers: Record<TierName, number>;
  dualStored: number;
  pinned: number;
  byType: Partial<Record<MemoryType, number>>;
  byAgent: Record<string, number>;
  warmBytes: number;
  /** Moves of the last 24 hours. */
  flow: { hotToWarm: number; warmToCold: number; promoted: number; expired: number };
}

export interface AgentSummary {
  id: string;
  total: number;
  tiers: Record<TierName, number>;
  lastActiveAt: Instant | null;
}

/** A row with the instants of its last three uses at most, newest first, as of the last sweep. */
export type UsedRow = CatalogRow & { recentUses: Instant[] };

/** Uses to be counted: `recent` are the instants of the last three of them at most, newest first. */
export interface UseCount {
  id: string;
  count: number;
  recent: Instant[];
  hours?: HourCounts;
}

/** What the sweep reads and counts. Pages go by id, after `afterId`; rows come without content unless it says so. */
export interface SweepCatalog {
  /** Memories whose time is over, the longest first, with content; they hold their keys until they are ended. */
  expired(tenantId: string, limit: number, now: Instant): Promise<CatalogRow[]>;
  /** Hot ones made up to `hotBefore` and warm ones made up to `warmBefore`, but no pins. */
  aged(tenantId: string, before: { hot: Instant; warm: Instant }, page: IdPage, now: Instant): Promise<UsedRow[]>;
  /** Warm and cold ones used three times after `since` and after their last move. */
  muchUsed(tenantId: string, since: Instant, page: IdPage, now: Instant): Promise<UsedRow[]>;
  /** Like `hotPage`, without content. */
  hotRows(tenantId: string, page: IdPage, now: Instant): Promise<CatalogRow[]>;
  /** How many memories the reads above would give in all, `hotRows` apart. */
  countDue(tenantId: string, before: { hot: Instant; warm: Instant }, since: Instant, now: Instant): Promise<number>;
  /** What a policy marked that no longer stands: of agents without any, nothing expired. */
  leftMarked(tenantId: string, limit: number, now: Instant): Promise<string[]>;
  policies(tenantId: string): Promise<{ agentId: string; policy: RetentionPolicy }[]>;
  /** The flush of uses that was counted last; null before the first. */
  lastFlush(tenantId: string): Promise<UseFlush | null>;
  /**
   * Counts uses, in all and by hour for the person and type, at once with the flush's record; a prediction that they prove right is a hit.
   * Throws `conflict` where `previous` is not the last flush. Unknown ids count nowhere.
   */
  countUses(tenantId: string, flush: { id: string; previous: string; uses: readonly UseCount[] }): Promise<void>;
}

export interface IdPage {
  afterId: string | null;
  limit: number;
}

/** Every read but `expired` compares `expiresAt` with `now`: what has expired is absent, swept or not. */
export interface Catalog extends SweepCatalog {
  find(tenantId: string, ids: readonly string[], content: ContentFrom, now: Instant): Promise<CatalogRow[]>;
  /** Also finds expired ones: they hold their key until they are ended, and the store that wants it must see them. */
  findByKey(tenantId: string, keys: readonly (Owner & { key: string })[]): Promise<CatalogRow[]>;
  list(caller: Caller, query: ListQuery, now: Instant): Promise<Page<CatalogRow & { content: JsonObject }>>;
  /**
   * Memories as they were recorded at an instant, expired or not. Absent: what ended since, and what the caller could not read then
   * or cannot read now.
   */
  findAsOf(caller: Caller, ids: readonly string[], asOf: Instant): Promise<MemoryRecord[]>;
  /** Every living memory of an agent without content, for its policy; up to 100,000. */
  ofAgent(tenantId: string, agentId: string, now: Instant): Promise<CatalogRow[]>;
  /** Memories whose tier is hot, oldest id first, after `afterId`: to fill an empty Redis. Content from the log. */
  hotPage(tenantId: string, afterId: string | null, limit: number, now: Instant): Promise<CatalogRow[]>;
  stats(caller: Caller, filter: { userId?: string; agentId?: string }, now: Instant): Promise<CatalogStats>;
  agents(caller: Caller, page: { limit: number; cursor?: string }, now: Instant): Promise<Page<AgentSummary>>;
  policy(tenantId: string, agentId: string): Promise<RetentionPolicy | null>;
  /** Drops the warm copy of cold memories once their cold copy is verified; guarded by seq. */
  dropWarmCopies(tenantId: string, marks: readonly { id: string; seq: number }[]): Promise<void>;
  /** The most recently active users of the tenant, for a search that names none. */
  recentPartitions(caller: Caller, limit: number, now: Instant): Promise<string[]>;
}
