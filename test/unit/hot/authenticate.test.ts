/** Authentication over its three floors of memory, with clocks and engines that the test controls. */
import { describe, expect, it } from 'vitest';
import { hashApiKey, makeApiKey } from '../../../layers/memory/auth/api-key.ts';
import { createAuthenticate } from '../../../layers/memory/auth/authenticate.ts';
import type { ApiKeyRecord, ApiKeys, CachedKey, KeyCache } from '../../../layers/memory/auth/port.ts';
import { EngineUnavailable } from '../../../layers/memory/errors.ts';
import { testClock } from '../../support/clock.ts';
import { createEngines } from '../../support/in-memory/engines.ts';

const PEPPER = Buffer.alloc(32, 9);
const CACHE_SECONDS = 55;
const apiKey = makeApiKey('test');
const hash = hashApiKey(apiKey, PEPPER);

const aKey = (overrides: Partial<ApiKeyRecord> = {}): ApiKeyRecord => ({
  tenantId: 'tenant-a',
  id: 'key_1',
  scopes: ['memories:read'],
  agentId: 'neuroscientist',
  spaceRoles: { spc_1: 'writer' },
  expiresAt: null,
  revokedAt: null,
  ...overrides,
});

function prepare(key: ApiKeyRecord | null = aKey(), cacheSeconds = CACHE_SECONDS) {
  const engines = createEngines();
  const clock = testClock();
  const realTime = testClock();
  const stored = new Map<string, ApiKeyRecord>(key ? [[hash, key]] : []);
  const entries = new Map<string, CachedKey>();
  const keys: ApiKeys = engines.behind('postgres', { resolve: async (of: string) => stored.get(of) ?? null });
  const cache: KeyCache = engines.behind('redis', {
    get: async (of: string) => entries.get(of) ?? null,
    put: async (of: string, found: ApiKeyRecord, at: string) => void entries.set(of, { key: found, at }),
    drop: async (of: string) => void entries.delete(of),
  });
  const another = () => createAuthenticate({ cache, keys, pepper: PEPPER, clock, cacheSeconds, realTime });
  const process = another();
  return { engines, clock, realTime, stored, entries, another, ...process };
}

describe('authentication', () => {
  it('answers who holds the key, and nothing of its revocation or expiry', async () => {
    const { authenticate } = prepare();

    expect(await authenticate(apiKey)).toEqual({
      tenantId: 'tenant-a',
      keyId: 'key_1',
      scopes: ['memories:read'],
      agentId: 'neuroscientist',
      spaceRoles: { spc_1: 'writer' },
    });
  });

  it('refuses a malformed key without asking any engine', async () => {
    const { authenticate, engines } = prepare();

    const answers = await Promise.all(['', 'x', apiKey.slice(1), `${apiKey.slice(0, -1)}!`].map(authenticate));

    expect(answers).toEqual([null, null, null, null]);
    expect(engines.calls).toMatchObject({ redis: 0, postgres: 0 });
  });

  it('asks nobody again for 5 seconds, then Redis, and PostgreSQL only after the cache time', async () => {
    const { authenticate, engines, realTime } = prepare();
    await authenticate(apiKey);
    const first = { ...engines.calls };
    realTime.advance({ ms: 4_999 });
    await authenticate(apiKey);
    const within5Seconds = { ...engines.calls };
    realTime.advance({ ms: 1 });
    await authenticate(apiKey);
    const after5Seconds = { ...engines.calls };
    realTime.advance({ seconds: 50 });
    await authenticate(apiKey);

    expect(first).toMatchObject({ redis: 2, postgres: 1 });
    expect(within5Seconds).toEqual(first);
    expect(after5Seconds).toMatchObject({ redis: 3, postgres: 1 });
    expect(engines.calls).toMatchObject({ redis: 5, postgres: 2 });
  });

  it('lets a cold process start from Redis alone', async () => {
    const { authenticate, another, engines } = prepare();
    await authenticate(apiKey);
    engines.fail('postgres');

    expect(await another().authenticate(apiKey)).toMatchObject({ keyId: 'key_1' });
  });

  it('works without Redis', async () => {
    const { authenticate, engines } = prepare();
    engines.fail('redis');

    expect(await authenticate(apiKey)).toMatchObject({ keyId: 'key_1' });
  });

  it('serves an older answer up to 15 minutes while PostgreSQL is down, and says so after that', async () => {
    const { authenticate, engines, realTime } = prepare();
    await authenticate(apiKey);
    engines.fail('postgres');

    realTime.advance({ seconds: 890 });
    const late = await authenticate(apiKey);
    realTime.advance({ seconds: 10 });

    expect(late).toMatchObject({ keyId: 'key_1' });
    await expect(authenticate(apiKey)).rejects.toBeInstanceOf(EngineUnavailable);
  });

  it('does not take a fault of the cache for its absence', async () => {
    const broken: KeyCache = {
      get: async () => {
        throw new TypeError('not an entry');
      },
      put: async () => undefined,
      drop: async () => undefined,
    };
    const keys = { resolve: async () => aKey() };
    const { authenticate } = createAuthenticate({
      cache: broken,
      keys,
      pepper: PEPPER,
      clock: testClock(),
      cacheSeconds: 5,
    });

    await expect(authenticate(apiKey)).rejects.toBeInstanceOf(TypeError);
  });

  it('remembers an unknown key for one second only', async () => {
    const { authenticate, engines, realTime, stored } = prepare(null);
    const first = await authenticate(apiKey);
    stored.set(hash, aKey());
    realTime.advance({ ms: 999 });
    const remembered = await authenticate(apiKey);
    realTime.advance({ ms: 1 });

    expect([first, remembered]).toEqual([null, null]);
    expect(engines.calls.postgres).toBe(1);
    expect(await authenticate(apiKey)).toMatchObject({ keyId: 'key_1' });
  });

  it('keeps a known key in memory through any number of unknown ones', async () => {
    const { authenticate, engines } = prepare();
    await authenticate(apiKey);
    for (let n = 0; n < 1_100; n += 1) await authenticate(makeApiKey('test'));
    const before = { ...engines.calls };

    await authenticate(apiKey);

    expect(engines.calls).toEqual(before);
  });

  it('forgets the oldest unknown keys beyond 1,000', async () => {
    const { authenticate, engines } = prepare(null);
    const unknown = Array.from({ length: 1_001 }, () => makeApiKey('test'));
    for (const key of unknown) await authenticate(key);
    const before = engines.calls.postgres;

    await authenticate(unknown.at(-1) ?? '');
    const newest = engines.calls.postgres;
    await authenticate(unknown[0] ?? '');

    expect(newest).toBe(before);
    expect(engines.calls.postgres).toBe(before + 1);
  });

  it('looks once for many requests that come together', async () => {
    const { authenticate, engines } = prepare();

    await Promise.all(Array.from({ length: 20 }, () => authenticate(apiKey)));

    expect(engines.calls.postgres).toBe(1);
  });

  it('asks again after a failure: none is remembered', async () => {
    const { authenticate, engines } = prepare();
    engines.fail('postgres');
    await expect(authenticate(apiKey)).rejects.toBeInstanceOf(EngineUnavailable);
    engines.restore('postgres');

    expect(await authenticate(apiKey)).toMatchObject({ keyId: 'key_1' });
  });
});

describe('a key that has ended', () => {
  it('is refused within 5 seconds of its revocation, once Redis has dropped it', async () => {
    const { authenticate, stored, entries, realTime } = prepare();
    await authenticate(apiKey);

    stored.set(hash, aKey({ revokedAt: realTime.instant() }));
    entries.delete(hash);
    realTime.advance({ seconds: 5 });

    expect(await authenticate(apiKey)).toBeNull();
    expect(entries.has(hash)).toBe(false);
  });

  it('is refused at once in the process that revoked it', async () => {
    const { authenticate, forget, stored, entries, realTime } = prepare();
    await authenticate(apiKey);

    stored.set(hash, aKey({ revokedAt: realTime.instant() }));
    entries.delete(hash);
    forget(hash);

    expect(await authenticate(apiKey)).toBeNull();
  });

  it("is refused from its expiry on by the domain's clock, cached or not", async () => {
    const { authenticate, clock } = prepare(aKey({ expiresAt: '2026-03-02T12:00:00.000Z' }));
    clock.advance({ days: 1, ms: -1 });
    const before = await authenticate(apiKey);
    clock.advance({ ms: 1 });

    expect(before).toMatchObject({ keyId: 'key_1' });
    expect(await authenticate(apiKey)).toBeNull();
  });

  it('is not believed from an entry that claims to come from the future', async () => {
    const { authenticate, entries, realTime } = prepare(null);
    entries.set(hash, { key: aKey(), at: '2026-03-01T13:00:00.000Z' });

    expect(realTime.instant() < '2026-03-01T13:00:00.000Z').toBe(true);
    expect(await authenticate(apiKey)).toBeNull();
  });
});
