/** API keys and their cache in memory. */
import type { ApiKeyStore } from '../../../layers/memory/auth/key-store.ts';
import {
  type ApiKeyRecord,
  type CachedKey,
  type KeyCache,
  STALE_SECONDS_MAX,
} from '../../../layers/memory/auth/port.ts';
import { SECOND_MS } from '../../../layers/memory/clock.ts';
import type { ApiKeyRow } from '../../../layers/memory/log/port.ts';
import type { SpaceRole } from '../../../layers/memory/model/caller.ts';
import { pageOf } from './paging.ts';
import { copyOf, type Store } from './store.ts';

export function inMemoryApiKeys(store: Store): ApiKeyStore {
  return {
    async resolve(hash) {
      for (const tenantId of store.tenants()) {
        const key = [...store.of(tenantId).apiKeys.values()].find((row) => row.hash === hash);
        if (!key) continue;
        return recordOf(store, tenantId, key);
      }
      return null;
    },
    current: async (tenantId, ids) =>
      [...store.of(tenantId).apiKeys.values()]
        .filter(({ id }) => ids.includes(id))
        .map((key) => recordOf(store, tenantId, key)),
    find: async (tenantId, id) => copyOf(store.of(tenantId).apiKeys.get(id) ?? null),
    list: async (tenantId, page) => pageOf(copyOf([...store.of(tenantId).apiKeys.values()]), page, ({ id }) => [id]),
    async hashesOf(tenantId, agentIds) {
      const bound = [...store.of(tenantId).apiKeys.values()].filter(
        ({ agentId, revokedAt }) => agentId !== null && agentIds.includes(agentId) && revokedAt === null,
      );
      return bound.map(({ hash }) => hash);
    },
    addTenant: async (tenantId) => store.addTenant(tenantId),
  };
}

function recordOf(store: Store, tenantId: string, key: ApiKeyRow): ApiKeyRecord {
  const { id, scopes, agentId, expiresAt, revokedAt } = copyOf(key);
  return { tenantId, id, scopes, agentId, spaceRoles: rolesOf(store, tenantId, agentId), expiresAt, revokedAt };
}

function rolesOf(store: Store, tenantId: string, agentId: string | null): Record<string, SpaceRole> {
  const roles = [...store.of(tenantId).spaces.values()].flatMap(({ id, members }) =>
    members.filter((member) => member.agentId === agentId).map(({ role }) => [id, role] as const),
  );
  return Object.fromEntries(roles);
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
