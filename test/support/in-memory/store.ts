/** What PostgreSQL holds, as plain data: the log and the catalog rows that a commit brings along. Everything in it is a copy. */

import type { StoredApiKey } from '../../../layers/memory/auth/key-store.ts';
import type { UseCount } from '../../../layers/memory/catalog/port.ts';
import { type Instant, instant } from '../../../layers/memory/clock.ts';
import type { ErasureRecord } from '../../../layers/memory/erasure/port.ts';
import { invalidField } from '../../../layers/memory/errors.ts';
import type { IdempotentReply } from '../../../layers/memory/log/port.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { StoredPattern } from '../../../layers/memory/model/pattern.ts';
import type { RetentionPolicy } from '../../../layers/memory/policy/retention-policy.ts';
import type { LoggedQuery } from '../../../layers/memory/recall/port.ts';
import type { StoredSpace } from '../../../layers/memory/spaces/port.ts';
import { NOON } from '../clock.ts';

export interface StoredRow {
  record: Omit<MemoryRecord, 'content'>;
  /** The warm copy. Null where PostgreSQL holds the content in the log alone. */
  content: JsonObject | null;
}

export interface Uses {
  count: number;
  lastAt: Instant;
  /** The last three at most, newest first. */
  recent: Instant[];
}

export interface JointUse {
  count: number;
  lastAt: Instant;
}

export interface TenantData {
  /** In commit order; an event's position is its index + 1. */
  events: LogEvent[];
  rows: Map<string, StoredRow>;
  usage: Map<string, Uses>;
  /** The last flush of uses. */
  flush: { id: string; previous: string; uses: readonly UseCount[] } | null;
  /** By person ('' for none), agent, type and hour, as JSON. */
  accessPatterns: Map<string, number>;
  /** Partners of each memory, in both directions. */
  together: Map<string, Map<string, JointUse>>;
  predictions: { id: string; at: Instant; hitAt: Instant | null }[];
  queryLog: Map<string, LoggedQuery>;
  idempotency: Map<string, { fingerprint: string; reply: IdempotentReply; at: Instant }>;
  policies: Map<string, RetentionPolicy>;
  apiKeys: Map<string, StoredApiKey>;
  spaces: Map<string, StoredSpace>;
  patterns: Map<string, StoredPattern>;
  /** Tries of events that a consumer failed at. */
  failures: Map<string, { consumer: string; eventId: string; error: string; tries: number }>;
  erasures: StoredErasure[];
}

export interface StoredErasure extends ErasureRecord {
  userId: string;
  removed: Record<string, number>;
  streams: number | null;
}

export interface Store {
  of(tenantId: string): TenantData;
  /** False where the tenant was known already. */
  addTenant(tenantId: string): boolean;
  tenants(): string[];
  /** A space without members, for tests that are about memories. */
  addSpace(tenantId: string, id: string): void;
}

export function createStore(): Store {
  const data = new Map<string, TenantData>();
  const known = new Set<string>();
  return {
    of: (tenantId) => {
      const found = data.get(tenantId) ?? emptyTenant();
      data.set(tenantId, found);
      return found;
    },
    addTenant: (tenantId) => {
      const isNew = !known.has(tenantId);
      known.add(tenantId);
      return isNew;
    },
    tenants: () => [...known].sort(),
    addSpace(tenantId, id) {
      const head = { seq: 1, headHash: '' };
      this.of(tenantId).spaces.set(id, { id, name: id, createdAt: NOON, members: [], ...head });
    },
  };
}

const emptyTenant = (): TenantData => ({
  events: [],
  rows: new Map(),
  usage: new Map(),
  flush: null,
  accessPatterns: new Map(),
  together: new Map(),
  predictions: [],
  queryLog: new Map(),
  idempotency: new Map(),
  policies: new Map(),
  apiKeys: new Map(),
  spaces: new Map(),
  patterns: new Map(),
  failures: new Map(),
  erasures: [],
});

/** Two parties never share an object, as with a real engine. */
export const copyOf = <T>(value: T): T => structuredClone(value);

export const isAlive = ({ expiresAt }: { expiresAt: Instant | null }, now: Instant): boolean =>
  expiresAt === null || instant(expiresAt) > instant(now);

/** What makes a caller's own name for a memory unique. */
export const nameOfKey = (of: {
  agentId: string;
  userId: string | null;
  spaceId: string | null;
  key: string | null;
}): string => JSON.stringify([of.agentId, of.userId, of.spaceId, of.key]);

/** A cursor is opaque outside; here it is a kind and a JSON value. */
export const encodeCursor = (kind: string, value: unknown): string =>
  Buffer.from(JSON.stringify([kind, value])).toString('base64url');

export function decodeCursor(kind: string, cursor: string): unknown {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [found, value] = text.startsWith(`["${kind}",`) ? (JSON.parse(text) as [string, unknown]) : [];
  if (found !== kind) throw invalidField('cursor', 'is not one of ours.');
  return value;
}

/** The content of a memory as the log has it. */
export function contentFromLog(
  { events }: TenantData,
  { id, contentSeq }: { id: string; contentSeq: number },
): JsonObject | null {
  const event = events.find(({ streamId, seq }) => streamId === id && seq === contentSeq);
  return event?.payload?.content ?? null;
}
