/** What checking an API key needs: the keys themselves (PostgreSQL), and a cache that all processes share (Redis). */
import type { Instant } from '../clock.ts';
import type { Scope, SpaceRole } from '../model/caller.ts';

export interface ApiKeyRecord {
  tenantId: string;
  id: string;
  scopes: Scope[];
  /** The agent that the key is bound to; null acts for the whole tenant. */
  agentId: string | null;
  /** The bound agent's spaces. */
  spaceRoles: Record<string, SpaceRole>;
  expiresAt: Instant | null;
  revokedAt: Instant | null;
}

export interface ApiKeys {
  /** The key with this hash, or null. Throws `EngineUnavailable` where PostgreSQL does not answer. */
  resolve(hash: string): Promise<ApiKeyRecord | null>;
}

export interface CachedKey {
  key: ApiKeyRecord;
  /** When the keys themselves were asked. */
  at: Instant;
}

/** How long a cached key may stand in for PostgreSQL while that is down. */
export const STALE_SECONDS_MAX = 900;

/** Every method may throw `EngineUnavailable`. */
export interface KeyCache {
  get(hash: string): Promise<CachedKey | null>;
  /** Keeps a key as it was found at `at`, unless it was dropped within the last minute: what was read before then may be late. */
  put(hash: string, key: ApiKeyRecord, at: Instant): Promise<void>;
  /** After a revocation: forgets the key, and lets nobody put it back for a minute. */
  drop(hash: string): Promise<void>;
}
