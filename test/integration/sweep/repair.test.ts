/** The sweep repairs: a Redis that was emptied, copies that should not be there, too many of them. */
import { core } from '@auren/memory/adapters.ts';
import { usePorts } from '@auren/memory/compose.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { daysAfter } from '../../support/clock.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { expectIn } from '../must-hold/where.ts';
import { emptyRedis, eventCount, expectStatsToEqualARecount, rowOf, swept, use } from './tiers.ts';

let d: Domain;
const begin = async (settings: Record<string, string> = {}) => {
  d = await domain(sharedEngines(), { settings });
};
beforeEach(() => begin());

describe('the hot set', () => {
  it('is whole again after Redis was emptied, with its uses', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await d.store({ priority: n })).id);
    await d.drain();
    await use(d, ids[0] ?? '', 4);
    await swept(d);
    await emptyRedis(d);
    d.clock.advance({ days: 1 });

    const report = await swept(d);
    await d.drain();

    expect(report).toMatchObject({ restored: 5, moved: { pressure: 0 } });
    for (const id of ids) await expectIn(d, 'hot', id);
    await use(d, ids[0] ?? '', 2);
    await swept(d);
    expect((await rowOf(d, ids[0] ?? ''))?.accessCount).toBe(6);
  });

  it('becomes the best that fit where the capacity was lowered and Redis emptied; a second run makes no event', async () => {
    await begin({ AUREN_HOT_CAPACITY: '8' });
    const { tenantId } = d;
    for (let n = 0; n < 8; n += 1) await d.store({ priority: n });
    await d.drain();
    await emptyRedis(d);
    process.env.AUREN_HOT_CAPACITY = '5';
    usePorts({ clock: d.clock, poke: { poke: async () => {} } });
    const smaller = await core();

    const report = await swept(d, smaller);
    const count = await eventCount(d);
    await swept(d, smaller);

    const rows = await d.ports.catalog.hotRows(tenantId, { afterId: null, limit: 10 }, d.clock.instant());
    expect(rows.map(({ priority }) => priority).sort()).toEqual([3, 4, 5, 6, 7]);
    expect(report).toMatchObject({ restored: 5, moved: { pressure: 3 } });
    expect(await eventCount(d)).toBe(count);
    await expectStatsToEqualARecount(d);
  });

  it('loses copies of what is not hot, and gets warm what was evicted and not moved', async () => {
    const warm = await d.store({ createdAt: daysAfter(d.clock.instant(), -100) });
    const evicted = await d.store();
    await d.drain();
    await d.ports.hot.put(d.tenantId, [{ ...warm, tier: 'hot', seq: 9 }]);
    await d.ports.hot.remove(d.tenantId, [evicted]);

    expect(await swept(d)).toMatchObject({ removed_copies: 1, moved: { pressure: 1 } });
    await d.drain();

    await expectIn(d, 'warm', warm.id);
    await expectIn(d, 'warm', evicted.id);
    await expectStatsToEqualARecount(d);
  });
});
