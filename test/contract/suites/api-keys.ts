/** Contract of API keys and of the cache of their checks. */
import { describe, expect, it } from 'vitest';
import type { ApiKeyStore } from '../../../layers/memory/auth/key-store.ts';
import type { ApiKeyRecord, KeyCache } from '../../../layers/memory/auth/port.ts';
import type { ApiKeyRow, EventLog } from '../../../layers/memory/log/port.ts';
import { anEvent } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { idsOf, subject, type Tenants, walk } from './subject.ts';

export interface ApiKeysSubject extends Tenants {
  log: EventLog;
  apiKeys: ApiKeyStore;
}

const aKey = (overrides: Partial<ApiKeyRow> = {}): ApiKeyRow => ({
  id: uniqueName('key'),
  hash: uniqueName('hash'),
  scopes: ['memories:read', 'control'],
  agentId: null,
  name: null,
  createdAt: NOON,
  expiresAt: null,
  revokedAt: null,
  ...overrides,
});

export function describeApiKeysContract(name: string, make: () => Promise<ApiKeysSubject>): void {
  const get = subject(make);

  /** Commits a key with the event that made it. */
  async function created(tenantId: string, key: ApiKeyRow) {
    const event = anEvent({ tenantId, streamId: `key:${key.id}`, type: 'key.created' });
    await get().log.commit({ tenantId, events: [event], apiKey: key, now: NOON });
    return event;
  }

  describe(`${name}: keys`, () => {
    it('are found by hash, whatever the tenant, with all that a check needs', async () => {
      const { apiKeys, newTenant } = get();
      const tenantId = await newTenant();
      const key = aKey({ agentId: 'coach', expiresAt: daysAfter(NOON, 1) });
      await created(tenantId, key);

      const { id, scopes, agentId, expiresAt, revokedAt } = key;
      expect(await apiKeys.resolve(key.hash)).toEqual({
        tenantId,
        id,
        scopes,
        agentId,
        spaceRoles: {},
        expiresAt,
        revokedAt,
      });
      expect(await apiKeys.resolve(uniqueName('hash'))).toBeNull();
    });

    it('are found by id in their own tenant alone, with the head of their stream', async () => {
      const { apiKeys, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const key = aKey({ name: 'dashboard' });
      const event = await created(tenantId, key);

      expect(await apiKeys.find(tenantId, key.id)).toEqual({ ...key, seq: 1, headHash: event.hash });
      expect(await apiKeys.find(other, key.id)).toBeNull();
    });

    it('tell what they may do now, those of the tenant that exist', async () => {
      const { apiKeys, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const [one, two, foreign] = [aKey({ agentId: 'coach' }), aKey({ revokedAt: NOON }), aKey()];
      for (const key of [one, two]) await created(tenantId, key);
      await created(other, foreign);

      const found = await apiKeys.current(tenantId, [one.id, two.id, foreign.id, 'key_unknown']);

      const now = ({ id, scopes, agentId, expiresAt, revokedAt }: ApiKeyRow) => ({
        ...{ tenantId, id, scopes, agentId, spaceRoles: {}, expiresAt, revokedAt },
      });
      expect(found.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        [now(one), now(two)].sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
      expect(await apiKeys.current(tenantId, [])).toEqual([]);
    });

    it('are shown as revoked once they are', async () => {
      const { log, apiKeys, newTenant } = get();
      const tenantId = await newTenant();
      const key = aKey();
      const made = await created(tenantId, key);
      const revokedAt = daysAfter(NOON, 1);
      const event = anEvent({ tenantId, streamId: `key:${key.id}`, seq: 2, type: 'key.revoked' }, null, made.hash);

      await log.commit({ tenantId, events: [event], apiKey: { ...key, revokedAt }, now: revokedAt });

      expect(await apiKeys.resolve(key.hash)).toMatchObject({ revokedAt });
      expect(await apiKeys.find(tenantId, key.id)).toMatchObject({ revokedAt, seq: 2, headHash: event.hash });
    });

    it('are listed page by page, each tenant its own', async () => {
      const { apiKeys, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const keys = [1, 2, 3].map((n) => aKey({ name: `key ${n}` }));
      for (const key of keys) await created(tenantId, key);
      await created(other, aKey());

      const listed = await walk((cursor) => apiKeys.list(tenantId, { limit: 2, ...(cursor && { cursor }) }));

      expect(idsOf(listed).sort()).toEqual(idsOf(keys).sort());
    });

    it('come after a tenant, which is made known once', async () => {
      const { apiKeys } = get();
      const tenantId = uniqueName('tenant');

      expect(await apiKeys.addTenant(tenantId)).toBe(true);
      expect(await apiKeys.addTenant(tenantId)).toBe(false);
    });
  });
}

export function describeKeyCacheContract(name: string, make: () => Promise<{ keyCache: KeyCache }>): void {
  const get = subject(make);
  const record: ApiKeyRecord = {
    tenantId: 'tenant-1',
    id: 'key_1',
    scopes: ['admin'],
    agentId: 'coach',
    spaceRoles: { lab: 'writer' },
    expiresAt: null,
    revokedAt: null,
  };

  describe(`${name}: cache of key checks`, () => {
    it('gives back what was put, and when it was asked', async () => {
      const { keyCache } = get();
      const hash = uniqueName('hash');

      await keyCache.put(hash, record, NOON);

      expect(await keyCache.get(hash)).toEqual({ key: record, at: NOON });
      expect(await keyCache.get(uniqueName('hash'))).toBeNull();
    });

    it('keeps the later of two checks', async () => {
      const { keyCache } = get();
      const hash = uniqueName('hash');
      await keyCache.put(hash, record, NOON);

      await keyCache.put(hash, { ...record, scopes: [] }, daysAfter(NOON, 1));

      expect(await keyCache.get(hash)).toEqual({ key: { ...record, scopes: [] }, at: daysAfter(NOON, 1) });
    });

    it('forgets a dropped key, and lets no late check put it back', async () => {
      const { keyCache } = get();
      const hash = uniqueName('hash');
      await keyCache.put(hash, record, NOON);

      await keyCache.drop(hash);
      const dropped = await keyCache.get(hash);
      await keyCache.put(hash, record, NOON);

      expect(dropped).toBeNull();
      expect(await keyCache.get(hash)).toBeNull();
    });
  });
}
