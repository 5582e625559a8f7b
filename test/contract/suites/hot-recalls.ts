/** Contract of the hot tier: uses by hour, what was recalled by one call, and queries that wait to be logged. */
import { describe, expect, it } from 'vitest';
import type { HourCounts } from '../../../layers/memory/tiers/port.ts';
import { aCaller, aMemory } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import type { HotSubject } from './hot-writing.ts';
import { idsOf, subject } from './subject.ts';

const LONG_AGO = secondsAfter(NOON, -86_400);

export function describeHotRecallsContract(name: string, make: () => Promise<HotSubject>): void {
  const get = subject(make);

  async function holding(count: number) {
    const { hot: tierOf, newTenant } = get();
    const tenantId = await newTenant();
    const hot = tierOf({ capacity: 100, leaseMs: 60_000 });
    const memories = Array.from({ length: count }, () => aMemory());
    await hot.putAndEvict(tenantId, memories, NOON);
    await hot.advance(tenantId, 'cursor-1', true);
    return { hot, tenantId, ids: idsOf(memories) };
  }

  describe(`${name}: uses by hour`, () => {
    it('are counted with the uses, of any tier, by the hour of the day in UTC', async () => {
      const { hot, tenantId, ids } = await holding(1);
      const [id = ''] = ids;

      await hot.read(aCaller(tenantId), [id], { use: true, now: '2026-03-01T07:59:59.999Z' });
      await hot.read(aCaller(tenantId), [id], { use: true, now: '2026-03-02T07:00:00.000Z' });
      await hot.read(aCaller(tenantId), [id], { use: false, now: NOON });
      await hot.used(tenantId, [id, 'mem_elsewhere'], '2026-03-02T23:00:00.000Z');

      const pending = await hot.pendingUses(tenantId);
      expect(pending.get(id)).toMatchObject({ count: 3, hours: { 7: 2, 23: 1 } });
      expect(pending.get('mem_elsewhere')?.hours).toEqual({ 23: 1 });
    });

    it('leave with the flush that counted them, those that came since stay', async () => {
      const { hot, tenantId, ids } = await holding(1);
      const [id = ''] = ids;
      for (const hour of ['07', '07', '08', '09']) await hot.used(tenantId, [id], `2026-03-02T${hour}:00:00.000Z`);
      const settle = async (flush: string, previous: string, count: number, hours: HourCounts) => {
        await hot.settleUses(tenantId, { id: flush, previous, uses: new Map([[id, { count, total: count, hours }]]) });
        return (await hot.pendingUses(tenantId)).get(id)?.hours;
      };

      expect(await settle('one', '', 2, { 7: 1, 8: 1 })).toEqual({ 7: 1, 9: 1 });
      expect(await settle('one', '', 2, { 7: 1, 8: 1 })).toEqual({ 7: 1, 9: 1 });
      expect(await settle('two', 'one', 2, { 7: 1, 9: 1 })).toBeUndefined();
      await hot.used(tenantId, [id], NOON);
      expect((await hot.pendingUses(tenantId)).get(id)?.hours).toEqual({ 12: 1 });
    });
  });

  describe(`${name}: recalls`, () => {
    it('are handed out once, with who recalled what by one call', async () => {
      const { hot, tenantId, ids } = await holding(2);
      const [a = '', b = ''] = ids;
      await hot.read(aCaller(tenantId, { agentId: 'neuroscientist' }), [a, b, 'mem_absent'], { use: true, now: NOON });
      await hot.used(tenantId, [a, 'mem_cold'], secondsAfter(NOON, 1), undefined, { agentId: 'coach é' });
      await hot.used(tenantId, [b], secondsAfter(NOON, 2));
      await hot.used(tenantId, [], secondsAfter(NOON, 3));
      await hot.read(aCaller(tenantId), [a], { use: false, now: secondsAfter(NOON, 4) });

      const { fresh, earlier } = await hot.takeRecalls(tenantId, LONG_AGO);

      expect(fresh).toEqual([
        { at: NOON, agentId: 'neuroscientist', ids: [a, b] },
        { at: secondsAfter(NOON, 1), agentId: 'coach é', ids: [a, 'mem_cold'] },
        { at: secondsAfter(NOON, 2), agentId: null, ids: [b] },
      ]);
      expect(earlier).toEqual([]);
      expect((await hot.takeRecalls(tenantId, LONG_AGO)).fresh).toEqual([]);
    });

    it('come again as earlier ones while they are young', async () => {
      const { hot, tenantId } = await holding(0);
      const since = (seconds: number) => hot.takeRecalls(tenantId, secondsAfter(NOON, seconds));
      await hot.used(tenantId, ['a'], NOON);
      await hot.used(tenantId, ['b'], secondsAfter(NOON, 60));
      await since(0);
      await hot.used(tenantId, ['c'], secondsAfter(NOON, 120));

      const second = await since(60);
      const third = await since(120);

      expect([second.fresh.map(({ ids }) => ids), second.earlier.map(({ ids }) => ids)]).toEqual([[['c']], [['b']]]);
      expect([third.fresh, third.earlier.map(({ ids }) => ids)]).toEqual([[], [['c']]]);
      expect(await since(120)).toEqual({ fresh: [], earlier: [] });
    });

    it('are the latest thousand, of each its first eight', async () => {
      const { hot, tenantId } = await holding(0);
      const many = Array.from({ length: 12 }, (_, n) => `mem_${n}`);
      await hot.used(tenantId, ['mem_first'], NOON);
      for (let n = 0; n < 1_000; n += 50) {
        await Promise.all(Array.from({ length: 50 }, () => hot.used(tenantId, many, NOON)));
      }

      const { fresh } = await hot.takeRecalls(tenantId, LONG_AGO);

      expect(fresh).toHaveLength(1_000);
      expect(fresh[0]?.ids).toEqual(many.slice(0, 8));
      expect((await hot.pendingUses(tenantId)).get('mem_11')?.count).toBe(1_000);
    });

    it('are a tenant’s own', async () => {
      const [one, other] = [await holding(0), await holding(0)];
      await one.hot.used(one.tenantId, ['a'], NOON);

      expect(await other.hot.takeRecalls(other.tenantId, LONG_AGO)).toEqual({ fresh: [], earlier: [] });
    });
  });

  describe(`${name}: queries`, () => {
    it('wait until they are dropped, with or without uses', async () => {
      const { hot, tenantId } = await holding(0);
      const json = '{"query":{"query":"naïve \\"42\\" 🧠"}}';
      await hot.used(tenantId, ['a'], NOON, undefined, { agentId: 'coach', query: { id: 'qry_1', json } });
      await hot.used(tenantId, [], NOON, undefined, { agentId: 'coach', query: { id: 'qry_2', json: '{}' } });

      expect(await hot.pendingQueries(tenantId)).toEqual(
        new Map([
          ['qry_1', json],
          ['qry_2', '{}'],
        ]),
      );
      await hot.dropQueries(tenantId, ['qry_1', 'qry_absent']);
      await hot.dropQueries(tenantId, []);
      expect([...(await hot.pendingQueries(tenantId)).keys()]).toEqual(['qry_2']);
    });

    it('are 500 at most: what comes then is not kept', async () => {
      const { hot, tenantId } = await holding(0);
      const ask = (n: number) =>
        hot.used(tenantId, [], NOON, undefined, { agentId: 'coach', query: { id: `qry_${n}`, json: '{}' } });
      for (let n = 0; n < 500; n += 50) await Promise.all(Array.from({ length: 50 }, (_, at) => ask(n + at)));

      await ask(500);

      const waiting = await hot.pendingQueries(tenantId);
      expect([waiting.size, waiting.has('qry_500')]).toEqual([500, false]);
    });
  });
}
