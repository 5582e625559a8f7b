/** What the sweep learns from recalls, on real engines: patterns counted once, partners warmed, queries logged; killed or not. */
import { beforeEach, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter } from '../../support/clock.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { expectIn } from '../must-hold/where.ts';
import { dyingPorts, emptyRedis, expectStatsToEqualARecount, lastEvent, swept, use } from './tiers.ts';

const AGENT = 'neuroscientist';

let d: Domain;
const begin = async (settings: Record<string, string> = {}) => {
  d = await domain(sharedEngines(), { settings });
};
beforeEach(() => begin());

const stats = async (filter = {}, agentId: string | null = null) =>
  (await d.memory.stats(d.caller(agentId), filter)) as {
    access_patterns: { user_id: string | null; type: string; hour: number; count: number }[];
    prediction: { warmed: number; hit_rate: number | null };
  };
const storeOld = (days: number, draft: Parameters<Domain['store']>[0] = {}) =>
  d.store({ createdAt: daysAfter(d.clock.instant(), -days), userId: 'ada', ...draft });
const countOf = async (table: string) => {
  const [row] = await d.sql(`select count(*)::int as n from auren.${table} where tenant_id = $1`, [d.tenantId]);
  return row?.n;
};

/** Recalled together three times, five days apart: too far to be lifted by use. */
async function partners(days: number) {
  const [first, partner] = [await storeOld(100), await storeOld(days)];
  await d.drain();
  for (let n = 0; n < 3; n += 1) {
    d.clock.advance({ days: 5 });
    await d.memory.getMany(d.caller(AGENT), [first.id, partner.id], 1e6);
    await swept(d);
  }
  d.clock.advance({ days: 5 });
  return { first, partner };
}

describe('access patterns', () => {
  it('count each use by person, type and hour as of the sweep, and looking at them is no use', async () => {
    const [hot, cold] = [await d.store({ userId: 'ada', type: 'fact' }), await storeOld(730, { userId: 'bob' })];
    await d.drain();
    await use(d, hot.id, 3);
    d.clock.advance({ seconds: 3_600 });
    await use(d, cold.id, 2);
    await d.memory.search(d.caller(AGENT), aSearch('resting', { mode: 'lexical', userId: 'ada' }));
    const before = (await stats()).access_patterns;
    await swept(d);
    for (let n = 0; n < 3; n += 1) await stats();
    await swept(d);

    expect(before).toEqual([]);
    expect((await stats()).access_patterns).toEqual([
      { user_id: 'ada', type: 'fact', hour: 12, count: 3 },
      { user_id: 'bob', type: 'analysis', hour: 13, count: 2 },
      { user_id: 'ada', type: 'fact', hour: 13, count: 1 },
    ]);
    expect((await stats({ userId: 'bob' })).access_patterns).toHaveLength(1);
    expect((await stats({}, 'coach')).access_patterns).toEqual([]);
  });

  it('lose with Redis what came since the last sweep, and count nothing twice', async () => {
    const { id } = await d.store({ userId: 'ada' });
    await d.drain();
    await use(d, id, 2);
    await swept(d);
    await use(d, id, 1);
    await emptyRedis(d);
    await swept(d);
    await use(d, id, 4);
    await swept(d);

    expect((await stats()).access_patterns.map(({ count }) => count)).toEqual([6]);
  });
});

describe('what was recalled together', () => {
  it.each([
    ['hot', 100],
    ['warm', 800],
  ] as const)('comes %s, whole, when its partner is used; the use that follows makes it a hit', async (tier, days) => {
    const { first, partner } = await partners(days);
    await d.memory.retrieve(d.caller(AGENT), first.id, {});

    expect(await swept(d)).toMatchObject({ moved: { prediction: 1, use: 0 } });
    await d.drain();

    await expectIn(d, tier, partner.id);
    expect((await lastEvent(d, partner.id))?.data).toMatchObject({ to: tier, reason: 'prediction' });
    expect((await stats()).prediction).toEqual({ warmed: 1, hit_rate: null });
    d.clock.advance({ days: 1 });
    expect((await d.memory.retrieve(d.caller(AGENT), partner.id, {})).content).toEqual(partner.content);
    await swept(d);
    await d.drain();
    // The second is the other of the two, warmed in its turn and not decided yet.
    expect((await stats()).prediction).toEqual({ warmed: 2, hit_rate: 1 });
    await expectStatsToEqualARecount(d);
  });

  it('stays where it is while warming is off; the patterns are counted all the same', async () => {
    await begin({ AUREN_PREDICTIVE_WARMING: 'off' });
    const { first, partner } = await partners(100);
    await d.memory.retrieve(d.caller(AGENT), first.id, {});

    expect(await swept(d)).toMatchObject({ moved: { prediction: 0 } });
    await expectIn(d, 'warm', partner.id);
    expect((await stats()).access_patterns.map(({ count }) => count)).toEqual([7]);
    expect(await countOf('co_access')).toBe(2);
  });

  it('is forgotten with a memory that is deleted or expires', async () => {
    const { first, partner } = await partners(100);
    await d.memory.retrieve(d.caller(AGENT), first.id, {});
    await swept(d);
    const before = [await countOf('co_access'), await countOf('predictions')];

    await d.memory.delete(d.caller(), partner.id, {});

    expect([before, await countOf('co_access'), await countOf('predictions')]).toEqual([[2, 1], 0, 0]);
    await d.drain();
    await expectStatsToEqualARecount(d);
  });
});

describe('a killed sweep', () => {
  const CALLS = {
    catalog: ['lastFlush', 'countUses'],
    hot: ['pendingUses', 'settleUses', 'takeRecalls', 'pendingQueries', 'dropQueries', 'count'],
    recalls: ['countTogether', 'partners', 'recalledAt', 'ofHabits', 'prune'],
    queries: ['add', 'prune'],
    log: ['commit'],
  };

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('%s any call: uses by hour and queries count once, a move has its prediction', async (_, isDone) => {
    let killed = 0;
    for (;;) {
      await begin({ AUREN_QUERY_LOG: 'on' });
      const { first, partner } = await partners(100);
      await d.memory.search(d.caller(AGENT), aSearch('nothing like it', { mode: 'lexical' }));
      await d.memory.retrieve(d.caller(AGENT), first.id, {});
      const wasKilled = await swept(d, dyingPorts(d, CALLS, killed + 1, isDone)).then(
        () => false,
        () => true,
      );
      await swept(d);
      await d.drain();

      const { access_patterns: patterns, prediction } = await stats();
      const isWarmed = (await lastEvent(d, partner.id))?.data.reason === 'prediction';
      expect([killed, patterns.map(({ count }) => count), await countOf('query_log')]).toEqual([killed, [7], 1]);
      expect([killed, prediction.warmed]).toEqual([killed, isWarmed ? 1 : 0]);
      await expectIn(d, isWarmed ? 'hot' : 'warm', partner.id);
      await expectStatsToEqualARecount(d);
      if (!wasKilled) break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(12);
  });
});
