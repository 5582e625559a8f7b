/**
 * From an API key to who it is: process memory, then Redis, then PostgreSQL. A malformed key costs no I/O, an unknown one is
 * remembered for a second, and with PostgreSQL down an older answer serves for a quarter of an hour.
 */
import { type Clock, instant, SECOND_MS, systemClock } from '../clock.ts';
import { Lru } from '../embedding/lru.ts';
import { EngineUnavailable } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import { hashApiKey, isWellFormed } from './api-key.ts';
import { type ApiKeyRecord, type ApiKeys, type CachedKey, type KeyCache, STALE_SECONDS_MAX } from './port.ts';

export interface AuthenticatePorts {
  cache: KeyCache;
  keys: ApiKeys;
  pepper: Buffer;
  /** The domain's clock: a key's own expiry is compared with it. */
  clock: Clock;
  /** How long an entry in Redis is believed without asking PostgreSQL. */
  cacheSeconds: number;
  /** Ages of cache entries run on real time, whatever the domain's clock says. */
  realTime?: Clock;
}

export interface Authenticate {
  /** The holder of the key; null where it is malformed, unknown, expired or revoked. Throws `EngineUnavailable`. */
  authenticate(apiKey: string): Promise<Omit<Caller, 'requestId'> | null>;
  /** After a revocation in this process: forgets what it knows of the key. */
  forget(hash: string): void;
}

const IN_PROCESS_MS = 5 * SECOND_MS;
const UNKNOWN_MS = SECOND_MS;
const KEYS_IN_PROCESS = 1_000;

interface Held {
  key: ApiKeyRecord | null;
  until: number;
}

export function createAuthenticate(ports: AuthenticatePorts): Authenticate {
  const { cache, keys, pepper, clock, cacheSeconds, realTime = systemClock } = ports;
  const nowMs = () => realTime.now().getTime();
  // Apart, so that made-up keys cannot push out real ones.
  const known = new Lru<Held>(KEYS_IN_PROCESS);
  const unknown = new Lru<Held>(KEYS_IN_PROCESS);
  const asking = new Map<string, Promise<ApiKeyRecord | null>>();

  const look = async (hash: string): Promise<ApiKeyRecord | null> => {
    const cached = await unlessDown(() => cache.get(hash), null);
    if (cached && ageMs(cached, nowMs()) < cacheSeconds * SECOND_MS) return cached.key;
    const at = instant(nowMs());
    try {
      const key = await keys.resolve(hash);
      if (key && key.revokedAt === null) await unlessDown(() => cache.put(hash, key, at), undefined);
      return key;
    } catch (error) {
      const mayServe = cached && ageMs(cached, nowMs()) < STALE_SECONDS_MAX * SECOND_MS;
      if (mayServe && error instanceof EngineUnavailable) return cached.key;
      throw error;
    }
  };

  /** One look at a time for a key, however many requests come with it at once. */
  const find = async (hash: string): Promise<ApiKeyRecord | null> => {
    const held = known.get(hash) ?? unknown.get(hash);
    if (held && nowMs() < held.until) return held.key;
    const found = asking.get(hash) ?? look(hash).finally(() => asking.delete(hash));
    asking.set(hash, found);
    const key = await found;
    if (key === null) unknown.set(hash, { key, until: nowMs() + UNKNOWN_MS });
    else known.set(hash, { key, until: nowMs() + IN_PROCESS_MS });
    return key;
  };

  return {
    async authenticate(apiKey) {
      if (!isWellFormed(apiKey)) return null;
      const key = await find(hashApiKey(apiKey, pepper));
      if (key === null || key.revokedAt !== null) return null;
      if (key.expiresAt !== null && key.expiresAt <= instant(clock.now())) return null;
      return {
        tenantId: key.tenantId,
        keyId: key.id,
        scopes: key.scopes,
        agentId: key.agentId,
        spaceRoles: key.spaceRoles,
      };
    },

    forget(hash) {
      for (const held of [known, unknown]) {
        const entry = held.get(hash);
        if (entry) held.deleteIf(hash, entry);
      }
    },
  };
}

/** Clocks of several machines differ: an entry from the future is as old as it is early. */
const ageMs = (cached: CachedKey, nowMs: number): number => Math.abs(nowMs - Date.parse(cached.at));

/** The cache is a shortcut: without it PostgreSQL answers. Anything but its absence is a fault and goes on. */
async function unlessDown<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EngineUnavailable) return otherwise;
    throw error;
  }
}
