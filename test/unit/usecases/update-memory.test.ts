/** Update: what a patch changes in every tier, who may, and how it meets other writers. */
import { describe, expect, it } from 'vitest';
import { AurenError } from '../../../layers/memory/errors.ts';
import type { MemoryPatch } from '../../../layers/memory/memory.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { aSession, copiesOf, loseAlways, raceOnce, rowOf, TENANT } from './session.ts';

describe('a patch', () => {
  it.each<[MemoryPatch, object]>([
    [{ content: { text: 'new' } }, { content: { text: 'new' } }],
    [{ priority: 9 }, { priority: 9, dualStored: true }],
    [{ confidence: 0.95 }, { confidence: 0.95, dualStored: true }],
    [{ type: 'decision' }, { type: 'decision' }],
    [{ pinned: true }, { pinned: true }],
    [{ visibility: 'agent' }, { visibility: 'agent' }],
    [{ metadata: { a: null, c: 3 } }, { metadata: { b: 2, c: 3 } }],
    [{ ttlSeconds: 60 }, { expiresAt: secondsAfter(NOON, 60) }],
  ])('%o is a new version, and every tier that holds a copy has it', async (patch, expected) => {
    const session = await aSession();
    const { id } = await session.store({ userId: 'u1', metadata: { a: 1, b: 2 } });
    session.ports.clock.advance({ ms: 0 });

    const changed = await session.patch(id, patch);

    expect(changed).toMatchObject({ ...expected, version: 2, seq: 2 });
    expect(await rowOf(session, id)).toMatchObject(expected);
    const hot = (await session.ports.hot.read(session.caller(), [id], { use: false, now: NOON })).records.get(id);
    expect(hot).toMatchObject({ ...expected, seq: 2 });
    expect((await session.retrieve(id)).content).toEqual(changed.content);
  });

  it.each<MemoryPatch>([
    {},
    { priority: 5 },
    { content: { text: 'sleep' } },
    { metadata: { a: 1 } },
    { metadata: { gone: null } },
    { ttlSeconds: null },
  ])('%o that changes nothing is no event, no version and no poke', async (patch) => {
    const { ports, store, patch: apply, events } = await aSession();
    const record = await store({ metadata: { a: 1 } });

    const answer = await apply(record.id, patch);

    expect(answer.version).toBe(1);
    expect(await events(record.id)).toHaveLength(1);
    expect(ports.poke.poked).toHaveLength(1);
  });

  it('clears an expiry with null', async () => {
    const { store, patch } = await aSession();
    const { id } = await store({ ttlSeconds: 60 });

    expect((await patch(id, { ttlSeconds: null })).expiresAt).toBeNull();
  });

  it('leaves created_at, and dates the change', async () => {
    const { ports, store, patch } = await aSession();
    const { id } = await store();
    ports.clock.advance({ days: 2 });

    expect(await patch(id, { priority: 6 })).toMatchObject({ createdAt: NOON, updatedAt: daysAfter(NOON, 2) });
  });

  it('says why in the log', async () => {
    const { memory, caller, store, events } = await aSession();
    const { id } = await store();

    await memory.update(caller(), id, { priority: 6 }, { reason: 'corrected' });

    expect((await events(id)).at(-1)?.data).toMatchObject({ fields: ['priority'], reason: 'corrected' });
  });

  it('of a warm memory changes the warm copy', async () => {
    const session = await aSession();
    const { id } = await session.store({ createdAt: daysAfter(NOON, -240) });

    await session.patch(id, { content: { text: 'new' } });

    expect((await session.ports.warm.get(TENANT, [id])).get(id)?.content).toEqual({ text: 'new' });
    expect(await copiesOf(session, id)).toEqual(['warm']);
  });

  it('of a cold memory brings it warm in the same commit, and nothing stays cold', async () => {
    const session = await aSession();
    const { id } = await session.store({ createdAt: daysAfter(NOON, -730) });
    await session.drain();

    const changed = await session.patch(id, { priority: 6 });
    await session.drain();

    expect(changed).toMatchObject({ tier: 'warm', version: 2, content: { text: 'sleep' } });
    expect(await copiesOf(session, id)).toEqual(['warm']);
    expect((await session.events(id)).map(({ type }) => type)).toEqual([
      'memory.stored',
      'memory.updated',
      'memory.tier_changed',
    ]);
  });

  it('that pins brings it hot from anywhere', async () => {
    for (const days of [-240, -730]) {
      const session = await aSession();
      const { id } = await session.store({ createdAt: daysAfter(NOON, days) });
      await session.drain();

      expect(await session.patch(id, { pinned: true })).toMatchObject({ tier: 'hot', pinned: true });
      await session.drain();
      expect(await copiesOf(session, id)).toEqual(['hot']);
    }
  });
});

describe('a patch that is refused', () => {
  it.each<[MemoryPatch, string]>([
    [{ visibility: 'space' }, 'visibility'],
    [{ visibility: 'user' }, 'visibility'],
    [{ metadata: Object.fromEntries(Array.from({ length: 24 }, (_, n) => [`k${n}`, n])) }, 'metadata'],
  ])('%o names %s', async (patch, path) => {
    const { store, patch: apply, events } = await aSession();
    const { id } = await store({ metadata: { a: 1 } });

    await expect(apply(id, patch)).rejects.toMatchObject({ code: 'invalid_field', errors: [{ path }] });
    expect(await events(id)).toHaveLength(1);
  });

  it('takes exactly 24 metadata keys', async () => {
    const { store, patch } = await aSession();
    const { id } = await store({ metadata: { a: 1 } });
    const metadata = Object.fromEntries(Array.from({ length: 24 }, (_, n) => [`k${n}`, n]));

    expect(Object.keys((await patch(id, { metadata: { ...metadata, a: null } })).metadata)).toHaveLength(24);
  });

  it('is not found where it may not be read, and not owned where it may only be read', async () => {
    const { memory, caller, store } = await aSession();
    const [secret, shared] = [await store(), await store({ userId: 'u1' })];
    const update = (id: string) => memory.update(caller('coach'), id, { priority: 1 }, {});

    await expect(update('mem_unknown')).rejects.toMatchObject({ code: 'not_found' });
    await expect(update(secret.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(update(shared.id)).rejects.toMatchObject({ code: 'not_owner' });
  });

  it('is let through for a writer of its space, not for a reader', async () => {
    const { ports, memory, caller, store } = await aSession();
    ports.store.addSpace(TENANT, 'space_1');
    const { id } = await store({ spaceId: 'space_1' });
    const as = (role: 'reader' | 'writer') =>
      memory.update(caller('coach', { spaceRoles: { space_1: role } }), id, { priority: 1 }, {});

    await expect(as('reader')).rejects.toMatchObject({ code: 'not_owner' });
    expect((await as('writer')).priority).toBe(1);
  });

  it('may not move a memory into a space in which the caller does not write', async () => {
    const { ports, memory, caller, store } = await aSession();
    ports.store.addSpace(TENANT, 'space_1');
    const { id } = await store();
    const move = (spaceRoles: Record<string, 'reader' | 'writer'>) =>
      memory.update(caller('neuroscientist', { spaceRoles }), id, { spaceId: 'space_1' }, {});

    await expect(move({})).rejects.toMatchObject({ code: 'invalid_field' });
    await expect(move({ space_1: 'reader' })).rejects.toMatchObject({ code: 'not_owner' });
    expect((await move({ space_1: 'writer' })).spaceId).toBe('space_1');
  });

  it('may not show a memory to a space that its agent has left, or only reads in', async () => {
    const { ports, memory, caller, store } = await aSession();
    ports.store.addSpace(TENANT, 'space_1');
    const { id } = await store({ spaceId: 'space_1', visibility: 'agent' });
    const show = (spaceRoles: Record<string, 'reader' | 'writer'>) =>
      memory.update(caller('neuroscientist', { spaceRoles }), id, { visibility: 'space' }, {});

    await expect(show({})).rejects.toMatchObject({ code: 'invalid_field' });
    await expect(show({ space_1: 'reader' })).rejects.toMatchObject({ code: 'not_owner' });
    expect((await show({ space_1: 'writer' })).visibility).toBe('space');
  });

  it('may not pin beyond half of the hot tier', async () => {
    const { store, patch } = await aSession({ hotCapacity: 2 });
    const [first, second] = [await store(), await store()];
    await patch(first.id, { pinned: true });

    await expect(patch(second.id, { pinned: true })).rejects.toMatchObject({
      code: 'conflict',
      errors: [{ path: 'pinned' }],
    });
    expect((await patch(first.id, { pinned: true, priority: 6 })).priority).toBe(6);
  });
});

describe('two writers', () => {
  it('with If-Match: the stale one is refused and leaves no trace', async () => {
    const { memory, caller, store, patch, events } = await aSession();
    const { id } = await store();
    await patch(id, { priority: 6 });

    const stale = memory.update(caller(), id, { priority: 7 }, { ifMatch: 1 });

    await expect(stale).rejects.toMatchObject({ code: 'stale_version' });
    expect(await events(id)).toHaveLength(2);
    expect((await memory.update(caller(), id, { priority: 7 }, { ifMatch: 2 })).version).toBe(3);
  });

  it('without it: the slower one looks again, and both changes stand', async () => {
    const session = await aSession();
    const { id } = await session.store();
    raceOnce(session, () => session.patch(id, { confidence: 0.5 }));

    const changed = await session.patch(id, { priority: 6 });

    expect(changed).toMatchObject({ version: 3, priority: 6, confidence: 0.5 });
  });

  it('with If-Match in a race: the slower one is refused', async () => {
    const session = await aSession();
    const { id } = await session.store();
    raceOnce(session, () => session.patch(id, { confidence: 0.5 }));

    const slower = session.memory.update(session.caller(), id, { priority: 6 }, { ifMatch: 1 });

    await expect(slower).rejects.toMatchObject({ code: 'stale_version' });
  });

  it('gives up where others are faster every time, and at once on a conflict that trying again cannot solve', async () => {
    const [racing, taken] = [await aSession(), await aSession()];
    const [a, b] = [await racing.store(), await taken.store()];
    const races = loseAlways(racing, () => new AurenError('conflict', 'moved on'));
    const errors = [{ path: 'key', message: 'is taken' }];
    const takes = loseAlways(taken, () => new AurenError('conflict', 'taken', { errors }));

    await expect(racing.patch(a.id, { priority: 6 })).rejects.toMatchObject({ code: 'conflict' });
    await expect(taken.patch(b.id, { priority: 6 })).rejects.toMatchObject({ code: 'conflict' });

    expect(races.tries).toBeGreaterThan(4);
    expect(takes.tries).toBe(1);
  });
});
