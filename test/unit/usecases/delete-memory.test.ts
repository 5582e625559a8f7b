/** Delete: out of every tier, list, count and search; the history keeps that it was, and none of what it said. */
import { describe, expect, it } from 'vitest';
import { AurenError } from '../../../layers/memory/errors.ts';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, copiesOf, loseAlways, raceOnce, TENANT } from './session.ts';

describe('a deleted memory', () => {
  it.each([
    ['hot', 0],
    ['warm', -240],
    ['cold', -730],
  ])('that lay %s is gone everywhere', async (_, days) => {
    const session = await aSession();
    const { memory, caller, ports } = session;
    const { id } = await session.store({ createdAt: daysAfter(NOON, days), priority: 9, content: { text: 'secret' } });
    await session.drain();

    await memory.delete(caller(), id, {});
    await session.drain();

    await expect(session.retrieve(id)).rejects.toMatchObject({ code: 'not_found' });
    // In Chroma vector and cold copy are one record; in memory they are two, and the indexer takes out the vector.
    expect((await copiesOf(session, id)).filter((tier) => tier !== 'cold')).toEqual([]);
    expect((await memory.list(caller(), { order: 'created_at', limit: 10 }, 1e6)).items).toEqual([]);
    expect((await memory.stats(caller(), {})).total_memories).toBe(0);
    for (const mode of ['lexical', 'hybrid'] as const)
      expect((await memory.search(caller(), aSearch('secret', { mode }))).results).toEqual([]);
    expect(await ports.vectors.count(TENANT)).toBe(0);
    expect(JSON.stringify(await session.events(id))).not.toContain('secret');
  });

  it('is in its history as an event with the reason, and the chain holds', async () => {
    const { memory, caller, store } = await aSession();
    const { id } = await store();

    await memory.delete(caller('neuroscientist'), id, { reason: 'no longer true' });

    const { events, verified } = await memory.history(caller(), id);
    expect(events.map(({ type }) => type)).toEqual(['memory.stored', 'memory.deleted']);
    expect(events[1]).toMatchObject({ actor: 'agent:neuroscientist', data: { reason: 'no longer true' } });
    expect(verified).toBe(true);
  });

  it('cannot be deleted again, changed or brought back by a late copy', async () => {
    const { ports, memory, caller, store, retrieve } = await aSession();
    const record = await store();
    await memory.delete(caller(), record.id, {});

    await ports.hot.putAndEvict(TENANT, [record], NOON);

    await expect(memory.delete(caller(), record.id, {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(memory.update(caller(), record.id, { priority: 1 }, {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(retrieve(record.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await ports.hot.count(TENANT)).toBe(0);
  });

  it('frees its key', async () => {
    const { memory, caller, store } = await aSession();
    const first = await store({ key: 'profile' });
    await memory.delete(caller(), first.id, {});

    expect((await store({ key: 'profile' })).version).toBe(1);
  });
});

describe('a delete', () => {
  it('belongs to the owner: not found where unreadable, not owned where readable', async () => {
    const { memory, caller, store } = await aSession();
    const [secret, shared] = [await store(), await store({ userId: 'u1' })];

    await expect(memory.delete(caller('coach'), secret.id, {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(memory.delete(caller('coach'), shared.id, {})).rejects.toMatchObject({ code: 'not_owner' });
    expect((await memory.list(caller(), { order: 'created_at', limit: 10 }, 1e6)).items).toHaveLength(2);
  });

  it('wins over a change that came in between', async () => {
    const session = await aSession();
    const { id } = await session.store();
    raceOnce(session, () => session.patch(id, { priority: 6 }));

    await session.memory.delete(session.caller(), id, {});

    expect((await session.events(id)).map(({ seq, type }) => [seq, type]).at(-1)).toEqual([3, 'memory.deleted']);
  });

  it('gives up where others are faster every time', async () => {
    const session = await aSession();
    const { id } = await session.store();
    const count = loseAlways(session, () => new AurenError('conflict', 'moved on'));

    await expect(session.memory.delete(session.caller(), id, {})).rejects.toMatchObject({ code: 'conflict' });
    expect(count.tries).toBeGreaterThan(4);
  });

  it('is acknowledged without Redis, and no read gives the memory any more', async () => {
    const session = await aSession();
    const { id } = await session.store();
    session.ports.fail('redis');

    await session.memory.delete(session.caller(), id, {});

    await expect(session.retrieve(id)).rejects.toMatchObject({ code: 'not_found' });
    session.ports.restore('redis');
    await session.project();
    await expect(session.retrieve(id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await copiesOf(session, id)).toEqual([]);
  });
});
