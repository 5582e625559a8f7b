/** Storing what is there already: the caller's own names, pins against the room for them, and repeated requests. */
import { describe, expect, it } from 'vitest';
import { AurenError } from '../../../layers/memory/errors.ts';
import type { MemoryDraft } from '../../../layers/memory/memory.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, copiesOf, loseAlways, raceOnce, rowOf, TENANT } from './session.ts';

const draft: MemoryDraft = { agentId: 'neuroscientist', type: 'analysis', content: { text: 'sleep' } };

describe('a store with a key', () => {
  const keyed = { key: 'profile', userId: 'u1' };

  it('replaces content, metadata and numbers; id, created_at and history stay', async () => {
    const { ports, memory, caller, store, events } = await aSession();
    const first = await store({ ...keyed, metadata: { a: 1, b: 2 }, priority: 9 });
    ports.clock.advance({ days: 3 });

    const second = await memory.store(caller(), { ...draft, ...keyed, content: { text: 'new' }, metadata: { b: 3 } });

    expect(second.created).toBe(false);
    expect(second.memory).toMatchObject({
      id: first.id,
      createdAt: first.createdAt,
      updatedAt: daysAfter(NOON, 3),
      version: 2,
      content: { text: 'new' },
      metadata: { b: 3 },
      priority: 5,
      dualStored: false,
    });
    expect((await events(first.id)).map(({ type }) => type)).toEqual(['memory.stored', 'memory.updated']);
  });

  it('and the very same values again is no new version and no event', async () => {
    const { store, events } = await aSession();
    const first = await store({ ...keyed, metadata: { a: 1 } });

    const again = await store({ ...keyed, metadata: { a: 1 } });

    expect(again).toMatchObject({ id: first.id, version: 1, seq: 1 });
    expect(await events(first.id)).toHaveLength(1);
  });

  it('is another memory for another user, agent or space', async () => {
    const { ports, store } = await aSession();
    const owners = [keyed, { ...keyed, userId: 'u2' }, { ...keyed, agentId: 'coach' }, { key: 'profile' }];

    const ids = [];
    for (const owner of owners) ids.push((await store(owner)).id);

    expect(new Set(ids).size).toBe(owners.length);
    expect(ports.store.of(TENANT).rows.size).toBe(owners.length);
  });

  it('brings a cold one warm in the same commit', async () => {
    const session = await aSession();
    const old = await session.store({ ...keyed, createdAt: daysAfter(NOON, -730) });
    await session.drain();

    await session.store({ ...keyed, content: { text: 'new' } });
    await session.drain();

    expect(await rowOf(session, old.id)).toMatchObject({ tier: 'warm', content: { text: 'new' }, version: 2 });
    expect(await copiesOf(session, old.id)).toEqual(['warm']);
  });

  it('ends one whose time is over and begins a new one', async () => {
    const { ports, store, events } = await aSession();
    const first = await store({ ...keyed, ttlSeconds: 60 });
    ports.clock.advance({ seconds: 60 });

    const second = await store(keyed);

    expect(second.id).not.toBe(first.id);
    expect(second.version).toBe(1);
    expect((await events(first.id)).at(-1)).toMatchObject({ type: 'memory.expired', data: { reason: 'ttl' } });
  });

  it('looks again where another writer took the key in between', async () => {
    const session = await aSession();
    let others = '';
    raceOnce(session, async () => {
      others = (await session.store({ ...keyed, content: { text: 'faster' } })).id;
    });

    const record = await session.store({ ...keyed, content: { text: 'later' } });

    expect(record).toMatchObject({ id: others, version: 2, content: { text: 'later' } });
  });

  it('gives up where others are faster every time', async () => {
    const session = await aSession();
    const count = loseAlways(session, () => new AurenError('conflict', 'taken'));

    await expect(session.store(keyed)).rejects.toMatchObject({ code: 'conflict' });
    expect(count.tries).toBeGreaterThan(2);
  });
});

describe('pins', () => {
  it('take at most half of the hot tier, one by one or as a batch', async () => {
    const { memory, caller, store } = await aSession({ hotCapacity: 4 });
    await store({ pinned: true });
    const pinned = { ...draft, pinned: true };

    await expect(memory.storeBatch(caller(), [pinned, pinned])).rejects.toMatchObject({ code: 'conflict' });
    await memory.store(caller(), pinned);
    await expect(memory.store(caller(), pinned)).rejects.toMatchObject({ errors: [{ path: 'pinned' }] });
  });

  it('cost no round trip where none is wanted, and hold what is old hot', async () => {
    const { ports, store } = await aSession();
    await store();
    expect(ports.calls.postgres).toBe(1);

    expect((await store({ pinned: true, createdAt: daysAfter(NOON, -730) })).tier).toBe('hot');
  });
});

describe('an idempotency key', () => {
  const idempotency = { key: 'one', fingerprint: 'f1' };

  it('answers the first memory as it was then, writes nothing, and says so', async () => {
    const { ports, memory, caller, patch } = await aSession();
    const first = await memory.store(caller(), draft, idempotency);
    await patch(first.memory.id, { priority: 9 });
    const before = ports.poke.poked.length;

    const again = await memory.store(caller(), draft, idempotency);

    expect(again).toMatchObject({ created: true, replayed: true });
    expect(again.memory).toEqual(first.memory);
    expect(ports.store.of(TENANT).rows.size).toBe(1);
    expect(ports.poke.poked).toHaveLength(before);
  });

  it('answers 200 again where the key of the memory had replaced one', async () => {
    const { memory, caller, store } = await aSession();
    await store({ key: 'profile' });
    const changed = { ...draft, key: 'profile', content: { text: 'new' } };
    const replace = () => memory.store(caller(), changed, idempotency);

    const [first, again] = [await replace(), await replace()];

    expect([first.created, again.created, again.replayed]).toEqual([false, false, true]);
    expect(again.memory.version).toBe(2);
  });

  it('refuses another request', async () => {
    const { memory, caller } = await aSession();
    await memory.store(caller(), draft, idempotency);

    const other = memory.store(caller(), draft, { key: 'one', fingerprint: 'f2' });

    await expect(other).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });

  it('is not found where the memory was deleted since, rather than stored again', async () => {
    const { ports, memory, caller } = await aSession();
    const { memory: record } = await memory.store(caller(), draft, idempotency);
    await memory.delete(caller(), record.id, {});

    await expect(memory.store(caller(), draft, idempotency)).rejects.toMatchObject({ code: 'not_found' });
    expect(ports.store.of(TENANT).rows.size).toBe(0);
  });

  it('gives nothing back of a memory whose time is over, swept or not, but of one that was given more', async () => {
    const { ports, memory, caller, patch } = await aSession();
    const brief = { ...draft, ttlSeconds: 60 };
    const other = { key: 'two', fingerprint: 'f2' };
    await memory.store(caller(), brief, idempotency);
    const { memory: extended } = await memory.store(caller(), brief, other);
    await patch(extended.id, { ttlSeconds: null });
    ports.clock.advance({ seconds: 61 });

    await expect(memory.store(caller(), brief, idempotency)).rejects.toMatchObject({ code: 'not_found' });
    expect((await memory.store(caller(), brief, other)).memory.id).toBe(extended.id);
  });

  it('is free again after a day', async () => {
    const { ports, memory, caller } = await aSession();
    const first = await memory.store(caller(), draft, idempotency);
    ports.clock.advance({ days: 1, seconds: 1 });

    const second = await memory.store(caller(), draft, idempotency);

    expect(second.replayed).toBe(false);
    expect(second.memory.id).not.toBe(first.memory.id);
  });

  it('of a batch answers the same memories in the same order', async () => {
    const { memory, caller } = await aSession();
    const drafts = ['a', 'b', 'c'].map((text) => ({ ...draft, content: { text } }));
    const first = await memory.storeBatch(caller(), drafts, idempotency);

    expect(await memory.storeBatch(caller(), drafts, idempotency)).toEqual({ ...first, replayed: true });
  });

  it('of a pinned memory still answers when the pins are full', async () => {
    const { memory, caller } = await aSession({ hotCapacity: 2 });
    const first = await memory.store(caller(), { ...draft, pinned: true }, idempotency);

    const again = await memory.store(caller(), { ...draft, pinned: true }, idempotency);

    expect([again.replayed, again.memory.id]).toEqual([true, first.memory.id]);
  });
});
