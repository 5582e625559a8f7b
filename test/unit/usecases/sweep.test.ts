/** The sweep on ports in memory: what it moves and ends, and the hot set that it leaves. */
import { describe, expect, it } from 'vitest';
import { daysAfter, NOON } from '../../support/clock.ts';
import { prepare, tierOf, use } from './a-sweep.ts';
import { copiesOf, rowOf, TENANT } from './session.ts';

describe('age', () => {
  it('takes a memory from hot to warm to cold, with its content and an event each', async () => {
    const { session, ports, store, drain, run, events } = await prepare();
    const { id } = await store();
    await drain();
    const seen: unknown[] = [];
    for (const days of [29, 2, 335]) {
      ports.clock.advance({ days });
      await run();
      await drain();
      seen.push([await tierOf(session, id), await copiesOf(session, id)]);
    }

    expect(seen).toEqual([
      ['hot', ['hot']],
      ['warm', ['warm']],
      ['cold', ['cold']],
    ]);
    expect((await events(id)).slice(1).map(({ data, actor }) => [data.from, data.to, data.reason, actor])).toEqual([
      ['hot', 'warm', 'age', 'system:migrate-tiers'],
      ['warm', 'cold', 'age', 'system:migrate-tiers'],
    ]);
  });

  it('goes through more than one batch, and a second run makes no event', async () => {
    const { ports, memory, caller, run, eventCount } = await prepare();
    const drafts = Array.from({ length: 450 }, () => ({ agentId: 'a', type: 'fact' as const, content: { text: 'x' } }));
    await memory.storeBatch(caller(), drafts);
    ports.clock.advance({ days: 31 });

    const first = await run();
    const count = eventCount();
    const second = await run();

    expect(first).toMatchObject({ moved: { age: 450 }, backlog: 0, tenants: { swept: 1, failed: 0 } });
    expect(second).toMatchObject({ moved: { age: 0, use: 0, policy: 0, pressure: 0 }, expired: 0, restored: 0 });
    expect(eventCount()).toBe(count);
  });

  it('leaves pins, and what a policy retains for as long again', async () => {
    const { session, ports, store, memory, caller, run } = await prepare();
    const pinned = await store({ agentId: 'p', pinned: true });
    const kept = await store({ agentId: 'k', priority: 7 });
    const action = {
      action: 'set_retention',
      criteria: { minPriority: 6 },
      onFail: 'demote',
      simulate: false,
    } as const;
    await memory.control(caller(), 'k', { ...action, queries: [] }, {});
    ports.clock.advance({ days: 31 });
    await run();
    const afterAMonth = [await tierOf(session, pinned.id), await tierOf(session, kept.id)];
    ports.clock.advance({ days: 30 });
    await run();

    expect(afterAMonth).toEqual(['hot', 'hot']);
    expect([await tierOf(session, pinned.id), await tierOf(session, kept.id)]).toEqual(['hot', 'warm']);
  });
});

describe('use', () => {
  it('brings a memory up one tier, clears its hold, and does not flap', async () => {
    const { session, ports, store, run, eventCount } = await prepare();
    const { id } = await store({ createdAt: daysAfter(NOON, -730) });
    await use(session, id, 3);
    await run();
    const once = await tierOf(session, id);
    await run();
    const again = await tierOf(session, id);
    await use(session, id, 3);
    await run();
    const count = eventCount();
    await run();

    expect([once, again, await tierOf(session, id)]).toEqual(['warm', 'warm', 'hot']);
    expect(eventCount()).toBe(count);
    ports.clock.advance({ days: 8 });
    await run();
    expect(await tierOf(session, id)).toBe('cold');
  });

  it('lifts into the room of what leaves by age: nobody else has to go', async () => {
    const { session, ports, store, run } = await prepare({ hotCapacity: 2 });
    const aging = await store({ priority: 7 });
    ports.clock.advance({ days: 31 });
    const young = await store({ priority: 0, createdAt: daysAfter(NOON, 11) });
    const riser = await store({ priority: 10, createdAt: daysAfter(NOON, -100) });
    await use(session, riser.id, 3);

    const report = await run();

    expect(report).toMatchObject({ moved: { age: 1, use: 1, pressure: 0 } });
    const tiers = [aging, young, riser].map(({ id }) => tierOf(session, id));
    expect(await Promise.all(tiers)).toEqual(['warm', 'hot', 'hot']);
  });

  it('before an agent’s own move does not count against it', async () => {
    const { session, ports, store, memory, caller, run } = await prepare();
    const { id } = await store();
    await use(session, id, 5);
    ports.clock.advance({ seconds: 1 });
    await memory.control(caller(), 'neuroscientist', { action: 'demote', memoryIds: [id] }, {});
    await use(session, id, 2);
    await run();
    const held = await rowOf(session, id);
    await use(session, id, 1);
    await run();

    expect([held?.tier, held?.hold]).toEqual(['warm', 'demoted']);
    expect(await rowOf(session, id)).toMatchObject({ tier: 'hot', hold: null, accessCount: 8 });
  });
});

describe('time over', () => {
  it('ends a memory with an event that says so, in every tier and the index, and frees its key', async () => {
    const { session, ports, store, drain, run, events } = await prepare();
    const { id } = await store({ ttlSeconds: 60, key: 'k', priority: 9 });
    await use(session, id, 1);
    await drain();
    ports.clock.advance({ seconds: 61 });

    expect(await run()).toMatchObject({ expired: 1 });
    await drain();

    expect((await events(id)).at(-1)).toMatchObject({ type: 'memory.expired', data: { reason: 'ttl' } });
    expect([await copiesOf(session, id), await ports.vectors.count(TENANT)]).toEqual([[], 0]);
    expect((await store({ key: 'k' })).id).not.toBe(id);
    expect(await run()).toMatchObject({ expired: 0 });
  });
});

describe('the hot set', () => {
  it('is put back after Redis lost it, the best first, and the rest becomes warm', async () => {
    const { ports, store, run } = await prepare({ hotCapacity: 100 });
    for (let n = 0; n < 8; n += 1) await store({ priority: n });
    const rows = await ports.catalog.hotRows(TENANT, { afterId: null, limit: 10 }, ports.clock.instant());
    const ids = await ports.hot.held(TENANT, 0, 10);
    // As after a fail-over to an empty server: neither copies nor tombstones.
    const { inMemoryHotTier } = await import('../../support/in-memory/hot.ts');
    Object.assign(ports.hot, inMemoryHotTier({ capacity: 5 }));

    const report = await run();

    const priorities = (await ports.catalog.hotRows(TENANT, { afterId: null, limit: 10 }, ports.clock.instant())).map(
      ({ priority }) => priority,
    );
    expect([rows.length, ids.length, await ports.hot.count(TENANT)]).toEqual([8, 8, 5]);
    expect(priorities.sort()).toEqual([3, 4, 5, 6, 7]);
    expect(report).toMatchObject({ restored: 5, moved: { pressure: 3 } });
    expect(await run()).toMatchObject({ restored: 0, moved: { pressure: 0 }, removed_copies: 0 });
  });

  it('is no larger than its capacity where an outdated copy had to leave for what Redis had missed', async () => {
    const { session, ports, store, patch, run } = await prepare({ hotCapacity: 2 });
    const changed = await store({ priority: 1 });
    ports.fail('redis');
    await patch(changed.id, { priority: 2 });
    const missed = [await store({ priority: 6 }), await store({ priority: 7 })];
    ports.restore('redis');

    const report = await run();

    expect(report).toMatchObject({ moved: { pressure: 1 } });
    const tiers = [changed, ...missed].map(({ id }) => tierOf(session, id));
    expect(await Promise.all(tiers)).toEqual(['warm', 'hot', 'hot']);
    expect(await ports.hot.count(TENANT)).toBe(2);
  });

  it('loses copies of what is not hot', async () => {
    const { ports, store, run } = await prepare();
    const warm = await store({ createdAt: daysAfter(NOON, -100) });
    const row = (await ports.catalog.find(TENANT, [warm.id], 'any', NOON))[0];
    const ghost = { ...warm, id: 'mem_ghost', tier: 'hot' as const };
    await ports.hot.put(TENANT, [{ ...warm, ...row, content: warm.content, seq: 2 }, ghost]);

    expect(await run()).toMatchObject({ removed_copies: 2 });
    expect(await ports.hot.count(TENANT)).toBe(0);
  });
});
