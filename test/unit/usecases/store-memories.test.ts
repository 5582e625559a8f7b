/** Store: what is filled in, where it goes, who may, and what a repeated or refused store leaves behind. */
import { describe, expect, it } from 'vitest';
import type { MemoryDraft } from '../../../layers/memory/memory.ts';
import { MEMORY_TYPES } from '../../../layers/memory/model/memory.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { aSession, copiesOf, TENANT } from './session.ts';

const draft: MemoryDraft = { agentId: 'neuroscientist', type: 'analysis', content: { text: 'sleep' } };

describe('a stored memory', () => {
  it('has the defaults of the contract', async () => {
    const { memory, caller } = await aSession();

    const stored = await memory.store(caller(), draft);

    expect(stored).toMatchObject({ created: true, replayed: false });
    expect(stored.memory).toMatchObject({
      id: expect.stringMatching(/^mem_[0-9a-f]{32}$/),
      userId: null,
      spaceId: null,
      visibility: 'agent',
      key: null,
      confidence: 0.7,
      priority: 5,
      metadata: {},
      source: 'agent',
      pinned: false,
      tier: 'hot',
      dualStored: false,
      version: 1,
      createdAt: NOON,
      updatedAt: NOON,
      lastAccessedAt: null,
      accessCount: 0,
      expiresAt: null,
    });
  });

  it('keeps what was given, zero and false included', async () => {
    const { store } = await aSession();
    const given = {
      confidence: 0,
      priority: 0,
      pinned: false,
      metadata: { turn: 0, ok: false },
      source: 'tool',
    } as const;

    expect(await store(given)).toMatchObject(given);
  });

  it.each(MEMORY_TYPES)('may be of type %s', async (type) => {
    const { store, retrieve } = await aSession();

    expect((await retrieve((await store({ type })).id)).type).toBe(type);
  });

  it.each([
    [{}, 'agent'],
    [{ userId: 'u1' }, 'user'],
    [{ userId: 'u1', spaceId: 'space_1' }, 'space'],
    [{ userId: 'u1', visibility: 'agent' as const }, 'agent'],
  ])('with %o is visible to: %s', async (fields, visibility) => {
    const { ports, store } = await aSession();
    ports.store.addSpace(TENANT, 'space_1');

    expect((await store(fields)).visibility).toBe(visibility);
  });

  it.each([
    [-1, 'hot', ['hot']],
    [-240, 'warm', ['warm']],
    [-730, 'cold', ['cold']],
  ] as const)('imported at %d days of age goes to %s alone', async (days, tier, copies) => {
    const session = await aSession();

    const record = await session.store({ createdAt: daysAfter(NOON, days) });
    await session.drain();

    expect(record).toMatchObject({ tier, createdAt: daysAfter(NOON, days) });
    expect(await copiesOf(session, record.id)).toEqual(copies);
  });

  it.each([{ priority: 8 }, { confidence: 0.9 }])('with %o stands in hot and warm at once', async (worth) => {
    const session = await aSession();

    const record = await session.store(worth);

    expect(record.dualStored).toBe(true);
    expect(await copiesOf(session, record.id)).toEqual(['hot', 'warm']);
  });

  it('expires so many seconds from now, whenever it was created', async () => {
    const { store } = await aSession();

    const record = await store({ ttlSeconds: 60, createdAt: daysAfter(NOON, -10) });

    expect(record.expiresAt).toBe(secondsAfter(NOON, 60));
  });

  it('leaves one event that names who did it and holds no content in its header', async () => {
    const { memory, caller, events } = await aSession();
    const { memory: record } = await memory.store(caller('neuroscientist', { requestId: 'req_7' }), draft);

    const [event, ...more] = await events(record.id);

    expect(more).toEqual([]);
    expect(event).toMatchObject({ type: 'memory.stored', actor: 'agent:neuroscientist', requestId: 'req_7' });
    expect(event?.data).toEqual({ priority: 5, confidence: 0.7, dual_stored: false });
  });

  it('costs one round trip to PostgreSQL, one to Redis and one poke', async () => {
    const { ports, store } = await aSession();

    await store();

    expect(ports.calls).toEqual({ postgres: 1, redis: 1, chroma: 0 });
    expect(ports.poke.poked).toEqual([TENANT]);
  });
});

describe('a store that is refused', () => {
  it.each<[string, Partial<MemoryDraft>, string]>([
    ['created_at', { createdAt: secondsAfter(NOON, 1) }, 'invalid_field'],
    ['visibility', { visibility: 'space' }, 'invalid_field'],
    ['visibility', { visibility: 'user' }, 'invalid_field'],
  ])('names %s for %o and leaves nothing', async (path, fields, code) => {
    const { ports, memory, caller } = await aSession();

    const refused = memory.store(caller(), { ...draft, ...fields });

    await expect(refused).rejects.toMatchObject({ code, errors: [{ path }] });
    expect(ports.store.of(TENANT).events).toEqual([]);
    expect(ports.poke.poked).toEqual([]);
  });

  it('takes created_at of this very moment, and in any notation of an instant', async () => {
    const { store } = await aSession();

    expect((await store({ createdAt: '2026-03-01T13:00:00+01:00' })).createdAt).toBe(NOON);
  });

  it('is one in the name of another agent', async () => {
    const { memory, caller } = await aSession();

    await expect(memory.store(caller('coach'), draft)).rejects.toMatchObject({ code: 'agent_mismatch' });
  });

  it.each([
    [{}, 'invalid_field'],
    [{ space_1: 'reader' as const }, 'not_owner'],
  ])('with the roles %o in the space is %s', async (spaceRoles, code) => {
    const { memory, caller } = await aSession();
    const writes = memory.store(caller('neuroscientist', { spaceRoles }), { ...draft, spaceId: 'space_1' });

    await expect(writes).rejects.toMatchObject({ code });
  });

  it('is let through for a writer of the space and for an unbound key', async () => {
    const { ports, memory, caller } = await aSession();
    ports.store.addSpace(TENANT, 'space_1');
    const writer = caller('neuroscientist', { spaceRoles: { space_1: 'writer' } });

    for (const by of [writer, caller()])
      expect((await memory.store(by, { ...draft, spaceId: 'space_1' })).memory.visibility).toBe('space');
  });
});

describe('a space that is not there', () => {
  it('takes no memory, also not of an unbound key', async () => {
    const { memory, caller } = await aSession();

    const refused = memory.store(caller(), { ...draft, spaceId: 'space_1' });

    await expect(refused).rejects.toMatchObject({ code: 'invalid_field', errors: [{ path: 'space_id' }] });
  });
});

describe('a batch', () => {
  it('stores all in one commit, in the order given', async () => {
    const { ports, memory, caller } = await aSession();
    const texts = ['one', 'two', 'three'];

    const { memories } = await memory.storeBatch(
      caller(),
      texts.map((text) => ({ ...draft, content: { text } })),
    );

    expect(memories.map(({ content }) => content.text)).toEqual(texts);
    expect(ports.calls).toMatchObject({ postgres: 1, redis: 1 });
    expect(ports.poke.poked).toHaveLength(1);
  });

  it('stores none where one is refused, and names it by its index', async () => {
    const { ports, memory, caller } = await aSession();
    const bad = { ...draft, createdAt: secondsAfter(NOON, 5) };

    const refused = memory.storeBatch(caller(), [draft, bad]);

    await expect(refused).rejects.toMatchObject({ errors: [{ path: 'memories[1].created_at' }] });
    expect(ports.store.of(TENANT).rows.size).toBe(0);
  });

  it('names the agent of an item by its index as well', async () => {
    const { memory, caller } = await aSession();

    const refused = memory.storeBatch(caller('coach'), [{ ...draft, agentId: 'coach' }, draft]);

    await expect(refused).rejects.toMatchObject({ code: 'agent_mismatch', errors: [{ path: 'memories[1].agent_id' }] });
  });
});

describe('a store with an engine down', () => {
  it('is acknowledged without Redis and without Chroma', async () => {
    const { ports, store, retrieve } = await aSession();
    ports.fail('redis');
    ports.fail('chroma');

    const record = await store();

    expect((await retrieve(record.id)).content).toEqual({ text: 'sleep' });
    expect(ports.warnings.map(({ message }) => message)).toContain(
      'Redis was not told of a commit; the projector will',
    );
  });

  it('is refused without PostgreSQL, and Redis learns nothing', async () => {
    const { ports, store } = await aSession();
    ports.fail('postgres');

    await expect(store()).rejects.toMatchObject({ code: 'engine_unavailable', engine: 'postgres' });
    expect(await ports.hot.count(TENANT)).toBe(0);
    expect(ports.poke.poked).toEqual([]);
  });
});
