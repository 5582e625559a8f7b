/** Contract of the recalls: who sees which patterns, what becomes a candidate for warming, and which predictions were right. */
import { describe, expect, it } from 'vitest';
import type { Recalls } from '../../../layers/memory/recall/port.ts';
import type { HourCounts } from '../../../layers/memory/tiers/port.ts';
import { aCaller, aMemory, ended, moved, stored } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf, subject } from './subject.ts';

export interface RecallsSubject extends LogSubject {
  recalls: Recalls;
}

const LONG_AGO = daysAfter(NOON, -100);

export function describeRecallsContract(name: string, make: () => Promise<RecallsSubject>): void {
  const get = subject(make);

  /** A tenant with these memories, warm for a hundred days unless said otherwise. */
  async function holding(...fields: Parameters<typeof aMemory>[0][]) {
    const { newTenant, ...ports } = get();
    const tenantId = await newTenant();
    const records = await commitAll(
      ports.log,
      fields.map((of) => stored(tenantId, aMemory({ tier: 'warm', createdAt: LONG_AGO, ...of }))),
    );
    let flush = '';
    /** Uses by hour, of the memory at each place. */
    const used = async (uses: readonly [place: number, hours: HourCounts, at?: string][]) => {
      const previous = flush;
      flush = `${previous}+`;
      await ports.catalog.countUses(tenantId, {
        id: flush,
        previous,
        uses: uses.map(([place, hours, at = NOON]) => {
          const count = Object.values(hours).reduce((sum, n) => sum + n, 0);
          return { id: records[place]?.id ?? 'mem_absent', count, recent: [at], hours };
        }),
      });
    };
    /** Recalled together so often, the last time at an instant. */
    const together = (pairs: readonly [one: number, other: number, count: number][], lastAt = NOON) =>
      ports.recalls.countTogether(
        tenantId,
        pairs.map(([one, other, count]) => {
          const [id = '', otherId = ''] = [records[one]?.id, records[other]?.id];
          return { id, otherId, count, lastAt };
        }),
        lastAt,
      );
    /** Places of the partners of the memory at a place. */
    const partnersOf = async (place: number, now = NOON, limit = 100) => {
      const found = await ports.recalls.partners(tenantId, [records[place]?.id ?? ''], limit, now);
      return found.map(({ id }) => idsOf(records).indexOf(id));
    };
    return { ...ports, tenantId, records, used, together, partnersOf };
  }

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

  describe(`${name}: predictions`, () => {
    const days = (count: number) => daysAfter(NOON, count);
    /** A warm memory with a partner, that was warmed from cold at noon. */
    async function warmed(reason: 'prediction' | 'use' = 'prediction') {
      const made = await holding({}, { tier: 'cold', userId: 'ada' });
      await made.together([[0, 1, 5]]);
      const [, cold] = made.records;
      if (cold === undefined) throw new Error('there are two');
      const { commit, record } = moved(made.tenantId, cold, 'warm', reason);
      await made.log.commit(commit);
      const figures = async (now: string, filter = {}, caller = aCaller(made.tenantId)) =>
        Object.values((await made.recalls.stats(caller, filter, now)).predictions);
      return { ...made, record, figures };
    }

    it('are noted by the commit that moves for them, by no other, and counted for who may see the memory', async () => {
      const [one, other] = [await warmed(), await warmed('use')];
      const coach = aCaller(one.tenantId, { agentId: 'coach' });

      expect(await one.figures(NOON)).toEqual([1, 0, 0]);
      expect(await other.figures(NOON)).toEqual([0, 0, 0]);
      expect(await one.figures(NOON, { userId: 'ada' }, coach)).toEqual([1, 0, 0]);
      expect(await one.figures(NOON, { userId: 'bob' })).toEqual([0, 0, 0]);
      expect(await one.figures(NOON, { agentId: 'coach' })).toEqual([0, 0, 0]);
    });

    it('are hits where a use follows within seven days', async () => {
      const { figures, used, partnersOf } = await warmed();
      await used([[1, { 12: 1 }, secondsAfter(NOON, -1)]]);
      const before = await figures(days(1));
      await used([[1, { 12: 1 }, days(7)]]);

      expect([before, await figures(days(8))]).toEqual([
        [1, 0, 0],
        [1, 1, 1],
      ]);
      expect(await partnersOf(0, days(8))).toEqual([1]);
    });

    it('are in vain after seven days: a use that comes late is none, and for a month it is no candidate', async () => {
      const { figures, used, partnersOf, recalls, tenantId } = await warmed();
      await used([[1, { 12: 1 }, secondsAfter(days(7), 1)]]);

      expect([await figures(secondsAfter(days(7), -1)), await figures(days(7))]).toEqual([
        [1, 0, 0],
        [1, 1, 0],
      ]);
      expect([await partnersOf(0, days(29)), await partnersOf(0, days(30))]).toEqual([[], [1]]);
      expect(await figures(days(30))).toEqual([0, 0, 0]);
      await recalls.prune(tenantId, days(31));
      expect(await figures(NOON)).toEqual([0, 0, 0]);
    });

    it('go with the memory', async () => {
      const { log, tenantId, record, figures } = await warmed();

      await log.commit(ended(tenantId, record).commit);

      expect(await figures(NOON)).toEqual([0, 0, 0]);
    });
  });
}
