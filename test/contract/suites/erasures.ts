/** Contract of a person's data: read whole and in pages, and an erasure that goes on, counts from the log, and ends once. */
import { describe, expect, it } from 'vitest';
import { type Certificate, certify } from '../../../layers/memory/erasure/certificate.ts';
import type { ErasedCounts, Erasures, Persons, TraceKind } from '../../../layers/memory/erasure/port.ts';
import type { Consumers } from '../../../layers/memory/log/consumers.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { StoredPattern } from '../../../layers/memory/model/pattern.ts';
import type { Patterns } from '../../../layers/memory/patterns/port.ts';
import type { QueryLog } from '../../../layers/memory/recall/port.ts';
import { aSearch } from '../../support/a-search.ts';
import { aMemory, ended, stored, updated } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import type { LogSubject } from './commit.ts';
import { aPattern, TENANT_WIDE } from './patterns.ts';
import { commitAll, idsOf, subject } from './subject.ts';

export interface ErasuresSubject extends LogSubject {
  patterns: Patterns;
  queries: QueryLog;
  persons: Persons;
  erasures: Erasures;
  consumers: Consumers;
}

const USER = 'u1';
const NONE = { hot: 0, warm: 0, cold: 0, index: 0, events: 0, queries: 0, patterns: 0, idempotency: 0 };
const FIRST = { afterId: null, limit: 100 };
const OWN = { ...TENANT_WIDE, userId: USER };

const certificateOf = (id: string, counts: ErasedCounts, completedAt = NOON): Certificate =>
  certify(
    Buffer.alloc(32, 1),
    {
      id,
      user_id: USER,
      requested_at: NOON,
      completed_at: completedAt,
      counts,
      chain: { verified: true, memories: 1 },
    },
    [],
  );

export function describeErasuresContract(name: string, make: () => Promise<ErasuresSubject>): void {
  const get = subject(make);

  /** Memories of the person and one of another, whose id begins with the person's. */
  async function holding(...mine: Partial<MemoryRecord>[]) {
    const tenantId = await get().newTenant();
    const own = mine.map((fields) => aMemory({ userId: USER, ...fields }));
    const other = aMemory({ userId: `${USER}0`, content: { text: 'of another' } });
    const steps = [...own, other].map((memory) =>
      stored(tenantId, memory, { idempotency: claimOf(`once-${memory.id}`, memory.id) }),
    );
    const records = await commitAll(get().log, steps);
    return { tenantId, own: records.slice(0, -1), other: records.slice(-1) };
  }

  const claimOf = (key: string, id: string) => ({
    key,
    fingerprint: 'f',
    reply: { status: 200, body: { skipped: [{ id, reason: 'capacity' }] } },
  });

  async function erase(tenantId: string, record: MemoryRecord, erasureId: string): Promise<LogEvent | undefined> {
    const { commit } = ended(tenantId, record, 'memory.erased', { about: { erasure_id: erasureId } });
    await get().log.commit(commit);
    return commit.events[0];
  }

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

  describe(`${name}: what is about a person`, () => {
    it('are the memories of every agent, visibility and tier, expired ones too, and no one else’s', async () => {
      const { persons } = get();
      const { tenantId, own } = await holding(
        { agentId: 'coach', visibility: 'agent', content: { text: 'private' } },
        { tier: 'cold', expiresAt: secondsAfter(NOON, -10) },
        { tier: 'warm' },
      );

      const found = await persons.memories(tenantId, USER, FIRST, 'any');
      const [first] = await persons.memories(tenantId, USER, { afterId: null, limit: 1 }, 'none');
      const rest = await persons.memories(tenantId, USER, { afterId: first?.id ?? '', limit: 5 }, 'none');

      expect(found.map(({ id, content }) => [id, content])).toEqual(own.map(({ id, content }) => [id, content]));
      expect(first?.content).toBeNull();
      expect(idsOf(rest)).toEqual(idsOf(own.slice(1)));
      expect(await persons.memories(await get().newTenant(), USER, FIRST, 'any')).toEqual([]);
    });

    it('are all memories there ever were, and their events with what content is left', async () => {
      const { persons, log } = get();
      const { tenantId, own } = await holding({}, {});
      const [kept, gone] = own as [MemoryRecord, MemoryRecord];
      await log.commit(updated(tenantId, kept, { content: { text: 'second' } }).commit);
      await log.commit(ended(tenantId, gone).commit);

      const events = await persons.events(tenantId, USER, { after: null, limit: 100 });
      const after = { streamId: kept.id, seq: 1 };
      const page = await persons.events(tenantId, USER, { after, limit: 2 });

      expect(await persons.streams(tenantId, USER, FIRST)).toEqual([kept.id, gone.id]);
      expect(await persons.lastStream(tenantId, USER)).toBe(gone.id);
      expect(await persons.lastStream(tenantId, 'nobody')).toBeNull();
      expect(await persons.streams(tenantId, USER, { afterId: kept.id, limit: 1 })).toEqual([gone.id]);
      expect(events.map(({ streamId, seq, payload }) => [streamId, seq, payload?.content ?? null])).toEqual([
        [kept.id, 1, kept.content],
        [kept.id, 2, { text: 'second' }],
        [gone.id, 1, null],
        [gone.id, 2, null],
      ]);
      expect(page).toEqual(events.slice(1, 3));
    });

    it('are uses and repeated requests that name the memories, wherever in their reply', async () => {
      const { persons, catalog } = get();
      const { tenantId, own, other } = await holding({}, {});
      const uses = [...own, ...other].map(({ id }) => ({ id, count: 2, recent: [NOON] }));
      await catalog.countUses(tenantId, { id: 'f1', previous: '', uses });

      const usage = await persons.traces(tenantId, USER, 'usage', { after: null, limit: 10 });
      const requests = await persons.traces(tenantId, USER, 'idempotency', { after: null, limit: 1 });
      const more = await persons.traces(tenantId, USER, 'idempotency', { after: requests[0]?.key ?? '', limit: 10 });

      expect(usage.map(({ data }) => data)).toMatchObject(
        own.map(({ id }) => ({ memory_id: id, access_count: 2, recent_uses: [expect.stringContaining('2026')] })),
      );
      expect([...requests, ...more].map(({ key }) => key)).toEqual(own.map(({ id }) => `once-${id}`));
      expect(requests[0]?.data).toMatchObject({ reply: { status: 200 }, created_at: expect.any(String) });
    });
  });

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

  describe(`${name}: an erasure`, () => {
    const fresh = (id: string) => ({ id, requestedAt: NOON });

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

    it('that is open is gone on with, as far as it was', async () => {
      const { erasures } = get();
      const { tenantId } = await holding({});

      const begun = await erasures.begin(tenantId, USER, fresh('era_1'));
      await erasures.advance(tenantId, 'era_1', { cleared: 'mem_5', chainVerified: false });
      await erasures.advance(tenantId, 'era_1', { cleared: 'mem_7', chainVerified: true });

      const open = { id: 'era_1', requestedAt: NOON, chainVerified: true, cleared: null, certificate: null };
      expect(begun).toEqual(open);
      expect(await erasures.begin(tenantId, USER, fresh('era_2'))).toEqual({
        ...open,
        cleared: 'mem_7',
        chainVerified: false,
      });
      expect(await erasures.begin(tenantId, 'another', fresh('era_3'))).toMatchObject({ id: 'era_3', cleared: null });
    });

    it('is begun once by two at the same time', async () => {
      const { erasures } = get();
      const { tenantId } = await holding({});

      const begun = await Promise.all(['a', 'b', 'c'].map((id) => erasures.begin(tenantId, USER, fresh(id))));

      expect(new Set(begun.map(({ id }) => id)).size).toBe(1);
    });

    it('counts from the log what it ended: tiers, content, and what was cleared', async () => {
      const { erasures, log } = get();
      const { tenantId, own, other } = await holding({}, { tier: 'warm' }, { tier: 'cold' });
      const [hot, warm, cold] = own as [MemoryRecord, MemoryRecord, MemoryRecord];
      await erasures.begin(tenantId, USER, fresh('era_1'));
      const change = updated(tenantId, hot, { content: { text: 'second' } });
      await log.commit(change.commit);
      await log.commit(ended(tenantId, cold).commit);
      for (const record of [change.record, warm]) await erase(tenantId, record, 'era_1');
      await erase(tenantId, other[0] as MemoryRecord, 'era_1');

      const begun = await erasures.tally(tenantId, USER, 'era_1');
      await erasures.advance(tenantId, 'era_1', { cleared: hot.id, chainVerified: true });
      const further = await erasures.tally(tenantId, USER, 'era_1');

      expect(begun).toEqual({ counts: { ...NONE, hot: 1, warm: 1, events: 3 }, streams: 3 });
      expect(further.counts.index).toBe(1);
    });

    it('removes what is kept beside memories that have ended, once, and nothing of the living', async () => {
      const { erasures, persons, catalog, consumers } = get();
      const { tenantId, own, other } = await holding({}, {});
      const [gone, living] = own as [MemoryRecord, MemoryRecord];
      await erasures.begin(tenantId, USER, fresh('era_1'));
      const uses = [...own, ...other].map(({ id }) => ({ id, count: 1, recent: [NOON] }));
      await catalog.countUses(tenantId, { id: 'f1', previous: '', uses });
      const event = await erase(tenantId, gone, 'era_1');
      for (const [id, says] of [
        [event?.id ?? '', 'secret'],
        ['evt_other', 'harmless'],
      ] as const) {
        for (let tries = 0; tries < 5; tries += 1) await consumers.failed('indexer', tenantId, id, says);
      }

      await erasures.removeTraces(tenantId, USER, 'era_1');
      await erasures.removeTraces(tenantId, USER, 'era_1');

      const kept = await persons.traces(tenantId, USER, 'idempotency', { after: null, limit: 10 });
      expect(kept.map(({ key }) => key)).toEqual([`once-${living.id}`]);
      expect((await consumers.parked(tenantId)).map(({ error }) => error)).toEqual(['harmless']);
      const flushed = (await catalog.lastFlush(tenantId))?.uses.keys() ?? [];
      expect([...flushed].sort()).toEqual(idsOf([living, ...other]).sort());
      expect((await erasures.tally(tenantId, USER, 'era_1')).counts.idempotency).toBe(1);
    });

    it('is completed once, stands as long as nothing came since, and is followed by another one then', async () => {
      const { erasures, log } = get();
      const { tenantId, own } = await holding({});
      await erasures.begin(tenantId, USER, fresh('era_1'));
      await erase(tenantId, own[0] as MemoryRecord, 'era_1');
      const { counts, streams } = await erasures.tally(tenantId, USER, 'era_1');

      const first = await erasures.complete(tenantId, 'era_1', certificateOf('era_1', counts), streams);
      const second = await erasures.complete(tenantId, 'era_1', certificateOf('era_1', NONE), streams);
      const again = await erasures.begin(tenantId, USER, fresh('era_2'));
      await log.commit(stored(tenantId, aMemory({ userId: USER })).commit);
      const anew = await erasures.begin(tenantId, USER, fresh('era_3'));

      expect([first, second, again.certificate]).toEqual(Array(3).fill(certificateOf('era_1', counts)));
      expect(again.id).toBe('era_1');
      expect(anew).toMatchObject({ id: 'era_3', cleared: null, certificate: null });
    });

    it('is its tenant’s alone', async () => {
      const { erasures } = get();
      const [one, other] = [await holding({}), await holding({})];
      await erasures.begin(one.tenantId, USER, fresh('era_1'));

      const begun = await erasures.begin(other.tenantId, USER, fresh('era_2'));
      await erasures.removeTraces(one.tenantId, USER, 'era_1');

      expect(begun.id).toBe('era_2');
      const kept = await get().persons.traces(other.tenantId, USER, 'idempotency', { after: null, limit: 10 });
      expect(kept).toHaveLength(1);
    });
  });
}
