/** Contract of the recalls: which predictions there were, and which were right. */
import { describe, expect, it } from 'vitest';
import { aCaller, ended, moved } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { type RecallsSubject, recallHistory } from './recall-history.ts';
import { subject } from './subject.ts';

export function describePredictionsContract(name: string, make: () => Promise<RecallsSubject>): void {
  const get = subject(make);

  describe(`${name}: predictions`, () => {
    const days = (count: number) => daysAfter(NOON, count);
    /** A warm memory with a partner, that was warmed from cold at noon. */
    async function warmed(reason: 'prediction' | 'use' = 'prediction') {
      const made = await recallHistory(get(), {}, { tier: 'cold', userId: 'ada' });
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
