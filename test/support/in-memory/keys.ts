/** API keys and their cache in memory. */
import type { ApiKeyStore } from '../../../layers/memory/auth/key-store.ts';
import { type CachedKey, type KeyCache, STALE_SECONDS_MAX } from '../../../layers/memory/auth/port.ts';
import { SECOND_MS } from '../../../layers/memory/clock.ts';
import { pageOf } from './paging.ts';
import { copyOf, type Store } from './store.ts';

export function inMemoryApiKeys(store: Store): ApiKeyStore {
  return {
    async resolve(hash) {
      for (const tenantId of store.tenants()) {
        const key = [...store.of(tenantId).apiKeys.values()].find((row) => row.hash === hash);
        if (!key) continue;
        const { id, scopes, agentId, expiresAt, revokedAt } = copyOf(key);
        return { tenantId, id, scopes, agentId, spaceRoles: {}, expiresAt, revokedAt };
      }
      return null;
    },
    find: async (tenantId, id) => copyOf(store.of(tenantId).apiKeys.get(id) ?? null),
    list: async (tenantId, page) => pageOf(copyOf([...store.of(tenantId).apiKeys.values()]), page, ({ id }) => [id]),
    addTenant: async (tenantId) => store.addTenant(tenantId),
  };
}

const DROPPED_MS = 60 * SECOND_MS;

export function inMemoryKeyCache(nowMs: () => number = Date.now): KeyCache {
  const entries = new Map<string, { cached: CachedKey | null; untilMs: number }>();
  const standing = (hash: string) => {
    const entry = entries.get(hash);
    return entry && nowMs() < entry.untilMs ? entry : undefined;
  };
  return {
    get: async (hash) => copyOf(standing(hash)?.cached ?? null),
    async put(hash, key, at) {
      if (standing(hash)?.cached === null) return;
      entries.set(hash, { cached: copyOf({ key, at }), untilMs: nowMs() + STALE_SECONDS_MAX * SECOND_MS });
    },
    async drop(hash) {
      entries.set(hash, { cached: null, untilMs: nowMs() + DROPPED_MS });
    },
  };
}
