/** Contract of what was derived from a person's memories: exported, found and removed with them. */
import { describe, expect, it } from 'vitest';
import type { TraceKind } from '../../../layers/memory/erasure/port.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { StoredPattern } from '../../../layers/memory/model/pattern.ts';
import { aSearch } from '../../support/a-search.ts';
import { aMemory, stored, updated } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { aPerson, certificateOf, type ErasuresSubject, FIRST, fresh, USER } from './a-person.ts';
import { aPattern, TENANT_WIDE } from './patterns.ts';
import { commitAll, idsOf, subject } from './subject.ts';

const OWN = { ...TENANT_WIDE, userId: USER };

export function describeErasedDerivedContract(name: string, make: () => Promise<ErasuresSubject>): void {
  const get = subject(make);
  const { holding, erase } = aPerson(get);

  const keep = async (tenantId: string, members: readonly MemoryRecord[], of: Partial<StoredPattern> = {}) => {
    const id = `pat_${uniqueName('p')}`;
    const { pattern, event } = aPattern(tenantId, members, { id, ...of });
    await get().log.commit({ tenantId, events: [event], patterns: { kept: [pattern], dropped: [] }, now: NOON });
    return pattern;
  };
  const ask = async (tenantId: string, userId: string | null, seconds = 0) => {
    const [id, at] = [uniqueName('qry'), secondsAfter(NOON, seconds)];
    await get().queries.add(tenantId, [{ id, agentId: 'coach', at, query: aSearch('sleep', { userId }) }]);
    return id;
  };
  const useAll = (tenantId: string, memories: readonly MemoryRecord[]) => {
    const uses = idsOf(memories).map((id) => ({ id, count: 1, recent: [NOON], hours: { 7: 1 } }));
    return get().catalog.countUses(tenantId, { id: 'f1', previous: '', uses });
  };
  /** Tells what a pattern says. */
  const insightOf = async (tenantId: string, { id }: StoredPattern, memoryIds: readonly string[], of = {}) => {
    const content = { text: 'in common: sleep', memory_ids: [...memoryIds] };
    const memory = aMemory({ agentId: 'patterns', type: 'insight', key: `pattern:${id}`, content, ...of });
    const [record] = await commitAll(get().log, [stored(tenantId, memory)]);
    return record as MemoryRecord;
  };
  const keysOf = async (tenantId: string, kind: TraceKind, userId = USER) =>
    (await get().persons.traces(tenantId, userId, kind, { after: null, limit: 10 })).map(({ key }) => key);

  describe(`${name}: what was derived from a person’s memories`, () => {
    it('are queries about them, counts by hour, and patterns with their own members alone', async () => {
      const { persons } = get();
      const { tenantId, own, other } = await holding({ agentId: 'a "b"' }, {});
      await useAll(tenantId, [...own, ...other]);
      const [shared, scoped] = [await keep(tenantId, [...own, ...other]), await keep(tenantId, [], { scope: OWN })];
      await keep(tenantId, other);
      const asked = [await ask(tenantId, USER), await ask(tenantId, USER, 1)].sort();
      await ask(tenantId, `${USER}0`);
      await ask(tenantId, null);
      const dataOf = async (kind: TraceKind) => {
        const first = await persons.traces(tenantId, USER, kind, { after: null, limit: 1 });
        const rest = await persons.traces(tenantId, USER, kind, { after: first[0]?.key ?? '', limit: 10 });
        return [...first, ...rest].map(({ data }) => data);
      };

      const [queries, counts, patterns] = [
        await dataOf('query'),
        await dataOf('access_pattern'),
        await dataOf('pattern'),
      ];

      expect(queries).toMatchObject(
        asked.map((id) => ({ id, agent_id: 'coach', query: { query: 'sleep', userId: USER } })),
      );
      expect(counts.sort((a, b) => String(a.agent_id).localeCompare(String(b.agent_id)))).toEqual(
        own.map(({ agentId, type }) => ({ agent_id: agentId, type, hour: 7, count: 1 })),
      );
      expect(patterns.find(({ id }) => id === shared.id)).toMatchObject({
        ...{ label: shared.label, terms: shared.terms, discovered_at: expect.stringContaining('2026') },
        memory_ids: idsOf(own),
      });
      expect(patterns.map(({ id }) => id)).toEqual([shared.id, scoped.id].sort());
    });

    it('are insights of patterns that hold erased ones, and that named them once', async () => {
      const { persons, log } = get();
      const { tenantId, own, other } = await holding({}, {});
      const [gone, living] = own as [MemoryRecord, MemoryRecord];
      const [theirs, left, others] = [
        await keep(tenantId, [gone, ...other]),
        await keep(tenantId, [living]),
        await keep(tenantId, other),
      ];
      const told = await insightOf(tenantId, theirs, []);
      const once = await insightOf(tenantId, others, [gone.id]);
      await log.commit(updated(tenantId, once, { content: { text: 'harmless', memory_ids: 'none' } }).commit);
      await insightOf(tenantId, left, [living.id]);
      await insightOf(tenantId, { ...others, id: 'pat_dropped' }, idsOf(other));
      await insightOf(tenantId, { ...others, id: 'pat_own' }, [gone.id], { userId: USER });
      await insightOf(tenantId, theirs, [gone.id], { type: 'fact', agentId: 'coach' });
      const before = await persons.insights(tenantId, USER, FIRST);
      await erase(tenantId, gone, 'era_1');

      const found = await persons.insights(tenantId, USER, FIRST);
      const [first] = await persons.insights(tenantId, USER, { afterId: null, limit: 1 });
      const rest = await persons.insights(tenantId, USER, { afterId: first?.id ?? '', limit: 9 });

      expect(before).toEqual([]);
      expect(found.map(({ id, content }) => [id, content])).toEqual([
        [told.id, null],
        [once.id, null],
      ]);
      expect(idsOf(rest)).toEqual([once.id]);
    });

    it('is told by what the erasure ended beside the person’s own', async () => {
      const { persons } = get();
      const { tenantId, own, other } = await holding({});
      const pattern = await keep(tenantId, []);
      const ended = [...other, await insightOf(tenantId, pattern, [])];
      for (const record of [...own, ...ended]) await erase(tenantId, record, 'era_1');
      await erase(tenantId, await insightOf(tenantId, pattern, []), 'era_2');

      const found = await persons.endedBeside(tenantId, USER, 'era_1', FIRST);

      expect(found).toEqual(idsOf(ended));
      expect(await persons.endedBeside(tenantId, USER, 'era_1', { afterId: found[0] ?? '', limit: 1 })).toEqual(
        found.slice(1),
      );
    });
  });

  describe(`${name}: an erasure of what was derived`, () => {
    it('removes queries, patterns and counts by hour, of the person alone, and counts the first two', async () => {
      const { erasures, catalog, patterns } = get();
      const { tenantId, own, other } = await holding({}, {});
      const [gone, living] = own as [MemoryRecord, MemoryRecord];
      await useAll(tenantId, [...own, ...other]);
      await keep(tenantId, [gone, ...other]);
      await keep(tenantId, [], { scope: OWN });
      const kept = await keep(tenantId, [living, ...other]);
      await ask(tenantId, USER);
      const asked = await ask(tenantId, `${USER}0`);
      await erasures.begin(tenantId, USER, fresh('era_1'));
      await erase(tenantId, gone, 'era_1');

      await erasures.removeTraces(tenantId, USER, 'era_1');
      await erasures.removeTraces(tenantId, USER, 'era_1');

      expect(idsOf(await patterns.ofScope(tenantId, TENANT_WIDE))).toEqual([kept.id]);
      expect(await patterns.ofScope(tenantId, OWN)).toEqual([]);
      const left = [await keysOf(tenantId, 'query'), await keysOf(tenantId, 'access_pattern')];
      expect(left).toEqual([[], []]);
      expect(await keysOf(tenantId, 'query', `${USER}0`)).toEqual([asked]);
      expect(await keysOf(tenantId, 'access_pattern', `${USER}0`)).toHaveLength(1);
      const flushed = [...((await catalog.lastFlush(tenantId))?.uses ?? [])];
      expect(flushed.map(([id, { hours }]) => [id, hours]).sort()).toEqual(
        idsOf([living, ...other])
          .sort()
          .map((id) => [id, { 7: 1 }]),
      );
      expect((await erasures.tally(tenantId, USER, 'era_1')).counts).toMatchObject({ queries: 1, patterns: 2 });
    });

    it('keeps queries out that a sweep had read before, and begins anew for those asked later', async () => {
      const { erasures } = get();
      const { tenantId, own } = await holding({});
      await erasures.begin(tenantId, USER, fresh('era_1'));
      await ask(tenantId, USER, 5);
      await erase(tenantId, own[0] as MemoryRecord, 'era_1');
      const { counts, streams } = await erasures.tally(tenantId, USER, 'era_1');
      await erasures.complete(tenantId, 'era_1', certificateOf('era_1', counts, secondsAfter(NOON, 10)), streams);
      await ask(tenantId, USER, 10);
      const meanwhile = await keysOf(tenantId, 'query');
      const same = await erasures.begin(tenantId, USER, fresh('era_2'));
      const later = await ask(tenantId, USER, 11);

      expect(meanwhile).toEqual([]);
      expect(same.id).toBe('era_1');
      expect(await keysOf(tenantId, 'query')).toEqual([later]);
      expect((await erasures.begin(tenantId, USER, fresh('era_3'))).id).toBe('era_3');
    });
  });
}
