/** Contract of the catalog's lists and counts: filters, orders, cursors, visibility, and numbers that equal a recount. */
import { describe, expect, it } from 'vitest';
import { LIST_ORDERS, type ListQuery } from '../../../layers/memory/catalog/port.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { aCaller, aMemory, ended, moved, stored, together, updated } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf, subject, walk } from './subject.ts';

const BY_AGE: ListQuery = { order: 'created_at', limit: 50 };

const VARIED: Partial<MemoryRecord>[] = [
  {
    agentId: 'coach',
    userId: 'u1',
    type: 'fact',
    key: 'k',
    metadata: { topic: 'sleep', n: 1 },
    createdAt: daysAfter(NOON, -3),
  },
  {
    agentId: 'coach',
    userId: 'u2',
    type: 'fact',
    tier: 'warm',
    metadata: { topic: 'sleep', n: 2 },
    createdAt: daysAfter(NOON, -2),
  },
  {
    agentId: 'chef',
    spaceId: 'lab',
    type: 'insight',
    metadata: { topic: 'food', n: '1' },
    createdAt: daysAfter(NOON, -1),
  },
  { agentId: 'chef', type: 'insight', tier: 'cold', metadata: { done: true }, createdAt: NOON },
];

const FILTERS: [string, Partial<ListQuery>, number[]][] = [
  ['nothing', {}, [0, 1, 2, 3]],
  ['user', { userId: 'u1' }, [0]],
  ['agent', { agentId: 'coach' }, [0, 1]],
  ['space', { spaceId: 'lab' }, [2]],
  ['key', { key: 'k' }, [0]],
  ['type', { type: 'insight' }, [2, 3]],
  ['tier', { tier: 'warm' }, [1]],
  ['metadata', { metadata: { topic: 'sleep' } }, [0, 1]],
  ['several metadata', { metadata: { topic: 'sleep', n: 2 } }, [1]],
  ['metadata of another kind', { metadata: { n: '1' } }, [2]],
  ['boolean metadata', { metadata: { done: true } }, [3]],
  ['creation after', { createdAfter: daysAfter(NOON, -1.5) }, [2, 3]],
  ['creation before', { createdBefore: daysAfter(NOON, -1.5) }, [0, 1]],
  ['creation between', { createdAfter: daysAfter(NOON, -2.5), createdBefore: daysAfter(NOON, -0.5) }, [1, 2]],
  ['several filters', { agentId: 'coach', type: 'fact', tier: 'hot' }, [0]],
  ['a stranger', { userId: 'u' }, []],
];

/** Who may see which of the six: every visibility, of one's own agent and of another. */
const OWNED = [
  { agentId: 'coach', visibility: 'agent' },
  { agentId: 'coach', visibility: 'space', spaceId: 'den' },
  { agentId: 'chef', visibility: 'agent', userId: 'u1' },
  { agentId: 'chef', visibility: 'user', userId: 'u1' },
  { agentId: 'chef', visibility: 'space', spaceId: 'lab' },
  { agentId: 'chef', visibility: 'space', spaceId: 'den' },
] as const;

const READERS: [string, Partial<Caller>, number[]][] = [
  ['an unbound key', {}, [0, 1, 2, 3, 4, 5]],
  ['a bound key without spaces', { agentId: 'coach' }, [0, 1, 3]],
  ['a reader of a space', { agentId: 'coach', spaceRoles: { lab: 'reader' } }, [0, 1, 3, 4]],
  ['a writer of a space', { agentId: 'nobody', spaceRoles: { den: 'writer' } }, [1, 3, 5]],
];

export function describeCatalogListContract(name: string, make: () => Promise<LogSubject>): void {
  const get = subject(make);

  async function holding(memories: readonly Partial<MemoryRecord>[]) {
    const { log, catalog, newTenant, addSpace } = get();
    const tenantId = await newTenant();
    for (const space of ['lab', 'den']) await addSpace(tenantId, space);
    const steps = memories.map((overrides) => stored(tenantId, aMemory(overrides)));
    if (steps.length > 0) await log.commit(together(steps));
    return { log, catalog, tenantId, caller: aCaller(tenantId), records: steps.map(({ record }) => record) };
  }

  describe(`${name}: list`, () => {
    it.each(FILTERS)('filters by %s', async (_, filter, expected) => {
      const { catalog, caller, records } = await holding(VARIED);

      const page = await catalog.list(caller, { ...BY_AGE, ...filter }, NOON);

      expect(page).toEqual({ items: expected.map((at) => records[at]), nextCursor: null });
    });

    it.each(READERS)('shows %s what it may read', async (_, reader, expected) => {
      const { catalog, tenantId, records } = await holding(OWNED);

      const { items } = await catalog.list(aCaller(tenantId, reader), BY_AGE, NOON);

      expect(idsOf(items).sort()).toEqual(expected.map((at) => records[at]?.id).sort());
    });

    it.each(LIST_ORDERS)('walks by %s without gap or repeat, equal values included', async (order) => {
      const memories = Array.from({ length: 9 }, (_, at) => ({
        createdAt: secondsAfter(NOON, -Math.floor(at / 3)),
        updatedAt: secondsAfter(NOON, at % 3),
        priority: Math.floor(at / 2) + 0.5,
      }));
      const { catalog, caller, records } = await holding(memories);

      const items = await walk((cursor) => catalog.list(caller, { order, limit: 2, ...(cursor && { cursor }) }, NOON));

      const field = ({ created_at: 'createdAt', updated_at: 'updatedAt', priority: 'priority' } as const)[
        order.replace('-', '') as 'created_at' | 'updated_at' | 'priority'
      ];
      const values = records.map((record) => record[field]).sort((a, b) => (a < b ? -1 : Number(a > b)));
      expect(items.map((item) => item[field])).toEqual(order.startsWith('-') ? values.reverse() : values);
      expect(idsOf(items).sort()).toEqual(idsOf(records).sort());
    });

    it('goes on where it was although the last item is gone and others came', async () => {
      const { log, catalog, caller, tenantId, records } = await holding(
        [1, 2, 3, 4].map((at) => ({ createdAt: secondsAfter(NOON, at) })),
      );
      const first = await catalog.list(caller, { order: 'created_at', limit: 2 }, NOON);
      const last = records[1];
      if (!last || first.nextCursor === null) throw new Error('there are two pages');
      const earlier = stored(tenantId, aMemory({ createdAt: NOON }));
      await commitAll(log, [ended(tenantId, last), earlier]);

      const second = await catalog.list(caller, { order: 'created_at', limit: 2, cursor: first.nextCursor }, NOON);

      expect(idsOf(second.items)).toEqual(idsOf(records.slice(2)));
    });

    it('refuses a cursor that is none', async () => {
      const { catalog, caller } = await holding([]);

      const refused = catalog.list(caller, { ...BY_AGE, cursor: 'nonsense' }, NOON);

      await expect(refused).rejects.toMatchObject({ code: 'invalid_field' });
    });
  });

  describe(`${name}: stats`, () => {
    it('equal a recount after stores, changes, moves and deletes', async () => {
      const { log, catalog, caller, tenantId, records } = await holding([
        ...VARIED,
        { tier: 'hot', dualStored: true, pinned: true, priority: 9 },
      ]);
      const [first, second, third] = records;
      if (!first || !second || !third) throw new Error('three memories are needed');
      const changed = updated(tenantId, first, { type: 'decision', pinned: true });
      const cooled = moved(tenantId, second, 'cold', 'age');
      await commitAll(log, [changed, cooled, ended(tenantId, third)]);

      const stats = await catalog.stats(caller, {}, NOON);

      const { items } = await catalog.list(caller, BY_AGE, NOON);
      const count = (test: (memory: (typeof items)[number]) => boolean) => items.filter(test).length;
      expect(stats).toMatchObject({
        total: items.length,
        tiers: {
          hot: count((m) => m.tier === 'hot'),
          warm: count((m) => m.tier === 'warm'),
          cold: count((m) => m.tier === 'cold'),
        },
        dualStored: count((m) => m.dualStored),
        pinned: count((m) => m.pinned),
        byType: { decision: 1, fact: 1, insight: 1, analysis: 1 },
        byAgent: { coach: 2, chef: 1, neuroscientist: 1 },
      });
      expect(stats.total).toBe(4);
      expect(stats.tiers).toEqual({ hot: 2, warm: 0, cold: 2 });
    });

    it('count a tenant without memories as nothing', async () => {
      const { catalog, caller } = await holding([]);

      const stats = await catalog.stats(caller, {}, NOON);

      expect(stats).toEqual({
        total: 0,
        tiers: { hot: 0, warm: 0, cold: 0 },
        dualStored: 0,
        pinned: 0,
        byType: {},
        byAgent: {},
        warmBytes: 0,
        flow: { hotToWarm: 0, warmToCold: 0, promoted: 0, expired: 0 },
      });
    });

    it('are of one user or one agent, and of what the key may read', async () => {
      const { catalog, tenantId, caller } = await holding(OWNED);

      expect((await catalog.stats(caller, { userId: 'u1' }, NOON)).total).toBe(2);
      expect((await catalog.stats(caller, { agentId: 'coach' }, NOON)).total).toBe(2);
      expect((await catalog.stats(aCaller(tenantId, { agentId: 'coach' }), {}, NOON)).byAgent).toEqual({
        coach: 2,
        chef: 1,
      });
    });

    it('weigh the warm copies', async () => {
      const content = { text: 'x'.repeat(1_000) };
      const { catalog, caller } = await holding([
        { tier: 'warm', content },
        { tier: 'hot', dualStored: true, content },
        { tier: 'hot', content },
      ]);

      const { warmBytes } = await catalog.stats(caller, {}, NOON);

      expect(warmBytes).toBeGreaterThanOrEqual(2_000);
      expect(warmBytes).toBeLessThan(2_200);
    });

    it('count the moves and expiries of 24 hours', async () => {
      const { log, catalog, caller, tenantId, records } = await holding([{}, {}, {}, {}]);
      const [walker, climber, expiring, old] = records;
      if (!walker || !climber || !expiring || !old) throw new Error('four memories are needed');
      const yesterday = { at: secondsAfter(daysAfter(NOON, -1), -1) };
      const warm = moved(tenantId, walker, 'warm', 'age');
      const cold = moved(tenantId, warm.record, 'cold', 'age');
      const demoted = moved(tenantId, climber, 'warm', 'agent');
      const promoted = moved(tenantId, demoted.record, 'hot', 'use');
      const before = moved(tenantId, old, 'warm', 'age', yesterday);
      await commitAll(log, [warm, cold, demoted, promoted, before, ended(tenantId, expiring, 'memory.expired')]);

      const { flow } = await catalog.stats(caller, {}, NOON);

      expect(flow).toEqual({ hotToWarm: 2, warmToCold: 1, promoted: 1, expired: 1 });
    });
  });

  describe(`${name}: agents and partitions`, () => {
    it('sums up each agent that the key may see something of, page by page', async () => {
      const { catalog, tenantId, caller } = await holding([
        ...OWNED,
        { agentId: 'chef', tier: 'cold', createdAt: daysAfter(NOON, -2) },
      ]);

      const all = await walk((cursor) => catalog.agents(caller, { limit: 1, ...(cursor && { cursor }) }, NOON));
      const seen = await catalog.agents(aCaller(tenantId, { agentId: 'coach' }), { limit: 10 }, NOON);

      expect(all).toEqual([
        { id: 'chef', total: 5, tiers: { hot: 4, warm: 0, cold: 1 }, lastActiveAt: NOON },
        { id: 'coach', total: 2, tiers: { hot: 2, warm: 0, cold: 0 }, lastActiveAt: NOON },
      ]);
      expect(seen.items.map(({ id, total }) => [id, total])).toEqual([
        ['chef', 1],
        ['coach', 2],
      ]);
    });

    it('names the partitions that were stored into last, newest first, of what the key may see', async () => {
      const { catalog, tenantId, caller } = await holding([
        { userId: 'u1', createdAt: daysAfter(NOON, -3) },
        { userId: 'u2', createdAt: daysAfter(NOON, -2) },
        { userId: 'u1', createdAt: daysAfter(NOON, -1) },
        { agentId: 'chef', createdAt: NOON },
      ]);

      expect(await catalog.recentPartitions(caller, 10, NOON)).toEqual(['agent:chef', 'user:u1', 'user:u2']);
      expect(await catalog.recentPartitions(caller, 1, NOON)).toEqual(['agent:chef']);
      const bound = aCaller(tenantId, { agentId: 'coach' });
      expect(await catalog.recentPartitions(bound, 10, NOON)).toEqual(['user:u1', 'user:u2']);
    });
  });
}
