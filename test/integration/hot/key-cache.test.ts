/** Cached API keys in Redis: kept for a quarter of an hour, and a dropped one is not put back by who read it before. */
import { describe, expect, it } from 'vitest';
import { createRedisKeyCache } from '../../../layers/memory/auth/key-cache-redis.ts';
import type { ApiKeyRecord } from '../../../layers/memory/auth/port.ts';
import { apiKeyName } from '../../../layers/memory/keys.ts';
import { NOON } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { ENGINES, hotEngine } from './hot-engine.ts';

const aKey: ApiKeyRecord = {
  tenantId: 'tenant-a',
  id: 'key_1',
  scopes: ['memories:read', 'control'],
  agentId: null,
  spaceRoles: { spc_ä: 'reader' },
  expiresAt: null,
  revokedAt: null,
};

describe.each(ENGINES)('$engine: the key cache', ({ embedded }) => {
  const engine = hotEngine(embedded);
  const prepare = () => ({ cache: createRedisKeyCache(engine().redis), raw: engine().raw, hash: uniqueName('hash') });

  it('answers a key as it was put, with its age, and null for others', async () => {
    const { cache, hash } = prepare();

    await cache.put(hash, aKey, NOON);

    expect(await cache.get(hash)).toEqual({ key: aKey, at: NOON });
    expect(await cache.get(uniqueName('hash'))).toBeNull();
  });

  it('takes a newer answer in place of an older one', async () => {
    const { cache, hash } = prepare();
    await cache.put(hash, aKey, NOON);

    await cache.put(hash, { ...aKey, scopes: ['admin'] }, '2026-03-01T12:01:00.000Z');

    expect(await cache.get(hash)).toEqual({ key: { ...aKey, scopes: ['admin'] }, at: '2026-03-01T12:01:00.000Z' });
  });

  it('lets entries go after 15 minutes', async () => {
    const { cache, raw, hash } = prepare();

    await cache.put(hash, aKey, NOON);

    const left = await raw.ttl(apiKeyName(hash));
    expect(left).toBeGreaterThan(890);
    expect(left).toBeLessThanOrEqual(900);
  });

  it('forgets a dropped key, and refuses it back for a minute', async () => {
    const { cache, raw, hash } = prepare();
    await cache.put(hash, aKey, NOON);

    await cache.drop(hash);
    await cache.put(hash, aKey, NOON);
    const refused = await cache.get(hash);
    const left = await raw.ttl(apiKeyName(hash));
    await raw.del(apiKeyName(hash));
    await cache.put(hash, aKey, NOON);

    expect(refused).toBeNull();
    expect(left).toBeGreaterThan(55);
    expect(left).toBeLessThanOrEqual(60);
    expect((await cache.get(hash))?.key.id).toBe('key_1');
  });
});
