/** The two legs of a search: words from the catalog, meaning from the vector index. */
import type { CatalogRow } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryRecord, MemoryType, Metadata, TierName } from '../model/memory.ts';
import type { ColdTier } from '../tiers/port.ts';

export const SEARCH_MODES = ['hybrid', 'lexical', 'semantic'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

export interface SearchQuery {
  query: string;
  userId: string | null;
  agentId: string | null;
  spaceIds: string[];
  types: MemoryType[];
  tiers: TierName[];
  metadata: Metadata;
  minConfidence: number;
  minPriority: number;
  createdAfter: Instant | null;
  createdBefore: Instant | null;
  mode: SearchMode;
  limit: number;
  explain: boolean;
  asOf: Instant | null;
}

/** A memory that the words found, with its raw BM25 score (> 0). */
export interface LexicalHit {
  row: CatalogRow;
  bm25: number;
}

/** What filters and ranking need to know of a memory. */
export type RankedRow = Pick<
  CatalogRow,
  | 'id'
  | 'agentId'
  | 'userId'
  | 'spaceId'
  | 'type'
  | 'tier'
  | 'metadata'
  | 'confidence'
  | 'priority'
  | 'createdAt'
  | 'expiresAt'
  | 'accessCount'
>;

/** A memory of the past as the words' leg ranks it; its uses by then are not known and count as none. */
export interface PastDocument {
  row: RankedRow;
  /** How often each of the query's words stands in it. */
  counts: Record<string, number>;
  /** All its words. */
  length: number;
}

export interface LexicalIndex {
  /** The best `limit` of what the caller may see, filters applied; an empty query lists by priority, then recency, with bm25 0. */
  search(caller: Caller, query: SearchQuery, limit: number, now: Instant): Promise<LexicalHit[]>;
  /**
   * A page of what the caller may read in the scope of `query` (its user and spaces alone), as it stood at `asOf` and with the words it
   * had then: newest first, after the row that ended the page before. What ended since, or cannot be read now, is absent.
   */
  past(
    caller: Caller,
    query: SearchQuery,
    asOf: Instant,
    page: { limit: number; after?: Pick<RankedRow, 'id' | 'createdAt'> },
  ): Promise<PastDocument[]>;
}

export interface SemanticHit {
  id: string;
  partition: string;
  /** q.v of unit vectors, -1..1. */
  cosine: number;
}

/** What the index knows of a memory: the partition it stands in and the seq up to which its content is embedded. */
export interface VectorMark {
  seq: number;
  partition: string;
}

export interface VectorEntry extends VectorMark {
  id: string;
  /** Unit vector as the embedder made it; the index augments it. */
  vector: Float32Array;
}

/** Vectors by partition. Geometry is never isolation: callers check every hit against the catalog. */
export interface VectorIndex {
  upsert(tenantId: string, entries: readonly VectorEntry[]): Promise<void>;
  remove(tenantId: string, ids: readonly string[]): Promise<void>;
  /** The nearest of each partition, best first over all, at most `k` a partition; `within` limits to ids (at most 1,000). */
  query(
    tenantId: string,
    query: { vector: Float32Array; partitions: readonly string[]; k: number; within?: readonly string[] },
  ): Promise<SemanticHit[]>;
  /** What is indexed of these ids. */
  marks(tenantId: string, ids: readonly string[]): Promise<Map<string, VectorMark>>;
  /** Stored vectors, as the embedder made them. */
  vectors(tenantId: string, ids: readonly string[]): Promise<Map<string, Float32Array>>;
  count(tenantId: string): Promise<number>;
  /** A page of the ids that are indexed, in an order of the engine's own. */
  page(tenantId: string, from: number, limit: number): Promise<string[]>;
  /** Whether the tenant has an index of this model, be it empty. One that exists is complete up to the indexer's cursor. */
  exists(tenantId: string): Promise<boolean>;
  /** Makes an empty index where there is none. */
  create(tenantId: string): Promise<void>;
}

/** An index of this model that is filled aside and then takes the place of the one that serves, cold documents and all. */
export interface NextIndex {
  vectors: VectorIndex;
  cold: ColdTier;
  /** Puts it in the other's place; searches meet the one or the other, or for a moment none. */
  publish(tenantId: string): Promise<void>;
  /** Drops what other models left behind of the tenant, and what was filled aside. */
  dropOthers(tenantId: string): Promise<void>;
  /** Drops every index of the tenant with all its cold copies, the one that serves too. */
  dropAll(tenantId: string): Promise<void>;
}

/** Who lives in a partition, by the catalog: the measure of what a query should have found. */
export interface PartitionMembers {
  /** Ids of each partition, at most `limit` each. */
  members(tenantId: string, partitions: readonly string[], limit: number): Promise<Map<string, string[]>>;
}

export interface SearchResult {
  memory: MemoryRecord;
  /** 0..1, comparable across tiers. */
  score: number;
  explain?: Record<string, number>;
}

export interface SearchAnswer {
  results: SearchResult[];
  tookMs: number;
  degraded: string[];
  truncated: boolean;
}
