/** The hot tier: uses are counted exactly, and its capacity is never exceeded. */
import { hotKeys } from '@auren/memory/keys.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { AGENT } from './where.ts';

let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

describe('uses', () => {
  it('are counted exactly while hot: each retrieve, each many-get, never a list, a history or a count', async () => {
    const { id } = await d.store();
    await d.drain();
    for (let n = 0; n < 3; n += 1) await d.memory.retrieve(d.caller(), id, {});
    await d.memory.getMany(d.caller(), [id, id], 1e6);
    await d.memory.list(d.caller(), { order: '-created_at', limit: 10 }, 1e6);
    await d.memory.history(d.caller(), id);
    await d.memory.stats(d.caller(), {});

    const { accessCount, lastAccessedAt } = await d.memory.retrieve(d.caller(), id, {});

    expect([accessCount, lastAccessedAt]).toEqual([5, d.clock.instant()]);
  });

  it('survive a change of the memory', async () => {
    const { id } = await d.store();
    await d.drain();
    await d.memory.retrieve(d.caller(), id, {});
    await d.memory.update(d.caller(), id, { priority: 9 }, {});
    await d.project();

    expect((await d.memory.retrieve(d.caller(), id, {})).accessCount).toBe(2);
  });
});

describe('capacity', () => {
  it('is never exceeded: 200 stores into 50 leave 50 at most in Redis and by the catalog; the rest is warm and readable', async () => {
    const small = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: '50' } });
    const scores = hotKeys(small.tenantId).scores;
    const ids: string[] = [];
    const counts: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const some = await Promise.all(
        Array.from({ length: 10 }, (_, n) => small.store({ content: { n: round * 10 + n } })),
      );
      ids.push(...some.map(({ id }) => id));
      counts.push(await small.redis.zcard(scores));
    }
    await small.drain();
    counts.push(await small.redis.zcard(scores));

    const { memories, missing } = await small.memory.getMany(small.caller(), ids, 1e7);
    const stats = await small.memory.stats(small.caller(), {});
    const hot = memories.filter(({ tier }) => tier === 'hot').length;
    expect(Math.max(...counts)).toBeLessThanOrEqual(50);
    expect(missing).toEqual([]);
    expect(memories.map(({ content }) => content.n).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 200 }, (_, n) => n),
    );
    expect([hot, 200 - hot]).toEqual([
      await small.redis.zcard(scores),
      (stats.tier_distribution as { warm: number }).warm,
    ]);
    const moves = await small.sql(
      `select count(*)::int as n from auren.events where tenant_id = $1 and type = 'memory.tier_changed'
      and data ->> 'reason' = 'pressure'`,
      [small.tenantId],
    );
    expect(moves[0]?.n).toBe(200 - hot);
  });

  it('gives pins half of it and says so of the others', async () => {
    const small = await domain(sharedEngines(), { settings: { AUREN_HOT_CAPACITY: '6' } });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await small.store()).id);

    const pinning = await small.memory.control(small.caller(), AGENT, { action: 'pin', memoryIds: ids }, {});

    const skipped = ids.slice(3).map((id) => ({ id, reason: 'capacity' }));
    expect(pinning.body).toEqual({ action: 'pin', updated_count: 3, skipped });
    await expect(small.store({ pinned: true })).rejects.toMatchObject({ code: 'conflict' });
    await expect(small.memory.update(small.caller(), ids[4] ?? '', { pinned: true }, {})).rejects.toMatchObject({
      code: 'conflict',
    });
    for (let n = 0; n < 12; n += 1) await small.store({ priority: 10 });
    const { memories } = await small.memory.getMany(small.caller(), ids.slice(0, 3), 1e6);
    expect(memories.map(({ tier, pinned }) => [tier, pinned])).toEqual(Array(3).fill(['hot', true]));
  });
});
