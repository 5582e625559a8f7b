/** Keys and tenants: shown once, kept as a hash, revoked for good. */
import { describe, expect, it } from 'vitest';
import { hashApiKey, isWellFormed } from '../../../layers/memory/auth/api-key.ts';
import { composeAuthorize, composeTenants } from '../../../layers/memory/compose.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { aSession, TENANT } from './session.ts';

describe('a new key', () => {
  it('is answered once, kept as a hash only, and lets its holder in', async () => {
    const { ports, memory, caller } = await aSession();

    const { key, apiKey } = await memory.createKey(caller(), { scopes: ['memories:read'], name: 'dashboard' });

    expect(isWellFormed(apiKey)).toBe(true);
    expect(key).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      scopes: ['memories:read'],
      agentId: null,
      name: 'dashboard',
      createdAt: NOON,
      expiresAt: null,
      revokedAt: null,
    });
    const kept = JSON.stringify([...ports.store.of(TENANT).apiKeys.values(), ...ports.store.of(TENANT).events]);
    expect(kept).not.toContain(apiKey);
    expect(kept).toContain(hashApiKey(apiKey, ports.pepper));
    expect(await (await composeAuthorize()).authenticate(apiKey)).toMatchObject({ tenantId: TENANT, keyId: key.id });
  });

  it('is in the log, without its secret or hash', async () => {
    const { ports, memory, caller } = await aSession();
    const { key, apiKey } = await memory.createKey(caller(), { scopes: ['control'] });

    const events = await ports.log.stream(TENANT, `key:${key.id}`);

    expect(events).toMatchObject([{ type: 'key.created', seq: 1, data: { key_id: key.id, scopes: ['control'] } }]);
    expect(JSON.stringify(events)).not.toContain(hashApiKey(apiKey, ports.pepper));
  });

  it.each([NOON, secondsAfter(NOON, -1)])('may not expire at %s, which is over', async (expiresAt) => {
    const { memory, caller } = await aSession();

    const refused = memory.createKey(caller(), { scopes: ['control'], expiresAt });

    await expect(refused).rejects.toMatchObject({ code: 'invalid_field', errors: [{ path: 'expires_at' }] });
  });

  it('lets nobody in from its expiry on', async () => {
    const { ports, memory, caller } = await aSession();
    const { apiKey } = await memory.createKey(caller(), { scopes: ['control'], expiresAt: secondsAfter(NOON, 60) });
    const { authenticate } = await composeAuthorize();
    expect(await authenticate(apiKey)).not.toBeNull();

    ports.clock.advance({ seconds: 60 });

    expect(await authenticate(apiKey)).toBeNull();
  });

  it('of a bound caller is bound to the same agent, and to no other', async () => {
    const { memory, caller } = await aSession();
    const coach = caller('coach');

    expect((await memory.createKey(coach, { scopes: ['control'] })).key.agentId).toBe('coach');
    const other = memory.createKey(coach, { scopes: ['control'], agentId: 'neuroscientist' });
    await expect(other).rejects.toMatchObject({ code: 'agent_mismatch' });
  });
});

describe('the list of keys', () => {
  it('holds no hash, and for a bound caller its own agent’s keys alone', async () => {
    const { memory, caller } = await aSession();
    await memory.createKey(caller(), { scopes: ['admin'] });
    await memory.createKey(caller(), { scopes: ['control'], agentId: 'coach' });

    const all = await memory.listKeys(caller(), { limit: 10 });
    const own = await memory.listKeys(caller('coach'), { limit: 10 });

    expect(all.items.map(({ agentId }) => agentId)).toEqual([null, 'coach']);
    expect(own.items.map(({ agentId }) => agentId)).toEqual(['coach']);
    for (const key of all.items) expect(key).not.toHaveProperty('hash');
  });

  it('comes in pages', async () => {
    const { memory, caller } = await aSession();
    for (let n = 0; n < 3; n += 1) await memory.createKey(caller(), { scopes: ['control'] });

    const first = await memory.listKeys(caller(), { limit: 2 });
    const second = await memory.listKeys(caller(), { limit: 2, cursor: first.nextCursor ?? '' });

    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
  });
});

describe('revoking', () => {
  it('shuts the key out, keeps it in the list, and can be repeated', async () => {
    const { ports, memory, caller } = await aSession();
    const { key, apiKey } = await memory.createKey(caller(), { scopes: ['control'] });
    ports.clock.advance({ seconds: 5 });

    await memory.revokeKey(caller(), key.id);
    ports.clock.advance({ seconds: 5 });
    await memory.revokeKey(caller(), key.id);

    expect(await (await composeAuthorize()).authenticate(apiKey)).toBeNull();
    expect((await memory.listKeys(caller(), { limit: 10 })).items).toMatchObject([
      { revokedAt: secondsAfter(NOON, 5) },
    ]);
    const events = await ports.log.stream(TENANT, `key:${key.id}`);
    expect(events.map(({ type, seq }) => [type, seq])).toEqual([
      ['key.created', 1],
      ['key.revoked', 2],
    ]);
  });

  it('is not found for what is unknown, another tenant’s, or another agent’s', async () => {
    const { memory, caller } = await aSession();
    const { key } = await memory.createKey(caller(), { scopes: ['control'], agentId: 'coach' });
    const strangers = [
      memory.revokeKey(caller(), 'key_unknown'),
      memory.revokeKey(caller(null, { tenantId: 'tenant-b' }), key.id),
      memory.revokeKey(caller('neuroscientist'), key.id),
    ];

    for (const refused of strangers) await expect(refused).rejects.toMatchObject({ code: 'not_found' });
    expect((await memory.listKeys(caller(), { limit: 10 })).items[0]?.revokedAt).toBeNull();
  });

  it('stands although Redis is down, which is said', async () => {
    const { ports, memory, caller } = await aSession();
    const { key, apiKey } = await memory.createKey(caller(), { scopes: ['control'] });
    ports.fail('redis');

    await memory.revokeKey(caller(), key.id);

    expect(await (await composeAuthorize()).authenticate(apiKey)).toBeNull();
    expect(ports.warnings).toHaveLength(1);
  });
});

describe('a new tenant', () => {
  it('comes with an admin key of its own', async () => {
    await aSession();

    const { tenantId, apiKey } = await (await composeTenants()).create('acme-2');

    const caller = await (await composeAuthorize()).authenticate(apiKey);
    expect([tenantId, caller]).toEqual(['acme-2', expect.objectContaining({ tenantId: 'acme-2', scopes: ['admin'] })]);
  });

  it('is a conflict where there is one of that name', async () => {
    await aSession();
    const { create } = await composeTenants();
    await create('acme');

    await expect(create('acme')).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each(['', 'A', '-a', '_a', 'a b', 'a{b}', 'ä', 'a/b', 'a'.repeat(65)])('may not be named %j', async (name) => {
    const { ports } = await aSession();

    const refused = (await composeTenants()).create(name);

    await expect(refused).rejects.toMatchObject({ code: 'invalid_field', errors: [{ path: 'tenant_id' }] });
    expect(ports.store.tenants()).toEqual([TENANT]);
  });
});
