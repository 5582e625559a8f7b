/** Contract of the past: what catalog and words' leg say of memories as they stood at an instant. */
import { describe, expect, it } from 'vitest';
import { LIST_ORDERS, type ListQuery } from '../../../layers/memory/catalog/port.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller, aMemory, ended, moved, stored, updated } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import type { LexicalSubject } from './lexical.ts';
import { commitAll, idsOf, subject, walk } from './subject.ts';

const [T0, T1, T2] = [NOON, secondsAfter(NOON, 10), secondsAfter(NOON, 20)] as const;

export function describePastContract(name: string, make: () => Promise<LexicalSubject>): void {
  const get = subject(make);

  /** One memory that changes twice, one that ends, and one that begins late. */
  async function changed() {
    const { log, newTenant, ...rest } = get();
    const tenantId = await newTenant();
    const first = stored(tenantId, aMemory({ content: { text: 'sleep sleep tea' }, priority: 1, metadata: { n: 1 } }));
    const content = { text: 'magnesium' };
    const second = updated(tenantId, first.record, { content, priority: 9, metadata: { n: 2 } }, { at: T1 });
    const third = moved(tenantId, second.record, 'cold', 'agent', { at: T2 });
    const doomed = stored(tenantId, aMemory({ content: { text: 'sleep' } }));
    const gone = ended(tenantId, doomed.record, 'memory.deleted', { at: T2 });
    const late = stored(tenantId, aMemory({ content: { text: 'sleep' }, createdAt: daysAfter(NOON, -9) }), { at: T2 });
    await commitAll(log, [first, doomed, second, third, gone, late]);
    return { ...rest, log, tenantId, caller: aCaller(tenantId), first, second, third, late };
  }

  describe(`${name}: the past in the catalog`, () => {
    it('has each memory as its events up to then left it, and not what ended since', async () => {
      const { catalog, caller, first, second, third, late } = await changed();
      const ids = [first.record.id, late.record.id, 'mem_unknown'];
      const at = async (asOf: string) => await catalog.findAsOf(caller, ids, asOf);
      const listed = async (asOf: string) =>
        (await catalog.list(caller, { order: 'created_at', limit: 10, asOf }, T2)).items;

      expect(await at(secondsAfter(T0, -1))).toEqual([]);
      for (const find of [at, listed]) {
        expect(await find(T0)).toMatchObject([{ content: first.record.content, version: 1, priority: 1, tier: 'hot' }]);
        expect(await find(T1)).toMatchObject([{ content: second.record.content, version: 2, updatedAt: T1, seq: 2 }]);
        const last = (await find(T2)).find(({ id }) => id === first.record.id);
        expect(last).toMatchObject({ content: third.record.content, version: 2, updatedAt: T1, tier: 'cold', seq: 3 });
      }
      expect(idsOf(await listed(T2))).toEqual([late.record.id, first.record.id]);
    });

    it.each<[string, Partial<ListQuery>, string, number]>([
      ['metadata of then', { metadata: { n: 1 } }, T0, 1],
      ['metadata of later', { metadata: { n: 2 } }, T0, 0],
      ['metadata of later, later', { metadata: { n: 2 } }, T2, 1],
      ['a tier of then', { tier: 'hot' }, T1, 1],
      ['a tier of later', { tier: 'cold' }, T1, 0],
      ['an owner', { agentId: 'neuroscientist', type: 'analysis' }, T1, 1],
      ['another owner', { agentId: 'coach' }, T1, 0],
      ['a time of creation', { createdBefore: daysAfter(NOON, -1) }, T2, 1],
    ])('filters by %s', async (_, filter, asOf, count) => {
      const { catalog, caller } = await changed();

      const { items } = await catalog.list(caller, { order: 'created_at', limit: 10, asOf, ...filter }, T2);

      expect(items).toHaveLength(count);
    });

    it.each(LIST_ORDERS)('walks by %s of then, each memory once', async (order) => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const caller = aCaller(tenantId);
      const steps = Array.from({ length: 7 }, (_, n) => {
        const createdAt = daysAfter(NOON, -(n % 3));
        return stored(tenantId, aMemory({ priority: (n * 3) % 5, createdAt }));
      });
      const changes = steps.map(({ record }, n) => updated(tenantId, record, { priority: n }, { at: T1 }));
      await commitAll(log, steps);
      const now = await walk((cursor) => catalog.list(caller, { order, limit: 2, ...(cursor && { cursor }) }, T2));
      await commitAll(log, changes);

      const then = await walk((cursor) =>
        catalog.list(caller, { order, limit: 2, asOf: T0, ...(cursor && { cursor }) }, T2),
      );

      expect(idsOf(then)).toEqual(idsOf(now));
      expect(then).toHaveLength(7);
    });

    it('shows what was readable then and is readable now', async () => {
      const { log, catalog, lexical, newTenant } = get();
      const tenantId = await newTenant();
      const shared = stored(tenantId, aMemory({ userId: 'u1', agentId: 'chef', content: { text: 'tea' } }));
      const hidden = updated(tenantId, shared.record, { visibility: 'agent' }, { at: T1 });
      const opened = updated(tenantId, hidden.record, { visibility: 'user' }, { at: T2 });
      const coach = aCaller(tenantId, { agentId: 'coach' });
      const ids = [shared.record.id];
      const seen = async (caller: Caller, asOf: string) => [
        (await catalog.findAsOf(caller, ids, asOf)).length,
        (await catalog.list(caller, { order: 'priority', limit: 9, asOf }, T2)).items.length,
        (await lexical.past(caller, aSearch('tea'), asOf, { limit: 9 })).length,
      ];

      await commitAll(log, [shared, hidden]);
      expect(await seen(coach, T0)).toEqual([0, 0, 0]);
      await commitAll(log, [opened]);

      expect(await seen(coach, T0)).toEqual([1, 1, 1]);
      expect(await seen(coach, T1)).toEqual([0, 0, 0]);
      expect(await seen(aCaller(tenantId, { agentId: 'chef' }), T1)).toEqual([1, 1, 1]);
      expect(await seen(aCaller(await newTenant()), T0)).toEqual([0, 0, 0]);
    });

    it('leaves out of a list what had expired by then, and keeps what has expired since', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      await commitAll(log, [stored(tenantId, aMemory({ expiresAt: T1 }))]);
      const count = async (asOf: string) =>
        (await catalog.list(aCaller(tenantId), { order: 'created_at', limit: 9, asOf }, T2)).items.length;

      expect([await count(T0), await count(T1)]).toEqual([1, 0]);
    });
  });

  describe(`${name}: the words of the past`, () => {
    it('counts the words of the query in the text of then', async () => {
      const { lexical, caller, first } = await changed();
      const { id } = first.record;
      const of = async (asOf: string) => {
        const documents = await lexical.past(caller, aSearch('sleep magnesium'), asOf, { limit: 9 });
        return documents.filter(({ row }) => row.id === id).map(({ counts, length }) => [counts, length]);
      };

      expect(await of(secondsAfter(T0, -1))).toEqual([]);
      expect(await of(T0)).toEqual([[{ sleep: 2 }, 3]]);
      expect(await of(T1)).toEqual([[{ magnesium: 1 }, 1]]);
      expect(await of(T2)).toEqual([[{ magnesium: 1 }, 1]]);
    });

    it('tells what filters ask for, of then', async () => {
      const { lexical, caller, first } = await changed();
      const at = async (asOf: string) => (await lexical.past(caller, aSearch(''), asOf, { limit: 9 }))[0]?.row;

      const { id, createdAt } = first.record;
      expect(await at(T0)).toMatchObject({ id, createdAt, priority: 1, metadata: { n: 1 }, tier: 'hot' });
      expect(await at(T2)).toMatchObject({ id, createdAt, priority: 9, metadata: { n: 2 }, tier: 'cold' });
    });

    it('keeps to the scope, users and spaces adding up, and walks it newest first', async () => {
      const { log, lexical, newTenant, addSpace } = get();
      const tenantId = await newTenant();
      await addSpace(tenantId, 'lab');
      const owned = [{ userId: 'u1' }, { spaceId: 'lab' }, { userId: 'u2' }, {}];
      const steps = owned.map((of, n) => stored(tenantId, aMemory({ ...of, createdAt: daysAfter(NOON, -n) })));
      const [user, space] = await commitAll(log, steps);
      const query = aSearch('rate', { userId: 'u1', spaceIds: ['lab'] });
      const page = (more = {}) => lexical.past(aCaller(tenantId), query, T1, { limit: 1, ...more });

      const [first] = await page();
      const [second] = await page({ after: first?.row });
      const rest = await page({ after: second?.row });

      expect([first?.row.id, second?.row.id, rest]).toEqual([user?.id, space?.id, []]);
      expect(await lexical.past(aCaller(tenantId), aSearch('rate'), T1, { limit: 9 })).toHaveLength(4);
    });
  });
}
