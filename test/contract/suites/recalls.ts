/** Contract of the recalls: who sees which patterns, and what becomes a candidate for warming. */
import { describe, expect, it } from 'vitest';
import { aCaller, type aMemory, ended } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { type RecallsSubject, recallHistory } from './recall-history.ts';
import { idsOf, subject } from './subject.ts';

export function describeRecallsContract(name: string, make: () => Promise<RecallsSubject>): void {
  const get = subject(make);

  const holding = (...fields: Parameters<typeof aMemory>[0][]) => recallHistory(get(), ...fields);

  describe(`${name}: access patterns`, () => {
    it('are summed by person, type and hour, the highest first', async () => {
      const { recalls, tenantId, used } = await holding(
        { userId: 'ada', type: 'fact' },
        { userId: 'ada', type: 'fact', agentId: 'coach' },
        { userId: 'bob', type: 'insight' },
        {},
      );
      await used([
        [0, { 7: 2, 21: 1 }],
        [1, { 7: 3 }],
        [2, { 0: 4 }],
      ]);
      await used([
        [3, { 7: 9 }],
        [0, { 7: 1 }],
        [9, { 7: 99 }],
      ]);
      const patterns = async (filter: { userId?: string; agentId?: string }) =>
        (await recalls.stats(aCaller(tenantId), filter, NOON)).patterns.map((one) => Object.values(one));

      expect((await recalls.stats(aCaller(tenantId), {}, NOON)).patterns).toEqual([
        { userId: null, type: 'analysis', hour: 7, count: 9 },
        { userId: 'ada', type: 'fact', hour: 7, count: 6 },
        { userId: 'bob', type: 'insight', hour: 0, count: 4 },
        { userId: 'ada', type: 'fact', hour: 21, count: 1 },
      ]);
      expect(await patterns({ userId: 'bob' })).toEqual([['bob', 'insight', 0, 4]]);
      expect(await patterns({ agentId: 'coach' })).toEqual([['ada', 'fact', 7, 3]]);
    });

    it('show a bound key those of its agent’s own memories alone, and no tenant those of another', async () => {
      const { recalls, tenantId, used } = await holding({ userId: 'ada' }, { userId: 'ada', agentId: 'coach' });
      await used([
        [0, { 7: 2 }],
        [1, { 7: 3 }],
      ]);
      const counts = async (agentId: string, filter: { agentId?: string } = {}, tenant = tenantId) =>
        (await recalls.stats(aCaller(tenant, { agentId }), filter, NOON)).patterns.map(({ count }) => count);

      expect(await counts('coach')).toEqual([3]);
      expect(await counts('coach', { agentId: 'neuroscientist' })).toEqual([]);
      expect(await counts('coach', {}, await get().newTenant())).toEqual([]);
    });

    it('of a flush come back with it, so that they can be settled', async () => {
      const { catalog, tenantId, records, used } = await holding({}, {});
      await used([
        [0, { 7: 2, 21: 1 }],
        [1, {}],
      ]);

      const { uses } = (await catalog.lastFlush(tenantId)) ?? { uses: new Map() };

      expect(uses.get(records[0]?.id ?? '')).toEqual({ count: 3, total: 3, hours: { 7: 2, 21: 1 } });
      expect(uses.get(records[1]?.id ?? '')).toEqual({ count: 0, total: 0, hours: {} });
    });
  });

  describe(`${name}: partners`, () => {
    it('were recalled together three times, in either order; the most often first', async () => {
      const { together, partnersOf } = await holding({}, {}, {}, {});
      await together([
        [0, 1, 2],
        [2, 0, 3],
        [0, 3, 2],
      ]);
      await together([
        [3, 0, 4],
        [0, 9, 9],
      ]);

      expect([await partnersOf(0), await partnersOf(2), await partnersOf(1)]).toEqual([[3, 2], [0], []]);
      expect(await partnersOf(0, NOON, 1)).toEqual([3]);
    });

    it('are others than those that were used', async () => {
      const { recalls, tenantId, records, together } = await holding({}, {}, {});
      await together([
        [0, 1, 3],
        [1, 2, 3],
      ]);
      const [first, second, third] = idsOf(records);

      const found = await recalls.partners(tenantId, [first ?? '', second ?? ''], 9, NOON);

      expect(idsOf(found)).toEqual([third]);
    });

    it('are neither hot, pinned, held, expired nor moved within a day', async () => {
      const yesterday = daysAfter(NOON, -1);
      const { together, partnersOf } = await holding(
        {},
        { tier: 'hot' },
        { pinned: true },
        { hold: 'demoted' },
        { expiresAt: NOON },
        { tierSince: secondsAfter(yesterday, 1) },
        { tierSince: yesterday, tier: 'cold' },
      );
      await together([1, 2, 3, 4, 5, 6].map((other) => [0, other, 5]));

      expect(await partnersOf(0)).toEqual([6]);
      expect(await partnersOf(0, secondsAfter(NOON, 1))).toEqual([5, 6]);
    });

    it('go with either of the two', async () => {
      const { log, tenantId, records, together, partnersOf } = await holding({}, {}, {});
      await together([
        [0, 1, 5],
        [1, 2, 5],
      ]);
      const [, second] = records;
      if (second === undefined) throw new Error('there are three');

      await log.commit(ended(tenantId, second).commit);
      await together([[0, 1, 5]]);

      expect([await partnersOf(0), await partnersOf(1), await partnersOf(2)]).toEqual([[], [], []]);
    });

    it('are twenty at most: what was recalled together lately passes what has faded', async () => {
      const { together, partnersOf } = await holding(...Array.from({ length: 23 }, () => ({})));
      const others = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
      await together([[0, 1, 9]], daysAfter(NOON, -21));
      await together(
        others(2, 22).map((other) => [0, other, 3]),
        daysAfter(NOON, -1),
      );
      const full = await partnersOf(0);
      await together([[0, 22, 5]]);

      expect(full).toEqual(others(2, 22));
      const then = await partnersOf(0);
      expect([then.length, then[0]]).toEqual([20, 22]);
    });

    it('are so for a month after the last joint recall, and then forgotten', async () => {
      const { recalls, tenantId, together, partnersOf } = await holding({}, {}, {});
      await together([[0, 1, 5]], daysAfter(NOON, -31));
      await together([[0, 2, 5]], daysAfter(NOON, -30));
      const before = [await partnersOf(0), await partnersOf(0, daysAfter(NOON, -1))];

      await recalls.prune(tenantId, NOON);

      expect(before).toEqual([[2], [1, 2]]);
      expect(await partnersOf(0, daysAfter(NOON, -1))).toEqual([2]);
    });
  });

  describe(`${name}: habits`, () => {
    it('are what people recall at an hour, five times or more, with how often in all', async () => {
      const { recalls, tenantId, used } = await holding(
        { userId: 'ada', type: 'fact' },
        { userId: 'ada', type: 'fact', agentId: 'coach' },
        { userId: 'bob', type: 'insight' },
        { userId: 'eve' },
        {},
      );
      await used([
        [0, { 7: 2, 21: 1 }],
        [1, { 7: 3 }],
        [2, { 7: 8 }],
        [3, { 7: 4 }],
        [4, { 7: 50 }],
      ]);

      expect(await recalls.recalledAt(tenantId, 7, 9)).toEqual([
        { userId: 'bob', type: 'insight', count: 8, total: 8 },
        { userId: 'ada', type: 'fact', count: 5, total: 6 },
      ]);
      expect(await recalls.recalledAt(tenantId, 7, 1)).toHaveLength(1);
      expect(await recalls.recalledAt(tenantId, 21, 9)).toEqual([]);
    });

    it('have that person’s memories of the type as candidates, the most used first', async () => {
      const { recalls, tenantId, records, used } = await holding(
        { userId: 'ada', priority: 2 },
        { userId: 'ada', priority: 9 },
        { userId: 'ada', priority: 1 },
        { userId: 'ada', type: 'fact' },
        { userId: 'bob' },
        { userId: 'ada', tier: 'hot' },
      );
      await used([[2, { 7: 1 }]]);
      const habits = [{ userId: 'ada', type: 'analysis' as const }];

      const found = await recalls.ofHabits(tenantId, habits, 2, NOON);

      expect(found.map(({ id }) => idsOf(records).indexOf(id)).sort()).toEqual([1, 2]);
      expect(found[0]?.content).toBeNull();
      expect(await recalls.ofHabits(tenantId, [], 2, NOON)).toEqual([]);
    });
  });
}
