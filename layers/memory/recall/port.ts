/** What was recalled when and together, and what came of predictions; and the log of queries. Counts alone, never content. */
import type { CatalogRow } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryType } from '../model/memory.ts';
import type { JointRecall } from '../policy/co-access.ts';
import type { SearchQuery } from '../search/port.ts';

/** How often memories of a person (null: of none) and type were used at an hour of the day, UTC. */
export interface AccessPattern {
  userId: string | null;
  type: MemoryType;
  hour: number;
  count: number;
}

export interface RecallStats {
  /** The most used first, at most `PATTERNS_MAX`. */
  patterns: AccessPattern[];
  /** Predictions of the last 30 days: all of them, those that are decided, and those of them that were right. */
  predictions: { warmed: number; decided: number; hits: number };
}

export const PATTERNS_MAX = 1_000;

/** Recalls of a person's memories of one type at one hour of the day, and at all hours. */
export interface HourlyRecalls {
  userId: string;
  type: MemoryType;
  count: number;
  total: number;
}

/**
 * Uses by hour are counted by the catalog with the uses themselves, predictions by the commit that moves a memory. Candidates for warming
 * come without content; none is hot, pinned, held, moved within a day, or warmed within a month without having been used since.
 */
export interface Recalls {
  /**
   * Of memories that match the filter. A key that is bound to an agent sees the patterns of that agent's own memories alone, since counts
   * tell about memories that it may not read; and the predictions of what it may read.
   */
  stats(caller: Caller, filter: { userId?: string; agentId?: string }, now: Instant): Promise<RecallStats>;
  /** Adds to what was recalled together, and keeps the best partners of each memory. What has ended meanwhile counts nowhere. */
  countTogether(tenantId: string, joint: readonly JointRecall[], now: Instant): Promise<void>;
  /** Candidates that were often recalled together with one of these and are not among them, the most often first. */
  partners(tenantId: string, ids: readonly string[], limit: number, now: Instant): Promise<CatalogRow[]>;
  /** What persons recall at an hour of the day, the most often first, from a count on that may be a habit. */
  recalledAt(tenantId: string, hour: number, limit: number): Promise<HourlyRecalls[]>;
  /** Candidates of a person and type, the most used first, at most `limit` of each. */
  ofHabits(
    tenantId: string,
    habits: readonly Pick<HourlyRecalls, 'userId' | 'type'>[],
    limit: number,
    now: Instant,
  ): Promise<CatalogRow[]>;
  /** Forgets joint recalls and predictions of more than a month ago, some thousands a call. */
  prune(tenantId: string, now: Instant): Promise<void>;
}

export interface LoggedQuery {
  id: string;
  agentId: string;
  at: Instant;
  query: SearchQuery;
}

/** What agents asked for, where the log is on. */
export interface QueryLog {
  /** The same id again changes nothing. What was asked about a person before the end of an erasure is not kept. */
  add(tenantId: string, queries: readonly LoggedQuery[]): Promise<void>;
  /** The newest queries of an agent, each once, newest first. */
  recent(tenantId: string, agentId: string, limit: number): Promise<SearchQuery[]>;
  /** Forgets what was asked before an instant, some thousands a call. */
  prune(tenantId: string, before: Instant): Promise<void>;
}
