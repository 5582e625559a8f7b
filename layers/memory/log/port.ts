/** The event log: the truth. A commit appends events and brings the catalog along in the same transaction. */

import type { Instant } from '../clock.ts';
import type { Caller, Scope } from '../model/caller.ts';
import type { EphemeralType, EventType, LogEvent, PlacedEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { MemoryRecord, MemoryType, TierName } from '../model/memory.ts';
import type { StoredPattern } from '../model/pattern.ts';
import type { Space, SpaceMember } from '../model/space.ts';
import type { RetentionPolicy } from '../policy/retention-policy.ts';

/** A catalog row as it is after the commit. `content` null leaves the content as it was. */
export interface RowWrite {
  record: Omit<MemoryRecord, 'content'>;
  content: JsonObject | null;
  isNew: boolean;
}

/** What a repeated request answers with: references into the log, never content. */
export interface IdempotentReply {
  status: number;
  memories?: { id: string; seq: number }[];
  body?: JsonObject;
}

export interface IdempotencyClaim {
  key: string;
  /** SHA-256 of the canonical request; another one under the same key is refused. */
  fingerprint: string;
  reply: IdempotentReply;
}

export interface ApiKeyRow {
  id: string;
  /** HMAC-SHA-256 of the key with the pepper, hex. */
  hash: string;
  scopes: Scope[];
  agentId: string | null;
  name: string | null;
  createdAt: Instant;
  expiresAt: Instant | null;
  revokedAt: Instant | null;
}

/** What a commit does to a space; the commit's last event stands in the space's stream. */
export type SpaceWrite =
  | { write: 'create'; space: Space }
  | { write: 'set-member'; id: string; member: SpaceMember }
  | { write: 'remove-member'; id: string; agentId: string }
  /** Refused while memories lie in it. */
  | { write: 'delete'; id: string };

/** What a run of discovery leaves of its scope; events of new and changed patterns are in the same commit. */
export interface PatternWrite {
  /** As they are after the commit. */
  kept: StoredPattern[];
  /** No longer found; unless they were changed since they were read. */
  dropped: Pick<StoredPattern, 'id' | 'seq'>[];
}

export interface Commit {
  tenantId: string;
  events: LogEvent[];
  rows?: RowWrite[];
  /** Memories that end: their rows leave the catalog, payloads and salts of their streams become null. */
  ended?: string[];
  policy?: { agentId: string; policy: RetentionPolicy | null };
  apiKey?: ApiKeyRow;
  space?: SpaceWrite;
  patterns?: PatternWrite;
  /** Where memories are pinned: so many pins the tenant may have afterwards; with more it is a `conflict`. */
  pinsMax?: number;
  idempotency?: IdempotencyClaim;
  now: Instant;
}

/** `replay` is set where the idempotency key was used before: nothing was written. */
export interface CommitResult {
  replay: { fingerprint: string; reply: IdempotentReply } | null;
}

/** Beyond this many events nobody counts on. */
export const BACKLOG_MAX = 10_000;

export interface EventFilter {
  agentIds?: string[];
  userIds?: string[];
  spaceIds?: string[];
  memoryIds?: string[];
  types?: MemoryType[];
  tiers?: TierName[];
  /** Exact event types, or families such as `memory.*`. */
  events?: (EventType | EphemeralType | `${string}.*`)[];
  minPriority?: number;
  minConfidence?: number;
}

export interface EventPage {
  events: PlacedEvent[];
  /** Stands after the last event that was looked at; null where nothing lies on that side. */
  nextCursor: string | null;
}

export interface LogRead {
  events: PlacedEvent[];
  cursor: string;
  /** Events beyond the horizon exist: an older transaction is still open. Look again in 50 ms. */
  behindHorizon: boolean;
}

export interface EventLog {
  /**
   * Appends, in one round trip. Throws `conflict` where a stream moved on since it was read (or a `key` is taken),
   * `in_progress` where a lock was not had within 2 s, `EngineUnavailable` where PostgreSQL does not answer.
   */
  commit(commit: Commit): Promise<CommitResult>;
  /** What a commit with this idempotency key would be answered now; null where the key is free. */
  claimed(tenantId: string, key: string, now: Instant): Promise<CommitResult['replay']>;
  /** A whole stream in order of seq, payloads included; at most 10,000 events. */
  stream(tenantId: string, streamId: string): Promise<LogEvent[]>;
  /** Streams of several memories at once, for replayed answers. */
  streams(tenantId: string, streamIds: readonly string[]): Promise<Map<string, LogEvent[]>>;
  /** In commit order after `cursor` (null: from the beginning), only what no open transaction can still precede. No payloads. */
  read(tenantId: string, cursor: string | null, limit: number): Promise<LogRead>;
  /** The cursor of now: everything readable stands before it. */
  horizon(tenantId: string): Promise<string>;
  /** One page of what the caller may see, in either direction. Throws `invalid_field` for a cursor of another epoch. */
  page(
    caller: Caller,
    query: { after?: string; before?: string; order: 'asc' | 'desc'; limit: number; filter: EventFilter },
  ): Promise<EventPage>;
  /** Events behind a consumer's cursor, counted up to `max`. */
  backlog(tenantId: string, cursor: string | null, max?: number): Promise<number>;
}
