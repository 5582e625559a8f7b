/** The sweep really moves memories: by age, use, time over and policy, each through its engines, each whole. */
import { beforeEach, describe, expect, it } from 'vitest';
import { daysAfter } from '../../support/clock.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { control, expectIn, inChroma } from '../must-hold/where.ts';
import { eventCount, expectStatsToEqualARecount, lastEvent, rowOf, swept, use } from './tiers.ts';

let d: Domain;
beforeEach(async () => {
  d = await domain(sharedEngines());
});

/** The content as the engine of the tier itself gives it. */
const inEngine = async (tier: 'hot' | 'warm' | 'cold', id: string) =>
  (await d.ports[tier].get(d.tenantId, [id])).get(id)?.content;

describe('age', () => {
  it('takes a memory from Redis to PostgreSQL to Chroma; it is readable whole at each step, and as old as it was', async () => {
    const content = { text: 'slow breathing', nested: { list: [1, null, 'ß'] } };
    const { id, createdAt } = await d.store({ content, priority: 9 });
    await d.drain();
    const seen: unknown[] = [];
    for (const [days, tier] of [
      [31, 'warm'],
      [335, 'cold'],
    ] as const) {
      d.clock.advance({ days });
      await swept(d);
      const atOnce = await d.memory.retrieve(d.caller(), id, {});
      await d.drain();
      const read = await d.memory.retrieve(d.caller(), id, {});
      await expectIn(d, tier, id);
      seen.push([atOnce.tier, atOnce.content, read.tier, read.content, read.createdAt, await inEngine(tier, id)]);
      expect((await lastEvent(d, id))?.data).toMatchObject({ to: tier, reason: 'age' });
    }

    expect(seen).toEqual([
      ['warm', content, 'warm', content, createdAt, content],
      ['cold', content, 'cold', content, createdAt, content],
    ]);
    await expectStatsToEqualARecount(d);
    expect((await d.memory.stats(d.caller(), {})).flow).toMatchObject({ hot_to_warm: 0, warm_to_cold: 1 });
  });

  it('moves 450 in batches; a second run makes no event', async () => {
    const drafts = Array.from({ length: 450 }, (_, n) => ({
      agentId: 'neuroscientist',
      type: 'fact' as const,
      content: { text: `fact ${n}` },
    }));
    await d.memory.storeBatch(d.caller(), drafts);
    await d.drain();
    d.clock.advance({ days: 31 });

    const first = await swept(d);
    const count = await eventCount(d);
    const second = await swept(d);
    await d.drain();

    expect(first).toMatchObject({ moved: { age: 450 }, backlog: 0 });
    expect(second).toMatchObject({ moved: { age: 0, use: 0, policy: 0, pressure: 0 }, expired: 0, uses_counted: 0 });
    expect(await eventCount(d)).toBe(count);
    await expectStatsToEqualARecount(d);
    expect((await d.memory.stats(d.caller(), {})).flow).toMatchObject({ hot_to_warm: 450 });
  });

  it('leaves what is pinned, and a hold where its agent put it', async () => {
    const pinned = await d.store({ pinned: true });
    const held = await d.store();
    await control(d, 'archive', held.id);
    d.clock.advance({ days: 400 });
    await swept(d);
    await d.drain();

    await expectIn(d, 'hot', pinned.id);
    expect(await rowOf(d, held.id)).toMatchObject({ tier: 'cold', hold: 'archived' });
  });
});

describe('use', () => {
  it('brings a cold memory up a tier at a time, clears its hold, and leaves nothing behind', async () => {
    const { id, content } = await d.store({ createdAt: daysAfter(d.clock.instant(), -730) });
    const other = await d.store();
    await control(d, 'demote', other.id);
    await d.drain();
    await use(d, id, 3);
    await use(d, other.id, 3);
    await swept(d);
    await d.drain();
    await expectIn(d, 'warm', id);
    expect(await rowOf(d, other.id)).toMatchObject({ tier: 'hot', hold: null });
    expect((await lastEvent(d, id))?.data).toMatchObject({ from: 'cold', to: 'warm', reason: 'use' });
    await use(d, id, 3);
    await swept(d);
    await d.drain();

    await expectIn(d, 'hot', id);
    expect((await d.memory.retrieve(d.caller(), id, {})).content).toEqual(content);
    expect(await swept(d)).toMatchObject({ moved: { age: 0, use: 0 } });
    await expectStatsToEqualARecount(d);
  });

  it('is counted in the catalog as of the sweep, and exactly while hot', async () => {
    const { id } = await d.store();
    await d.drain();
    await use(d, id, 5);
    const before = await rowOf(d, id);
    await swept(d);
    await use(d, id, 2);

    expect([before?.accessCount, (await rowOf(d, id))?.accessCount]).toEqual([0, 5]);
    expect((await d.memory.retrieve(d.caller(), id, {})).accessCount).toBe(8);
    await swept(d);
    expect((await rowOf(d, id))?.accessCount).toBe(8);
  });
});

describe('time over', () => {
  it('leaves an event and frees every tier, the index, the lists and the key', async () => {
    const ids: string[] = [];
    for (const createdAt of [0, -100, -730].map((days) => daysAfter(d.clock.instant(), days))) {
      ids.push((await d.store({ ttlSeconds: 60, key: `k${ids.length}`, priority: 9, createdAt })).id);
    }
    await d.drain();
    d.clock.advance({ seconds: 61 });

    expect(await swept(d)).toMatchObject({ expired: 3 });
    await d.drain();

    for (const id of ids) {
      expect(await lastEvent(d, id)).toMatchObject({ type: 'memory.expired', data: { reason: 'ttl' }, payload: null });
      expect((await inChroma(d, id)).found).toBe(false);
      expect([await inEngine('hot', id), await inEngine('warm', id), await inEngine('cold', id)]).toEqual(
        Array(3).fill(undefined),
      );
    }
    expect((await d.store({ key: 'k0' })).id).not.toBe(ids[0]);
    expect((await d.memory.stats(d.caller(), {})).flow).toMatchObject({ expired: 3 });
    await d.drain();
    await expectStatsToEqualARecount(d);
  });
});

describe('a standing policy', () => {
  it('is applied again to what came after it, changes nothing twice, and what it keeps ages at half the pace', async () => {
    const policy = {
      action: 'set_retention',
      criteria: { minPriority: 7 },
      onFail: 'archive',
      simulate: false,
    } as const;
    await d.memory.control(d.caller(), 'neuroscientist', { ...policy, queries: [] }, {});
    const [kept, released] = [await d.store({ priority: 7.5 }), await d.store({ priority: 2 })];
    const report = await swept(d);
    await d.drain();
    const count = await eventCount(d);
    await swept(d);

    expect(report).toMatchObject({ marked: 1, moved: { policy: 1 } });
    expect(await eventCount(d)).toBe(count);
    await expectIn(d, 'cold', released.id);
    d.clock.advance({ days: 59 });
    await swept(d);
    expect((await rowOf(d, kept.id))?.tier).toBe('hot');
    d.clock.advance({ days: 1 });
    await swept(d);
    expect((await rowOf(d, kept.id))?.tier).toBe('warm');
  });

  it('that forgets does so, and not what is pinned', async () => {
    const policy = {
      action: 'set_retention',
      criteria: { maxAgeDays: 10 },
      onFail: 'forget',
      simulate: false,
    } as const;
    const [lost, pinned] = [await d.store(), await d.store({ pinned: true })];
    await d.memory.control(d.caller(), 'neuroscientist', { ...policy, queries: [] }, {});
    d.clock.advance({ days: 11 });

    expect(await swept(d)).toMatchObject({ forgotten: 1 });
    await d.drain();

    expect(await lastEvent(d, lost.id)).toMatchObject({ type: 'memory.deleted', data: { reason: 'policy' } });
    expect([await rowOf(d, lost.id), (await rowOf(d, pinned.id))?.tier]).toEqual([undefined, 'hot']);
    await expectStatsToEqualARecount(d);
  });
});
