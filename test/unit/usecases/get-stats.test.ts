/** Stats: equal to a recount after any sequence of operations, and honest about an engine that is down. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControlAction } from '../../../layers/memory/memory.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { aSession, type Session } from './session.ts';

const AGENT = 'neuroscientist';
const AGES = [0, -240, -730];

type Operation = (session: Session, ids: string[]) => Promise<unknown>;
const pick = (ids: string[], at: number) => ids[at % Math.max(1, ids.length)];

const anOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(fc.constantFrom(...AGES), fc.nat(10), fc.constantFrom('fact' as const, 'insight' as const)).map(
    ([days, priority, type]): Operation =>
      async ({ store }, ids) =>
        ids.push((await store({ createdAt: daysAfter(NOON, days), priority, type })).id),
  ),
  fc.tuple(fc.nat(20), fc.nat(10)).map(
    ([at, priority]): Operation =>
      async ({ patch }, ids) => {
        const id = pick(ids, at);
        if (id) await patch(id, { priority });
      },
  ),
  fc.tuple(fc.nat(20), fc.constantFrom('pin', 'unpin', 'archive', 'demote', 'promote', 'forget')).map(
    ([at, action]): Operation =>
      async ({ memory, caller }, ids) => {
        const id = pick(ids, at);
        if (!id) return;
        await memory.control(caller(), AGENT, { action, memoryIds: [id] } as ControlAction, {});
        if (action === 'forget') ids.splice(ids.indexOf(id), 1);
      },
  ),
);

describe('stats', () => {
  it('equal a recount of the list after any sequence of operations', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anOperation, { maxLength: 12 }), async (operations) => {
        const session = await aSession({ hotCapacity: 4 });
        const ids: string[] = [];
        for (const operate of operations) await operate(session, ids);
        const { memory, caller } = session;

        const stats = await memory.stats(caller(), {});

        const { items } = await memory.list(caller(), { order: 'created_at', limit: 200 }, 1e7);
        const count = (is: (item: (typeof items)[number]) => boolean) => items.filter(is).length;
        expect(items.map(({ id }) => id).sort()).toEqual([...ids].sort());
        expect(stats).toMatchObject({
          total_memories: items.length,
          tier_distribution: {
            hot: count(({ tier }) => tier === 'hot'),
            warm: count(({ tier }) => tier === 'warm'),
            cold: count(({ tier }) => tier === 'cold'),
          },
          dual_stored: count(({ dualStored }) => dualStored),
          pinned: count(({ pinned }) => pinned),
        });
        const types = Object.values(stats.by_type as Record<string, number>).reduce((sum, n) => sum + n, 0);
        expect(types).toBe(items.length);
      }),
      { numRuns: 25 },
    );
  });

  it('count by type and agent what the caller sees, for one user or agent where asked', async () => {
    const { memory, caller, store } = await aSession();
    await store({ userId: 'u1', type: 'fact' });
    await store({ userId: 'u2', type: 'insight', agentId: 'coach' });
    await store({ agentId: 'coach' });

    expect(await memory.stats(caller(), {})).toMatchObject({
      total_memories: 3,
      by_type: { fact: 1, insight: 1, analysis: 1 },
      by_agent: { neuroscientist: 1, coach: 2 },
    });
    expect(await memory.stats(caller(), { userId: 'u1' })).toMatchObject({
      total_memories: 1,
      by_agent: { [AGENT]: 1 },
    });
    expect(await memory.stats(caller(), { agentId: 'coach' })).toMatchObject({ total_memories: 2 });
    expect(await memory.stats(caller(AGENT), {})).toMatchObject({ total_memories: 2 });
  });

  it('tell the capacity, the pressure, the hit rate and how far the index is behind', async () => {
    const session = await aSession({ hotCapacity: 4 });
    const { memory, caller } = session;
    const { id } = await session.store();
    await session.project();
    await session.retrieve(id);

    const before = await memory.stats(caller(), {});
    await session.index();

    expect(before.hot).toMatchObject({ count: 1, capacity: 4, pressure: 0.25, hit_rate: 1 });
    expect(before.index).toEqual({ pending: 1, complete: true, model: 'fake' });
    expect((await memory.stats(caller(), {})).index).toMatchObject({ pending: 0 });
  });

  it('tell what cold storage saves', async () => {
    const session = await aSession();
    await session.store({ createdAt: daysAfter(NOON, -730), content: { text: 'again and '.repeat(200) } });
    await session.drain();

    const { cold } = await session.memory.stats(session.caller(), {});

    expect(cold).toMatchObject({ count: 1, bytes: expect.any(Number) });
    expect((cold as { compression_ratio: number }).compression_ratio).toBeGreaterThan(5);
  });

  it('tell the flow of a day, and no more', async () => {
    const session = await aSession();
    const { memory, caller, ports } = session;
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await session.store()).id);
    const [a = '', b = '', c = ''] = ids;
    const move = (action: 'demote' | 'archive' | 'promote', id: string) =>
      memory.control(caller(), AGENT, { action, memoryIds: [id] }, {});
    await move('demote', a);
    await move('archive', b);
    await move('demote', c);
    await move('promote', c);

    expect((await memory.stats(caller(), {})).flow).toEqual({
      hot_to_warm: 2,
      warm_to_cold: 1,
      promoted: 1,
      expired: 0,
    });
    ports.clock.advance({ days: 1 });
    expect((await memory.stats(caller(), {})).flow).toEqual({
      hot_to_warm: 0,
      warm_to_cold: 0,
      promoted: 0,
      expired: 0,
    });
  });

  it('have null for what a stopped engine would know, and all the rest', async () => {
    const { ports, memory, caller, store } = await aSession();
    await store();
    ports.fail('redis');
    ports.fail('chroma');

    const stats = await memory.stats(caller(), {});

    expect(stats.total_memories).toBe(1);
    expect(stats.hot).toMatchObject({ count: 1, pressure: null, used_bytes: null, hit_rate: null });
    expect(stats.cold).toEqual({ count: 0, bytes: null, compression_ratio: null });
  });

  it('are not to be had without PostgreSQL, and do not hide a fault of ours', async () => {
    const [down, broken] = [await aSession(), await aSession()];
    down.ports.fail('postgres');
    broken.ports.hot.stats = async () => Promise.reject(new TypeError('a fault'));

    await expect(down.memory.stats(down.caller(), {})).rejects.toMatchObject({ engine: 'postgres' });
    await expect(broken.memory.stats(broken.caller(), {})).rejects.toThrow('a fault');
  });

  it('count nothing of another tenant', async () => {
    const { memory, caller, store } = await aSession();
    await store();

    expect(await memory.stats(caller(null, { tenantId: 'tenant-b' }), {})).toMatchObject({ total_memories: 0 });
  });
});
