/** Retrieve: from whichever tier holds it, with any one engine gone, and what counts as a use. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../layers/memory/errors.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { aSession, copiesOf, rowOf, type Session, TENANT } from './session.ts';

const AGES = { hot: 0, warm: -240, cold: -730 } as const;
type Tier = keyof typeof AGES;

async function inTier(tier: Tier) {
  const session = await aSession();
  const record = await session.store({ createdAt: daysAfter(NOON, AGES[tier]), content: { text: `in ${tier}` } });
  await session.drain();
  return { session, record };
}
const usesOf = async ({ ports }: Session, id: string) => (await ports.hot.pendingUses(TENANT)).get(id)?.count ?? 0;

describe('retrieve', () => {
  it.each(['hot', 'warm', 'cold'] as const)(
    'gives what lies %s, with its content, and says where it was',
    async (tier) => {
      const { session, record } = await inTier(tier);

      const found = await session.retrieve(record.id);

      expect(found).toMatchObject({ id: record.id, tier, content: { text: `in ${tier}` }, accessCount: 1 });
      expect(found.lastAccessedAt).toBe(NOON);
    },
  );

  it.each([
    ['hot', { postgres: 0, redis: 1, chroma: 0 }],
    ['warm', { postgres: 1, redis: 2, chroma: 0 }],
    ['cold', { postgres: 1, redis: 2, chroma: 1 }],
  ] as const)('asks for what lies %s no more than %o', async (tier, most) => {
    const { session, record } = await inTier(tier);
    Object.assign(session.ports.calls, { postgres: 0, redis: 0, chroma: 0 });

    await session.retrieve(record.id);

    expect(session.ports.calls.chroma).toBe(most.chroma);
    expect(session.ports.calls.redis).toBe(most.redis);
    // A cold read asks the catalog once; the log only for what Chroma does not have.
    expect(session.ports.calls.postgres).toBe(most.postgres);
  });

  it.each<[Tier, Engine]>([
    ['hot', 'redis'],
    ['hot', 'postgres'],
    ['hot', 'chroma'],
    ['warm', 'redis'],
    ['warm', 'chroma'],
    ['cold', 'redis'],
    ['cold', 'chroma'],
  ])('gives what lies %s with %s down', async (tier, engine) => {
    const { session, record } = await inTier(tier);
    session.ports.fail(engine);

    expect((await session.retrieve(record.id)).content).toEqual({ text: `in ${tier}` });
  });

  it('says that it cannot know, not that there is nothing, where the engine that would is down', async () => {
    const { session, record } = await inTier('warm');
    session.ports.fail('postgres');

    await expect(session.retrieve(record.id)).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(session.retrieve('mem_unknown')).rejects.toMatchObject({ code: 'engine_unavailable' });
  });

  it('does not believe Redis without its lease while PostgreSQL answers', async () => {
    const session = await aSession();
    const record = await session.store();
    const stale = { ...record, seq: 9, content: { text: 'never committed' } };
    await session.ports.hot.put(TENANT, [stale]);

    expect((await session.retrieve(record.id)).content).toEqual(record.content);
  });

  it('takes an unleased copy where PostgreSQL is down: better than nothing', async () => {
    const session = await aSession();
    const record = await session.store();
    session.ports.fail('postgres');

    expect((await session.retrieve(record.id)).content).toEqual(record.content);
  });

  it('does not take an outdated cold copy for the content', async () => {
    const { session, record } = await inTier('cold');
    session.ports.cold.get = async () =>
      new Map([[record.id, { id: record.id, seq: 0, content: { text: 'outdated' } }]]);

    expect((await session.retrieve(record.id)).content).toEqual({ text: 'in cold' });
  });

  it('finds a cold memory that no consumer has seen yet', async () => {
    const { store, retrieve } = await aSession();
    const record = await store({ createdAt: daysAfter(NOON, -730) });

    expect((await retrieve(record.id)).content).toEqual(record.content);
  });

  it('puts a hot memory that Redis lost back', async () => {
    const session = await aSession();
    session.ports.fail('redis');
    const record = await session.store();
    session.ports.restore('redis');
    expect(await copiesOf(session, record.id)).toEqual([]);

    await session.retrieve(record.id);

    expect(await copiesOf(session, record.id)).toEqual(['hot']);
  });

  it('moves to warm what had to leave Redis for that', async () => {
    const session = await aSession({ hotCapacity: 2 });
    session.ports.fail('redis');
    const lost = await session.store({ priority: 9 });
    session.ports.restore('redis');
    const [low] = [await session.store({ priority: 1 }), await session.store({ priority: 5 })];

    await session.retrieve(lost.id);

    expect(await rowOf(session, low.id)).toMatchObject({ tier: 'warm' });
    expect((await session.events(low.id)).at(-1)).toMatchObject({
      actor: 'system:retrieve',
      data: { reason: 'pressure' },
    });
  });
});

describe('what nobody may read', () => {
  it('is the same as what is not there', async () => {
    const session = await aSession();
    const record = await session.store();
    const refusals = ['mem_unknown', record.id].map((id) =>
      session.retrieve(id, session.caller('coach')).catch((error) => [error.code, error.message.replace(id, '')]),
    );

    const [unknown, foreign] = await Promise.all(refusals);

    expect(unknown).toEqual(foreign);
    expect(unknown).toMatchObject(['not_found', expect.any(String)]);
  });

  it.each(['hot', 'warm', 'cold'] as const)('stays unread in %s, and its use is not counted', async (tier) => {
    const { session, record } = await inTier(tier);

    await expect(session.retrieve(record.id, session.caller('coach'))).rejects.toMatchObject({ code: 'not_found' });
    expect(await usesOf(session, record.id)).toBe(0);
  });

  it('is nothing of another tenant', async () => {
    const session = await aSession();
    const record = await session.store({ userId: 'u1' });

    const asked = session.retrieve(record.id, session.caller(null, { tenantId: 'tenant-b' }));

    await expect(asked).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is nothing that belongs to the user or to a space of the caller', async () => {
    const session = await aSession();
    session.ports.store.addSpace(TENANT, 'space_1');
    const [ofUser, ofSpace] = [await session.store({ userId: 'u1' }), await session.store({ spaceId: 'space_1' })];
    const coach = session.caller('coach', { spaceRoles: { space_1: 'reader' } });

    for (const { id } of [ofUser, ofSpace]) expect((await session.retrieve(id, coach)).id).toBe(id);
  });

  it.each(['hot', 'warm', 'cold'] as const)('is what has expired in %s, to the moment', async (tier) => {
    const session = await aSession();
    const record = await session.store({ createdAt: daysAfter(NOON, AGES[tier]), ttlSeconds: 60 });
    await session.drain();
    session.ports.clock.advance({ seconds: 60, ms: -1 });
    expect((await session.retrieve(record.id)).id).toBe(record.id);

    session.ports.clock.advance({ ms: 1 });

    await expect(session.retrieve(record.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a use', () => {
  it.each(['hot', 'warm', 'cold'] as const)('is counted once for each read of what lies %s', async (tier) => {
    const { session, record } = await inTier(tier);

    await session.retrieve(record.id);
    await session.memory.getMany(session.caller(), [record.id, record.id], 1e6);

    expect(await usesOf(session, record.id)).toBe(2);
  });

  it.each(['hot', 'warm', 'cold'] as const)('is not made by who only looks on, at what lies %s', async (tier) => {
    const { session, record } = await inTier(tier);
    const onlooker = session.caller(null, { observes: true });

    const seen = await session.retrieve(record.id, onlooker);
    await session.memory.getMany(onlooker, [record.id], 1e6);

    expect([seen.accessCount, seen.lastAccessedAt]).toEqual([0, null]);
    expect(await usesOf(session, record.id)).toBe(0);
  });

  it('is no list, history, stats or events', async () => {
    const session = await aSession();
    const { id } = await session.store();
    await session.drain();
    const { memory, caller } = session;

    await memory.list(caller(), { order: '-created_at', limit: 10 }, 1e6);
    await memory.history(caller(), id);
    await memory.stats(caller(), {});
    await memory.retention(caller(), id);
    await memory.events(caller(), { order: 'asc', limit: 10, filter: {} });

    expect(await usesOf(session, id)).toBe(0);
  });

  it('that cannot be counted costs the answer nothing, and is said', async () => {
    const { session, record } = await inTier('warm');
    session.ports.fail('redis');

    expect((await session.retrieve(record.id)).accessCount).toBe(1);
    expect(session.ports.warnings.map(({ message }) => message)).toEqual(['a read could not repair the hot tier']);
  });
});

describe('many at once', () => {
  it('gives each in the order asked, from every tier, once, and names those that are missing', async () => {
    const session = await aSession();
    const ids = [];
    for (const tier of ['cold', 'hot', 'warm'] as const) {
      ids.push((await session.store({ createdAt: daysAfter(NOON, AGES[tier]) })).id);
    }
    await session.drain();
    const [first = '', ...others] = ids;

    const found = await session.memory.getMany(session.caller(), [first, 'mem_x', ...others, first], 1e6);

    expect(found.memories.map(({ id }) => id)).toEqual(ids);
    expect(found.memories.map(({ tier }) => tier)).toEqual(['cold', 'hot', 'warm']);
    expect([found.missing, found.remaining]).toEqual([['mem_x'], []]);
  });

  it('stops at the bytes that an answer may have, and names the rest', async () => {
    const session = await aSession();
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await session.store({ content: { text: 'x'.repeat(1_000) } })).id);

    const found = await session.memory.getMany(session.caller(), ids, 2_500);

    expect(found.memories.map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect([found.missing, found.remaining]).toEqual([[], ids.slice(1)]);
  });
});

describe('a memory as of a time', () => {
  async function twice() {
    const session = await aSession();
    const { id } = await session.store({ userId: 'u1', content: { text: 'first' } });
    session.ports.clock.advance({ days: 1 });
    await session.patch(id, { content: { text: 'second' } });
    const asOf = (at: string, by = session.caller()) => session.memory.retrieve(by, id, { asOf: at });
    return { session, id, asOf };
  }

  it('is what it was then, to the moment', async () => {
    const { asOf } = await twice();

    expect((await asOf(NOON)).content).toEqual({ text: 'first' });
    expect((await asOf(secondsAfter(daysAfter(NOON, 1), -1))).version).toBe(1);
    expect((await asOf(daysAfter(NOON, 1))).content).toEqual({ text: 'second' });
  });

  it('takes any notation of the instant', async () => {
    const { asOf } = await twice();

    expect((await asOf('2026-03-01T14:30:00+02:00')).content).toEqual({ text: 'first' });
  });

  it('is nothing before it was there', async () => {
    const { asOf } = await twice();

    await expect(asOf(secondsAfter(NOON, -1))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is nothing once it was deleted, also of the time before', async () => {
    const { session, id, asOf } = await twice();
    await session.memory.delete(session.caller(), id, {});

    await expect(asOf(NOON)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is nothing for whom it is private now, or was then', async () => {
    const { session, id, asOf } = await twice();
    const coach = session.caller('coach');
    expect((await asOf(NOON, coach)).version).toBe(1);

    await session.patch(id, { visibility: 'agent' });

    await expect(asOf(NOON, coach)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is nothing from its expiry on', async () => {
    const session = await aSession();
    const { id } = await session.store({ ttlSeconds: 60 });
    const asOf = (at: string) => session.memory.retrieve(session.caller(), id, { asOf: at });

    expect((await asOf(secondsAfter(NOON, 59))).id).toBe(id);
    await expect(asOf(secondsAfter(NOON, 60))).rejects.toMatchObject({ code: 'not_found' });
  });
});
