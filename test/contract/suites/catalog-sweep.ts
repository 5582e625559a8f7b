/** Contract of the catalog: what the sweep looks for, and uses counted once. */
import { describe, expect, it } from 'vitest';
import { aMemory, anEvent, stored } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf, subject } from './subject.ts';

const ALL = { afterId: null, limit: 100 };
const BEFORE = { hot: daysAfter(NOON, -30), warm: daysAfter(NOON, -365) };
const WEEK_AGO = daysAfter(NOON, -7);

export function describeCatalogSweepContract(name: string, make: () => Promise<LogSubject>): void {
  const get = subject(make);

  /** A tenant with these memories, all of them in their tiers for 400 days. */
  async function holding(...fields: Parameters<typeof aMemory>[0][]) {
    const { log, catalog, newTenant } = get();
    const tenantId = await newTenant();
    const createdAt = daysAfter(NOON, -400);
    const made = await commitAll(
      log,
      fields.map((of) => stored(tenantId, aMemory({ createdAt, tierSince: createdAt, ...of }))),
    );
    return { catalog, tenantId, ids: idsOf(made) };
  }

  describe(`${name}: what is due`, () => {
    it('by expiry: those whose time is over, the longest first, with content', async () => {
      const { catalog, tenantId, ids } = await holding(
        { expiresAt: NOON },
        { expiresAt: secondsAfter(NOON, -10), tier: 'warm' },
        { expiresAt: secondsAfter(NOON, 1) },
        {},
      );

      const expired = await catalog.expired(tenantId, 10, NOON);

      expect(idsOf(expired)).toEqual([ids[1], ids[0]]);
      expect(expired.every(({ content }) => content !== null)).toBe(true);
      expect(idsOf(await catalog.expired(tenantId, 1, NOON))).toEqual([ids[1]]);
    });

    it('by age: hot and warm ones made up to then, no pins, nothing expired, a page at a time', async () => {
      const { catalog, tenantId, ids } = await holding(
        { createdAt: BEFORE.hot },
        { createdAt: secondsAfter(BEFORE.hot, 1) },
        { tier: 'warm', createdAt: BEFORE.warm },
        { tier: 'warm', createdAt: secondsAfter(BEFORE.warm, 1) },
        { tier: 'cold' },
        { pinned: true },
        { expiresAt: NOON },
      );

      const first = await catalog.aged(tenantId, BEFORE, { afterId: null, limit: 1 }, NOON);
      const rest = await catalog.aged(tenantId, BEFORE, { afterId: first[0]?.id ?? '', limit: 9 }, NOON);

      expect([idsOf(first), idsOf(rest)]).toEqual([[ids[0]], [ids[2]]]);
      expect(first[0]).toMatchObject({ content: null, recentUses: [] });
      expect(await catalog.countDue(tenantId, BEFORE, WEEK_AGO, NOON)).toBe(3);
    });

    it('by use: warm and cold ones used three times since then and since their last move', async () => {
      const { catalog, tenantId, ids } = await holding(
        { tier: 'cold' },
        { tier: 'warm' },
        { tier: 'warm' },
        { tier: 'warm', tierSince: secondsAfter(NOON, -2) },
        { tier: 'hot' },
        { tier: 'cold', expiresAt: NOON },
      );
      const recent = [1, 2, 3].map((n) => secondsAfter(NOON, -n));
      const uses = ids.map((id, at) => ({ id, count: 3, recent: at === 2 ? recent.slice(0, 2) : recent }));
      await catalog.countUses(tenantId, { id: 'one', previous: '', uses });

      const found = await catalog.muchUsed(tenantId, WEEK_AGO, ALL, NOON);
      const later = await catalog.muchUsed(tenantId, secondsAfter(NOON, -2), ALL, NOON);

      expect(idsOf(found)).toEqual([ids[0], ids[1]]);
      expect(found[0]?.recentUses).toEqual(recent);
      expect(later).toEqual([]);
    });

    it('by marks: those of agents that have no policy any more', async () => {
      const { catalog, tenantId, ids } = await holding(
        { retainedBy: 'pol_gone' },
        { retainedBy: 'pol_gone', expiresAt: NOON },
        {},
        { agentId: 'keeper', retainedBy: 'pol_stands' },
      );
      const policy = { id: 'pol_stands', criteria: {}, scoreThreshold: 1, onFail: 'demote', setAt: NOON } as const;
      const set = anEvent({ tenantId, streamId: 'policy:keeper', agentId: 'keeper', type: 'policy.set' });
      await get().log.commit({ tenantId, events: [set], policy: { agentId: 'keeper', policy }, now: NOON });

      expect(await catalog.leftMarked(tenantId, 10, NOON)).toEqual([ids[0]]);
      expect(await catalog.leftMarked(tenantId, 0, NOON)).toEqual([]);
    });

    it('hot rows come by id and without content', async () => {
      const { catalog, tenantId, ids } = await holding({}, { tier: 'warm' }, {}, { expiresAt: NOON });

      const [first] = await catalog.hotRows(tenantId, { afterId: null, limit: 1 }, NOON);
      const rest = await catalog.hotRows(tenantId, { afterId: first?.id ?? '', limit: 9 }, NOON);

      expect([first?.id, first?.content, idsOf(rest)]).toEqual([ids[0], null, [ids[2]]]);
    });

    it('is a tenant’s own', async () => {
      const { catalog } = await holding({ expiresAt: NOON }, {});
      const other = await get().newTenant();

      expect([
        await catalog.expired(other, 10, NOON),
        await catalog.aged(other, BEFORE, ALL, NOON),
        await catalog.hotRows(other, ALL, NOON),
        await catalog.leftMarked(other, 10, NOON),
        await catalog.policies(other),
        await catalog.lastFlush(other),
      ]).toEqual([[], [], [], [], [], null]);
    });
  });

  describe(`${name}: uses`, () => {
    it('add up; the last one and the last three instants stay', async () => {
      const { catalog, tenantId, ids } = await holding({ tier: 'warm' });
      const [id = ''] = ids;
      const at = (n: number) => secondsAfter(NOON, n);
      await catalog.countUses(tenantId, {
        id: 'one',
        previous: '',
        uses: [{ id, count: 5, recent: [at(3), at(2), at(1)] }],
      });
      await catalog.countUses(tenantId, { id: 'two', previous: 'one', uses: [{ id, count: 1, recent: [at(4)] }] });

      const [row] = await catalog.find(tenantId, [id], 'none', NOON);
      const [used] = await catalog.muchUsed(tenantId, WEEK_AGO, ALL, NOON);

      expect(row).toMatchObject({ accessCount: 6, lastAccessedAt: at(4) });
      expect(used?.recentUses).toEqual([at(4), at(3), at(2)]);
      expect(await catalog.lastFlush(tenantId)).toEqual({
        id: 'two',
        previous: 'one',
        uses: new Map([[id, { count: 1, total: 6 }]]),
      });
    });

    it('are counted once: a flush that does not follow the last one counts nothing', async () => {
      const { catalog, tenantId, ids } = await holding({});
      const [id = ''] = ids;
      const uses = [{ id, count: 2, recent: [NOON] }];
      await catalog.countUses(tenantId, { id: 'one', previous: '', uses });

      await expect(catalog.countUses(tenantId, { id: 'two', previous: '', uses })).rejects.toMatchObject({
        code: 'conflict',
      });

      expect((await catalog.find(tenantId, [id], 'none', NOON))[0]?.accessCount).toBe(2);
      expect((await catalog.lastFlush(tenantId))?.id).toBe('one');
    });

    it('of what is not there count nowhere, and an empty flush is one', async () => {
      const { catalog, tenantId } = await holding({});
      await catalog.countUses(tenantId, { id: 'one', previous: '', uses: [] });
      expect(await catalog.lastFlush(tenantId)).toEqual({ id: 'one', previous: '', uses: new Map() });

      const uses = [{ id: 'mem_absent', count: 2, recent: [NOON] }];
      await catalog.countUses(tenantId, { id: 'two', previous: 'one', uses });

      expect((await catalog.lastFlush(tenantId))?.uses).toEqual(new Map([['mem_absent', { count: 2, total: 0 }]]));
    });
  });
}
