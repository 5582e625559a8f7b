/** Reading from Redis: who sees what, when a copy is believed, and what a read leaves behind. */
import { describe, expect, it } from 'vitest';
import { feedKeys } from '../../../layers/memory/keys.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import { mayRead } from '../../../layers/memory/policy/access.ts';
import { retentionScore } from '../../../layers/memory/policy/retention.ts';
import { latencyField } from '../../../layers/memory/tiers/latency-buckets.ts';
import { aCaller, aMemory } from '../../support/builders.ts';
import { secondsAfter } from '../../support/clock.ts';
import { ENGINES, hotEngine, prepareHot } from './hot-engine.ts';

describe.each(ENGINES)('$engine: reading', ({ embedded }) => {
  const engine = hotEngine(embedded);

  it('shows each caller what the rule of access lets it see, and counts uses of nothing else', async () => {
    const { hot, tenantId, now } = await prepareHot(engine());
    const memories = [
      aMemory({ agentId: 'a' }),
      aMemory({ agentId: 'b' }),
      aMemory({ agentId: 'b', userId: 'u' }),
      aMemory({ agentId: 'b', spaceId: 's1' }),
      aMemory({ agentId: 'b', spaceId: 's2' }),
      aMemory({ agentId: 'b', spaceId: 's1', visibility: 'agent' }),
      aMemory({ agentId: 'a', spaceId: 's3' }),
    ];
    const ids = memories.map(({ id }) => id);
    await hot.putAndEvict(tenantId, memories, now);
    const callers: Caller[] = [
      aCaller(tenantId),
      aCaller(tenantId, { agentId: 'a' }),
      aCaller(tenantId, { agentId: 'a', spaceRoles: { s1: 'reader', s2: 'writer' } }),
      aCaller(tenantId, { agentId: 'b', spaceRoles: { s3: 'reader' } }),
      aCaller(tenantId, { agentId: 'c', spaceRoles: { '': 'reader' } }),
      aCaller(tenantId, { agentId: '' }),
    ];

    const seen = [];
    for (const caller of callers) {
      const { records } = await hot.read(caller, ids, { use: true, now });
      seen.push([...records.keys()]);
    }

    const expected = callers.map((caller) => memories.filter((memory) => mayRead(caller, memory)).map(({ id }) => id));
    expect(expected.map((list) => list.length)).toEqual([7, 3, 5, 6, 1, 1]);
    expect(seen).toEqual(expected);
    const uses = await hot.pendingUses(tenantId);
    const counted = ids.map((id) => expected.filter((list) => list.includes(id)).length);
    expect(ids.map((id) => uses.get(id)?.count ?? 0)).toEqual(counted);
  });

  it('knows nothing of another tenant', async () => {
    const one = await prepareHot(engine());
    const other = await prepareHot(engine());
    const memory = aMemory();
    await one.hot.putAndEvict(one.tenantId, [memory], one.now);

    const { records } = await other.hot.read(aCaller(other.tenantId), [memory.id], { use: true, now: other.now });

    expect(records.size).toBe(0);
    expect((await one.hot.pendingUses(one.tenantId)).size).toBe(0);
  });

  it('hides a memory from the millisecond of its expiry on', async () => {
    const { hot, tenantId, now, clock } = await prepareHot(engine());
    const memory = aMemory({ expiresAt: secondsAfter(now, 10) });
    await hot.putAndEvict(tenantId, [memory], now);
    const read = () => hot.read(aCaller(tenantId), [memory.id], { use: false, now: clock.instant() });

    clock.advance({ ms: 9_999 });
    const before = await read();
    clock.advance({ ms: 1 });

    expect(before.records.size).toBe(1);
    expect((await read()).records.size).toBe(0);
  });

  it('counts each use exactly, under 16 readers at once', async () => {
    const { hot, tenantId, now } = await prepareHot(engine());
    const memory = aMemory({ accessCount: 10 });
    await hot.putAndEvict(tenantId, [memory], now);
    const reads = embedded ? 5 : 20;

    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let n = 0; n < reads; n += 1) {
          await hot.read(aCaller(tenantId), [memory.id, memory.id], { use: true, now });
        }
      }),
    );

    const { records } = await hot.read(aCaller(tenantId), [memory.id], { use: false, now });
    expect(records.get(memory.id)).toEqual({ ...memory, accessCount: 10 + 16 * reads, lastAccessedAt: now });
    expect(await hot.pendingUses(tenantId)).toEqual(
      new Map([[memory.id, { count: 16 * reads, lastAt: now, recent: [now, now, now], hours: { 12: 16 * reads } }]]),
    );
  });

  it('keeps the sum of settled and pending uses, also through a later write from an older catalog row', async () => {
    const { hot, tenantId, now } = await prepareHot(engine());
    const [memory, cold] = [aMemory({ accessCount: 2 }), aMemory()];
    await hot.putAndEvict(tenantId, [memory], now);
    const lastAt = secondsAfter(now, 60);
    for (let n = 0; n < 5; n += 1) await hot.used(tenantId, [memory.id, cold.id], lastAt);
    const read = async () =>
      (await hot.read(aCaller(tenantId), [memory.id], { use: false, now })).records.get(memory.id);

    await hot.settleUses(tenantId, {
      id: 'one',
      previous: '',
      uses: new Map([[memory.id, { count: 3, total: 5, hours: { 12: 3 } }]]),
    });
    const partly = await hot.pendingUses(tenantId);
    const whilePartly = await read();
    const uses = new Map([
      [memory.id, { count: 2, total: 7, hours: { 12: 2 } }],
      [cold.id, { count: 9, total: 9, hours: { 12: 9 } }],
    ]);
    await hot.settleUses(tenantId, { id: 'two', previous: 'one', uses });
    await hot.putAndEvict(tenantId, [{ ...memory, seq: 2 }], now);

    expect(partly.get(memory.id)).toEqual({ count: 2, lastAt, recent: [lastAt, lastAt, lastAt], hours: { 12: 2 } });
    expect(whilePartly).toMatchObject({ accessCount: 7, lastAccessedAt: lastAt });
    expect(await hot.pendingUses(tenantId)).toEqual(new Map());
    expect(await read()).toMatchObject({ seq: 2, accessCount: 7, lastAccessedAt: lastAt });
  });

  it('scores as the policy does, to a billionth, at the write and at every use', async () => {
    const { hot, tenantId, raw, keys, clock } = await prepareHot(engine());
    const memory = aMemory({
      priority: 7.35,
      confidence: 0.812,
      accessCount: 3,
      createdAt: '2026-02-11T03:04:05.678Z',
    });
    const storedScore = async () => Number(await raw.zscore(keys.scores, memory.id));
    await hot.putAndEvict(tenantId, [memory], clock.instant());
    const atWrite = await storedScore();

    for (let uses = 1; uses <= 4; uses += 1) {
      clock.advance({ ms: 123_457 });
      const now = clock.instant();
      await (uses % 2 === 0
        ? hot.used(tenantId, [memory.id], now)
        : hot.read(aCaller(tenantId), [memory.id], { use: true, now }));

      expect(Math.abs((await storedScore()) - retentionScore({ ...memory, accessCount: 3 + uses }, now))).toBeLessThan(
        1e-9,
      );
    }

    expect(Math.abs(atWrite - retentionScore(memory, '2026-03-01T12:00:00.000Z'))).toBeLessThan(1e-9);
    clock.advance({ days: 40 });
    await hot.rescore(tenantId, [memory.id], clock.instant());
    const faded = retentionScore({ ...memory, accessCount: 7 }, clock.instant());
    expect(Math.abs((await storedScore()) - faded)).toBeLessThan(1e-9);
  });

  it('answers without the lease, says so, and counts neither hits nor uses', async () => {
    const { hot, tenantId, now } = await prepareHot(engine(), { leased: false });
    const memory = aMemory();
    await hot.putAndEvict(tenantId, [memory], now);

    const dead = await hot.read(aCaller(tenantId), [memory.id], { use: true, now });
    await hot.advance(tenantId, 'cursor-1', false);
    const behind = await hot.read(aCaller(tenantId), [memory.id], { use: true, now });
    await hot.advance(tenantId, 'cursor-2', true);
    const caughtUp = await hot.read(aCaller(tenantId), [memory.id], { use: true, now });

    expect([dead.leased, behind.leased, caughtUp.leased]).toEqual([false, false, true]);
    expect(dead.records.get(memory.id)).toEqual(memory);
    expect(caughtUp.records.get(memory.id)?.accessCount).toBe(1);
    expect(await hot.stats(tenantId)).toMatchObject({ hits: 1, misses: 2 });
    expect(await hot.cursor(tenantId)).toBe('cursor-2');
  });

  it('believes its copies no longer than the lease says', async () => {
    const { hot, tenantId, raw, keys } = await prepareHot(engine(), { leaseSeconds: 7 });

    const left = await raw.pttl(keys.lease);

    expect(left).toBeGreaterThan(5_000);
    expect(left).toBeLessThanOrEqual(7_000);
    await raw.del(keys.lease);
    expect((await hot.read(aCaller(tenantId), [], { use: true, now: '2026-03-01T12:00:00.000Z' })).leased).toBe(false);
  });

  it('carries latencies and events along with any call', async () => {
    const { hot, tenantId, now, raw, keys } = await prepareHot(engine());
    const ride = (event: string, ms: number) => ({ latencies: [{ operation: 'retrieve', ms }], events: [event] });
    const memory = aMemory();
    await raw.set(feedKeys(tenantId).watched, '1');

    await hot.putAndEvict(tenantId, [memory], now, ride('{"n":1}', 1));
    await hot.read(aCaller(tenantId), [memory.id], { use: false, now, ride: ride('{"n":2}', 1) });
    await hot.used(tenantId, [], now, ride('{"n":3}', 40));

    expect(await raw.lrange<string>(keys.ephemeral, 0, -1)).toEqual(['{"n":3}', '{"n":2}', '{"n":1}']);
    const { latency } = await hot.stats(tenantId);
    expect(latency.retrieve?.p50).toBeCloseTo(1, 1);
    expect(Math.abs((latency.retrieve?.p99 ?? 0) - 40)).toBeLessThan(2);
    const hour = Math.floor(Date.now() / 3_600_000);
    const counters = await Promise.all(
      [hour, hour - 1].map((h) => raw.hget<string>(keys.latency(h), latencyField('retrieve', 1))),
    );
    expect(counters.filter((count) => count !== null).reduce((sum, count) => sum + Number(count), 0)).toBe(2);
  });

  it('carries no events while nobody follows the feed, and says so', async () => {
    const { hot, tenantId, now, raw, keys } = await prepareHot(engine());
    const ride = { latencies: [], events: ['{}'] };
    const look = async () => [
      (await hot.read(aCaller(tenantId), [], { use: false, now, ride })).watched,
      (await hot.used(tenantId, [], now, ride)).watched,
    ];

    const unwatched = await look();
    const kept = await raw.llen(keys.ephemeral);
    await raw.set(feedKeys(tenantId).watched, '1');

    expect([unwatched, kept, await look()]).toEqual([[false, false], 0, [true, true]]);
  });

  it('keeps the newest 1,000 events only', async () => {
    const { hot, tenantId, now, raw, keys } = await prepareHot(engine());
    const events = Array.from({ length: 600 }, (_, n) => String(n));
    await raw.set(feedKeys(tenantId).watched, '1');

    await hot.used(tenantId, [], now, { latencies: [], events });
    await hot.used(tenantId, [], now, { latencies: [], events });

    const kept = await raw.lrange<string>(keys.ephemeral, 0, -1);
    expect(kept).toHaveLength(1_000);
    expect([kept[0], kept.at(-1)]).toEqual(['599', '200']);
  });

  it('carries any text in content, ids of agents and spaces unchanged', async () => {
    const { hot, tenantId, now } = await prepareHot(engine());
    const memory = aMemory({
      agentId: 'ägent "1"',
      spaceId: "s'\\{}",
      content: { text: 'naïve 日本語 🧠 \u0000 \n\t"\\', list: [], nil: null },
    });
    await hot.putAndEvict(tenantId, [memory], now);
    const caller = aCaller(tenantId, { agentId: 'other', spaceRoles: { "s'\\{}": 'reader' } });

    const { records } = await hot.read(caller, [memory.id], { use: false, now });

    expect(records.get(memory.id)).toEqual(memory);
    expect(await hot.stats(tenantId)).toMatchObject({ usedBytes: Buffer.byteLength(JSON.stringify(memory)) });
  });
});
