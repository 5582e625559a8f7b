/** The sweep on ports in memory: what it moves and ends, that it finishes what was cut off, and that it counts each use once. */
import { describe, expect, it } from 'vitest';
import { composeSweep } from '../../../layers/memory/compose.ts';
import { SWEEP } from '../../../layers/memory/feed/names.ts';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, copiesOf, raceOnce, rowOf, type Session, TENANT } from './session.ts';

const soon = () => new Date(Date.now() + 5_000);

async function prepare(overrides: Parameters<typeof aSession>[0] = {}) {
  const session = await aSession(overrides);
  const { sweep } = await composeSweep();
  const eventCount = () => session.ports.store.of(TENANT).events.length;
  return { ...session, session, sweep, run: () => sweep(soon()), eventCount };
}

async function use({ ports, retrieve }: Session, id: string, times: number) {
  for (let n = 0; n < times; n += 1) {
    ports.clock.advance({ seconds: 1 });
    await retrieve(id);
  }
}

const tierOf = async (session: Session, id: string) => (await rowOf(session, id))?.tier;

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

describe('policies', () => {
  it('are applied again: to what was stored since, by the uses of now', async () => {
    const { session, ports, store, memory, caller, run, eventCount } = await prepare();
    const action = { action: 'set_retention', criteria: { minAccessCount: 2 }, simulate: false } as const;
    await memory.control(caller(), 'a', { ...action, onFail: 'forget', queries: [] }, {});
    const [kept, lost] = [await store({ agentId: 'a' }), await store({ agentId: 'a' })];
    await use(session, kept.id, 2);

    const report = await run();
    const count = eventCount();
    await run();

    expect(report).toMatchObject({ forgotten: 1, marked: 1 });
    expect([(await rowOf(session, kept.id))?.tier, await rowOf(session, lost.id)]).toEqual(['hot', undefined]);
    expect(eventCount()).toBe(count);
    expect(ports.warnings).toEqual([]);
  });

  it('leave no marks behind where clearing them was cut off', async () => {
    const { session, ports, store, memory, caller, run, events } = await prepare();
    const { id } = await store({ priority: 8 });
    const keep = { action: 'set_retention', criteria: { minPriority: 7 }, onFail: 'demote', simulate: false } as const;
    await memory.control(caller(), 'neuroscientist', { ...keep, queries: [] }, {});
    const { commit } = ports.log;
    ports.log.commit = async (asked) => {
      if (asked.policy === undefined) throw new Error('killed');
      return await commit(asked);
    };
    await expect(memory.clearPolicy(caller(), 'neuroscientist')).rejects.toThrow('killed');
    ports.log.commit = commit;

    const report = await run();

    expect(report).toMatchObject({ marked: 1 });
    expect(await rowOf(session, id)).toMatchObject({ retainedBy: null, tier: 'hot' });
    expect((await events(id)).at(-1)).toMatchObject({ type: 'memory.retained', data: { policy_id: null } });
  });

  it('forget nothing more once they are cleared, also in the middle of a sweep', async () => {
    const { session, memory, caller, run } = await prepare();
    const forget = {
      action: 'set_retention',
      criteria: { minPriority: 7 },
      onFail: 'forget',
      simulate: false,
    } as const;
    await memory.control(caller(), 'a', { ...forget, queries: [] }, {});
    const drafts = Array.from({ length: 450 }, () => ({ agentId: 'a', type: 'fact' as const, content: { text: 'x' } }));
    await memory.storeBatch(caller(), drafts);
    raceOnce(session, () => memory.clearPolicy(caller(), 'a'));

    const report = await run();

    expect(report).toMatchObject({ forgotten: 200 });
    expect((await memory.stats(caller(), {})).total_memories).toBe(250);
  });

  it('wait for the uses: with Redis down nothing is forgotten for want of them', async () => {
    const { session, ports, store, memory, caller, run } = await prepare();
    const action = { action: 'set_retention', criteria: { minAccessCount: 1 }, simulate: false } as const;
    await memory.control(caller(), 'a', { ...action, onFail: 'forget', queries: [] }, {});
    const { id } = await store({ agentId: 'a' });
    const old = await store({ agentId: 'b', createdAt: daysAfter(NOON, -29) });
    await use(session, id, 1);
    ports.clock.advance({ days: 2 });
    ports.fail('redis');
    await run();
    ports.restore('redis');

    expect([await tierOf(session, id), await tierOf(session, old.id)]).toEqual(['hot', 'warm']);
    await run();
    expect(await rowOf(session, id)).toMatchObject({ tier: 'hot', accessCount: 1 });
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

describe('a sweep that is cut off', () => {
  /** A world with something to do in every step, whose nth call of an engine fails; answers whether the first run came that far. */
  async function killedAt(nth: number, isDone: boolean) {
    const { session, ports, store, drain, run } = await prepare();
    const aging = await store();
    const expiring = await store({ ttlSeconds: 60 });
    const used = await store({ createdAt: daysAfter(NOON, -100) });
    await drain();
    ports.clock.advance({ days: 31 });
    await use(session, used.id, 4);
    let calls = 0;
    const counting = <T extends object>(port: T, names: readonly (keyof T)[]) => {
      for (const name of names) {
        const real = port[name] as (...args: unknown[]) => Promise<unknown>;
        const killed = async (...args: unknown[]) => {
          calls += 1;
          const isDue = calls === nth;
          if (isDue && !isDone) throw new Error('killed');
          const answer = await real(...args);
          if (isDue) throw new Error('killed');
          return answer;
        };
        Object.assign(port, { [name]: killed });
      }
    };
    counting(ports.catalog, ['countUses', 'lastFlush', 'expired', 'aged', 'muchUsed', 'hotRows', 'policies', 'find']);
    counting(ports.log, ['commit']);
    counting(ports.hot, ['settleUses', 'pendingUses', 'putAndEvict', 'remove', 'rescore', 'held', 'get']);
    const wasKilled = await run().then(
      () => false,
      () => true,
    );
    calls = Number.NEGATIVE_INFINITY;
    await run();
    await drain();
    await run();
    return {
      wasKilled,
      tiers: [await tierOf(session, aging.id), await tierOf(session, expiring.id), await tierOf(session, used.id)],
      copies: [
        await copiesOf(session, aging.id),
        await copiesOf(session, expiring.id),
        await copiesOf(session, used.id),
      ],
      uses: (await rowOf(session, used.id))?.accessCount,
      pending: (await ports.hot.pendingUses(TENANT)).size,
      moves: ports.store.of(TENANT).events.length - 3,
    };
  }

  it.each([
    ['before', false],
    ['after', true],
  ] as const)(
    '%s any of its calls is finished by the next: each memory once, in its tier, each use once',
    async (_, isDone) => {
      let killed = 0;
      for (;;) {
        const { wasKilled, ...found } = await killedAt(killed + 1, isDone);
        expect({ at: killed + 1, ...found }).toEqual({
          at: killed + 1,
          tiers: ['warm', undefined, 'hot'],
          copies: [['warm'], [], ['hot']],
          uses: 4,
          pending: 0,
          moves: 3,
        });
        if (!wasKilled) break;
        killed += 1;
      }
      expect(killed).toBeGreaterThan(20);
    },
  );

  it('by its deadline in the middle of a tenant says what is still due there, and the next goes on from there', async () => {
    const { ports, memory, caller, sweep, run } = await prepare();
    const drafts = Array.from({ length: 450 }, () => ({ agentId: 'a', type: 'fact' as const, content: { text: 'x' } }));
    await memory.storeBatch(caller(), drafts);
    ports.clock.advance({ days: 31 });
    const { commit } = ports.log;
    ports.log.commit = async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return await commit(asked);
    };

    const cut = await sweep(new Date(Date.now() + 250));
    ports.log.commit = commit;
    const rest = await run();

    expect(cut).toMatchObject({ moved: { age: 200 }, backlog: 250 });
    expect(rest).toMatchObject({ moved: { age: 250 }, backlog: 0 });
  });

  it('by its deadline says what is left', async () => {
    const { ports, store, sweep } = await prepare();
    await store();
    ports.clock.advance({ days: 31 });

    expect(await sweep(new Date(Date.now() - 1))).toMatchObject({ tenants: { swept: 0, left: 1 } });
  });

  it('leaves a tenant that another sweep has to that one', async () => {
    const { ports, store, run } = await prepare();
    await store();
    ports.clock.advance({ days: 31 });
    await ports.consumers.acquire(SWEEP, TENANT, 'another', 60_000);

    const report: JsonObject = await run();

    expect(report).toMatchObject({ tenants: { swept: 0, held_elsewhere: 1 }, moved: { age: 0 } });
  });
});
