/** The whole public surface of the domain: what a function may call. Use cases implement it, `compose.ts` builds it. */
import type { AgentSummary, ListQuery, Page } from './catalog/port.ts';
import type { Instant } from './clock.ts';
import type { Certificate } from './erasure/certificate.ts';
import type { ErasedCounts, TraceKind } from './erasure/port.ts';
import type { ApiKeyRow, EventFilter, EventPage } from './log/port.ts';
import type { Caller, Scope } from './model/caller.ts';
import type { LogEvent } from './model/event.ts';
import type { JsonObject } from './model/json.ts';
import type { Memory, MemoryFields, MemoryRecord, MemoryType, TierName } from './model/memory.ts';
import type { MapPoint, Pattern } from './model/pattern.ts';
import type { Space, SpaceMember } from './model/space.ts';
import type { OnFail, RetentionCriteria, RetentionPolicy } from './policy/retention-policy.ts';
import type { SearchAnswer, SearchQuery, SearchResult } from './search/port.ts';

/** A memory as handed in: the required fields, and any of the others. */
export type MemoryDraft = Pick<MemoryFields, 'agentId' | 'type' | 'content'> &
  Partial<Omit<MemoryFields, 'agentId' | 'type' | 'content' | 'expiresAt'>> & { ttlSeconds?: number };

/** Changes to a memory. `metadata` merges by key, null removes; `ttlSeconds` null clears the expiry. */
export type MemoryPatch = Partial<
  Pick<MemoryFields, 'content' | 'priority' | 'confidence' | 'type' | 'pinned' | 'visibility' | 'spaceId'>
> & {
  metadata?: Record<string, string | number | boolean | null>;
  ttlSeconds?: number | null;
};

/** The caller's Idempotency-Key with the fingerprint of the request it stands for. */
export interface Idempotency {
  key: string;
  fingerprint: string;
}

/** Says whether the answer repeats an earlier one. */
export interface Repeatable {
  replayed: boolean;
}

export interface Stored extends Repeatable {
  memory: Memory;
  /** False where the memory's `key` named an existing one that was replaced. */
  created: boolean;
}

export interface GotMany {
  memories: Memory[];
  missing: string[];
  /** Ids that did not fit into the answer any more. */
  remaining: string[];
}

export type FieldChanges = Record<string, { from: unknown; to: unknown }>;

/** `changes` is null where the content was deleted, or where the event changed no field. */
export type HistoryEvent = LogEvent & { changes: FieldChanges | null };

export interface History {
  events: HistoryEvent[];
  /** The hash chain holds from the first event to the last. */
  verified: boolean;
}

export interface Erased {
  erased: ErasedCounts;
  /** Null where more remains than the time allowed: the same call goes on. */
  certificate: Certificate | null;
}

/** One thing that is kept of a person. */
export type Exported =
  | { kind: 'memory'; memory: Memory }
  | { kind: 'event'; event: LogEvent }
  | { kind: TraceKind; data: JsonObject };

export type ControlAction =
  | {
      action: 'set_retention';
      criteria: RetentionCriteria;
      scoreThreshold?: number;
      onFail: OnFail;
      simulate: boolean;
      queries: SearchQuery[];
      confirmCount?: number;
    }
  | { action: 'prioritize'; memoryIds: string[]; boostFactor: number }
  | { action: 'pin' | 'unpin' | 'archive' | 'demote' | 'promote' | 'forget'; memoryIds: string[] };

/** The answer in the contract's own names; it holds ids and counts, never content. */
export type ControlAnswer = Repeatable & { body: JsonObject };

export interface RetentionExplained {
  score: number;
  parts: Record<string, number>;
  /** The score as it will fade if the memory is not used. */
  points: { at: Instant; score: number }[];
}

export interface EngineHealth {
  ok: boolean;
  latencyMs: number;
  /** What is wrong and what to do, without internals. */
  hint?: string;
}

export interface Health {
  status: 'ok' | 'degraded' | 'down';
  engines: Record<'postgres' | 'redis' | 'chroma', EngineHealth>;
}

export type KeyView = Omit<ApiKeyRow, 'hash'>;

/** Whose memories; with both, those that are both's. */
export interface Whose {
  userId?: string;
  agentId?: string;
}

export type StatsFilter = Whose;

export interface DiscoverQuery extends Whose {
  minClusterSize: number;
  /** Of a memory to the middle of its pattern, 0..1. */
  minSimilarity: number;
  /** Each pattern also becomes a memory of type insight. */
  storeInsights: boolean;
}

export interface AurenMemory {
  store(caller: Caller, draft: MemoryDraft, idempotency?: Idempotency): Promise<Stored>;
  storeBatch(
    caller: Caller,
    drafts: MemoryDraft[],
    idempotency?: Idempotency,
  ): Promise<Repeatable & { memories: Memory[] }>;
  retrieve(caller: Caller, id: string, options: { asOf?: Instant }): Promise<Memory>;
  /** Stops at `bytesMax` of serialized memories. */
  getMany(caller: Caller, ids: string[], bytesMax: number): Promise<GotMany>;
  list(caller: Caller, query: ListQuery, bytesMax: number): Promise<Page<Memory>>;
  update(
    caller: Caller,
    id: string,
    patch: MemoryPatch,
    options: { ifMatch?: number; reason?: string },
  ): Promise<Memory>;
  delete(caller: Caller, id: string, options: { reason?: string }): Promise<void>;
  history(caller: Caller, id: string): Promise<History>;
  related(caller: Caller, id: string, options: { limit: number; crossUser: boolean }): Promise<SearchResult[]>;
  /** Looks for patterns in what the caller may read. Throws `in_progress` while another run is at it. */
  discover(
    caller: Caller,
    query: DiscoverQuery,
    idempotency?: Idempotency,
  ): Promise<Repeatable & { patterns: Pattern[] }>;
  /** Patterns of which the caller may read every memory. */
  patterns(caller: Caller, query: Whose & { limit: number; cursor?: string }): Promise<Page<Pattern>>;
  /** The newest memories on a plane, by meaning. */
  map(caller: Caller, whose: Whose): Promise<MapPoint[]>;
  retention(caller: Caller, id: string): Promise<RetentionExplained>;
  search(caller: Caller, query: SearchQuery): Promise<SearchAnswer>;
  control(
    caller: Caller,
    agentId: string,
    action: ControlAction,
    options: { reason?: string; idempotency?: Idempotency },
  ): Promise<ControlAnswer>;
  policy(caller: Caller, agentId: string): Promise<RetentionPolicy>;
  clearPolicy(caller: Caller, agentId: string): Promise<void>;
  /** The contract's stats object in its own names. */
  stats(caller: Caller, filter: StatsFilter): Promise<JsonObject>;
  agents(caller: Caller, page: { limit: number; cursor?: string }): Promise<Page<AgentSummary>>;
  /**
   * Erases a person from everywhere. Throws `engine_unavailable` where an engine that holds copies does not answer; the same call
   * again goes on, also after `deadline`.
   */
  erase(caller: Caller, userId: string, options: { reason?: string; deadline: Date }): Promise<Erased>;
  /** Everything that is kept of a person, page by page; each stops at `bytesMax` of serialized items. No use. */
  exportPerson(
    caller: Caller,
    userId: string,
    page: { limit: number; cursor?: string },
    bytesMax: number,
  ): Promise<Page<Exported>>;
  events(
    caller: Caller,
    query: { after?: string; before?: string; order: 'asc' | 'desc'; limit: number; filter: EventFilter },
  ): Promise<EventPage>;
  createKey(
    caller: Caller,
    draft: { scopes: Scope[]; agentId?: string; name?: string; expiresAt?: Instant },
  ): Promise<{ key: KeyView; apiKey: string }>;
  listKeys(caller: Caller, page: { limit: number; cursor?: string }): Promise<Page<KeyView>>;
  revokeKey(caller: Caller, id: string): Promise<void>;
  /** A single-use stand-in for the caller's key, for 60 s: what a browser opens its WebSocket with. */
  createTicket(caller: Caller): Promise<{ ticket: string; expiresAt: Instant }>;
  createSpace(
    caller: Caller,
    draft: { name: string; members: SpaceMember[] },
    idempotency?: Idempotency,
  ): Promise<Repeatable & { space: Space }>;
  /** A bound key's own spaces, every one for an unbound key. */
  listSpaces(caller: Caller, page: { limit: number; cursor?: string }): Promise<Page<Space>>;
  setMember(caller: Caller, spaceId: string, member: SpaceMember): Promise<SpaceMember>;
  removeMember(caller: Caller, spaceId: string, agentId: string): Promise<void>;
  /** Throws `conflict` while memories lie in it. */
  deleteSpace(caller: Caller, spaceId: string): Promise<void>;
  health(): Promise<Health>;
}

export type { Caller, EventFilter, ListQuery, Memory, MemoryRecord, MemoryType, Page, SearchQuery, TierName };
