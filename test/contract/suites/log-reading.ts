/** Contract of the event log, reading: in commit order, page by page, through one filter, and only what the caller may see. */
import { describe, expect, it } from 'vitest';
import type { EventFilter, EventLog } from '../../../layers/memory/log/port.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { PlacedEvent } from '../../../layers/memory/model/event.ts';
import { aCaller, aMemory, anEvent, ended, moved, type Step, stored, updated } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf, settled, subject, walk } from './subject.ts';

const eventIds = (steps: readonly Step[]): string[] => steps.flatMap(({ commit }) => idsOf(commit.events));

/** All events that a filter lets through, walked in pages of two. */
const walkEvents = (
  log: EventLog,
  caller: Caller,
  order: 'asc' | 'desc',
  filter: EventFilter = {},
): Promise<PlacedEvent[]> =>
  walk(async (cursor) => {
    const bound = cursor === undefined ? {} : order === 'asc' ? { after: cursor } : { before: cursor };
    const { events, nextCursor } = await log.page(caller, { ...bound, order, limit: 2, filter });
    return { items: events, nextCursor };
  });

export function describeLogReadingContract(name: string, make: () => Promise<LogSubject>): void {
  const get = subject(make);

  /** A tenant with so many memories, stored one after the other. */
  async function filled(count: number) {
    const { log, newTenant } = get();
    const tenantId = await newTenant();
    const steps = Array.from({ length: count }, () => stored(tenantId, aMemory()));
    await commitAll(log, steps);
    await settled(log, tenantId);
    return { log, tenantId, steps, caller: aCaller(tenantId) };
  }

  describe(`${name}: read`, () => {
    it('gives every event once and in commit order, batch by batch', async () => {
      const { log, tenantId, steps } = await filled(5);

      const first = await log.read(tenantId, null, 2);
      const second = await log.read(tenantId, first.cursor, 2);
      const third = await log.read(tenantId, second.cursor, 2);

      const read = [first, second, third].flatMap(({ events }) => idsOf(events));
      expect(read).toEqual(eventIds(steps));
      expect([first, second, third].map(({ events }) => events.length)).toEqual([2, 2, 1]);
    });

    it('keeps its cursor where nothing is new, and goes on from there', async () => {
      const { log, tenantId } = await filled(2);
      const all = await log.read(tenantId, null, 10);

      const nothing = await log.read(tenantId, all.cursor, 10);
      const next = stored(tenantId, aMemory());
      await log.commit(next.commit);
      await settled(log, tenantId);
      const something = await log.read(tenantId, nothing.cursor, 10);

      expect(nothing.events).toEqual([]);
      expect(idsOf(something.events)).toEqual(eventIds([next]));
    });

    it('resumes after the cursor of any event', async () => {
      const { log, tenantId, steps } = await filled(4);
      const all = await log.read(tenantId, null, 10);

      const rest = await log.read(tenantId, all.events[1]?.cursor ?? null, 10);

      expect(idsOf(rest.events)).toEqual(eventIds(steps.slice(2)));
    });

    it('carries header and hashes, but no content', async () => {
      const { log, tenantId, steps } = await filled(1);

      const [event] = (await log.read(tenantId, null, 1)).events;

      const [committed] = steps[0]?.commit.events ?? [];
      expect(event).toEqual({ ...committed, payload: null, salt: null, cursor: expect.any(String) });
    });

    it('starts an empty tenant with a cursor that later events come after', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const empty = await log.read(tenantId, null, 10);
      const first = stored(tenantId, aMemory());
      await log.commit(first.commit);
      await settled(log, tenantId);

      const read = await log.read(tenantId, empty.cursor, 10);

      expect(empty.events).toEqual([]);
      expect(idsOf(read.events)).toEqual(eventIds([first]));
    });

    it('stands at the horizon: what is there lies before it, what follows after', async () => {
      const { log, tenantId } = await filled(3);
      const horizon = await log.horizon(tenantId);
      const next = stored(tenantId, aMemory());
      await log.commit(next.commit);
      await settled(log, tenantId);

      const read = await log.read(tenantId, horizon, 10);

      expect(idsOf(read.events)).toEqual(eventIds([next]));
    });

    it('shows a tenant nothing of another', async () => {
      const mine = await filled(2);
      await filled(2);

      const read = await mine.log.read(mine.tenantId, null, 10);

      expect(idsOf(read.events)).toEqual(eventIds(mine.steps));
    });

    it('counts what lies behind a cursor', async () => {
      const { log, tenantId } = await filled(4);
      const { events, cursor } = await log.read(tenantId, null, 10);

      expect(await log.backlog(tenantId, null)).toBe(4);
      expect(await log.backlog(tenantId, events[0]?.cursor ?? null)).toBe(3);
      expect(await log.backlog(tenantId, cursor)).toBe(0);
    });
  });

  describe(`${name}: page`, () => {
    it.each([1, 2, 3, 4, 5])('walks %i events forwards and backwards without gap or repeat', async (count) => {
      const { log, steps, caller } = await filled(count);

      const forwards = await walkEvents(log, caller, 'asc');
      const backwards = await walkEvents(log, caller, 'desc');

      expect(idsOf(forwards)).toEqual(eventIds(steps));
      expect(idsOf(backwards)).toEqual(eventIds(steps).reverse());
    });

    it('takes the cursor of an event as a bound that leaves the event itself out', async () => {
      const { log, steps, caller } = await filled(5);
      const all = await log.page(caller, { order: 'asc', limit: 10, filter: {} });
      const [after, before] = [all.events[0]?.cursor ?? '', all.events[3]?.cursor ?? ''];

      const between = await log.page(caller, { after, before, order: 'asc', limit: 10, filter: {} });
      const newest = await log.page(caller, { before, order: 'desc', limit: 2, filter: {} });

      expect(idsOf(between.events)).toEqual(eventIds(steps.slice(1, 3)));
      expect(idsOf(newest.events)).toEqual(eventIds(steps.slice(1, 3)).reverse());
    });

    it('never carries content', async () => {
      const { log, caller } = await filled(1);

      const { events } = await log.page(caller, { order: 'desc', limit: 1, filter: {} });

      expect(events).toMatchObject([{ payload: null, salt: null }]);
    });

    it.each(['', 'nonsense', '%%%', 'eyJhIjoxfQ'])('refuses "%s" as a cursor', async (after) => {
      const { log, caller } = await filled(0);

      const refused = log.page(caller, { after, order: 'asc', limit: 1, filter: {} });

      await expect(refused).rejects.toMatchObject({ code: 'invalid_field' });
    });
  });

  describe(`${name}: filter`, () => {
    /** Five events that differ in everything a filter asks for. */
    async function varied() {
      const { log, newTenant, addSpace } = get();
      const tenantId = await newTenant();
      await addSpace(tenantId, 'lab');
      const fact = stored(
        tenantId,
        aMemory({ agentId: 'coach', userId: 'u1', type: 'fact', priority: 9, confidence: 0.2 }),
      );
      const insight = stored(
        tenantId,
        aMemory({ spaceId: 'lab', type: 'insight', priority: 2, tier: 'warm', confidence: 0.95 }),
      );
      const changed = updated(tenantId, fact.record, { priority: 3 });
      const cooled = moved(tenantId, insight.record, 'cold', 'age');
      const gone = ended(tenantId, changed.record);
      await commitAll(log, [fact, insight, changed, cooled, gone]);
      await log.commit({
        tenantId,
        events: [anEvent({ tenantId, streamId: 'policy:coach', agentId: 'coach' })],
        now: NOON,
      });
      await settled(log, tenantId);
      return { log, caller: aCaller(tenantId), fact: fact.record.id };
    }

    const FILTERS: [string, EventFilter, string[]][] = [
      ['agent', { agentIds: ['coach'] }, ['memory.stored', 'memory.updated', 'memory.deleted', 'policy.set']],
      ['user', { userIds: ['u1', 'u2'] }, ['memory.stored', 'memory.updated', 'memory.deleted']],
      ['space', { spaceIds: ['lab'] }, ['memory.stored', 'memory.tier_changed']],
      ['type', { types: ['insight'] }, ['memory.stored', 'memory.tier_changed']],
      ['tier', { tiers: ['cold', 'warm'] }, ['memory.stored', 'memory.tier_changed']],
      ['exact event', { events: ['memory.updated', 'policy.set'] }, ['memory.updated', 'policy.set']],
      ['family', { events: ['policy.*'] }, ['policy.set']],
      ['family and exact event', { events: ['policy.*', 'memory.deleted'] }, ['memory.deleted', 'policy.set']],
      ['priority', { minPriority: 3 }, ['memory.stored', 'memory.updated', 'memory.deleted']],
      ['confidence', { minConfidence: 0.95 }, ['memory.stored', 'memory.tier_changed']],
      ['several at once', { agentIds: ['coach'], events: ['memory.*'], minPriority: 9 }, ['memory.stored']],
      ['nobody', { agentIds: ['stranger'] }, []],
      ['an empty list, which means all', { agentIds: [], events: [], types: [] }, ALL_TYPES],
    ];

    it.each(FILTERS)('by %s, forwards and backwards', async (_, filter, expected) => {
      const { log, caller } = await varied();

      const forwards = await walkEvents(log, caller, 'asc', filter);
      const backwards = await walkEvents(log, caller, 'desc', filter);

      expect(forwards.map(({ type }) => type)).toEqual(expected);
      expect(backwards.map(({ type }) => type)).toEqual([...expected].reverse());
    });

    it('by memory', async () => {
      const { log, caller, fact } = await varied();

      const events = await walkEvents(log, caller, 'asc', { memoryIds: [fact] });

      expect(events.map(({ type }) => type)).toEqual(['memory.stored', 'memory.updated', 'memory.deleted']);
    });
  });

  describe(`${name}: who sees which events`, () => {
    it('shows a bound key its own agent, what users share, its spaces, and nothing else', async () => {
      const { log, newTenant, addSpace } = get();
      const tenantId = await newTenant();
      for (const space of ['lab', 'den']) await addSpace(tenantId, space);
      const own = stored(tenantId, aMemory({ agentId: 'coach' }));
      const shared = stored(tenantId, aMemory({ agentId: 'other', userId: 'u1' }));
      const inSpace = stored(tenantId, aMemory({ agentId: 'other', spaceId: 'lab' }));
      const hidden = [
        stored(tenantId, aMemory({ agentId: 'other' })),
        stored(tenantId, aMemory({ agentId: 'other', userId: 'u1', visibility: 'agent' })),
        stored(tenantId, aMemory({ agentId: 'other', spaceId: 'den' })),
      ];
      await commitAll(log, [own, shared, inSpace, ...hidden]);
      const policies = ['coach', 'other'].map((agentId) =>
        anEvent({ tenantId, streamId: `policy:${agentId}`, agentId }),
      );
      await log.commit({ tenantId, events: policies, now: NOON });
      await settled(log, tenantId);

      const seen = await walkEvents(log, aCaller(tenantId, { agentId: 'coach', spaceRoles: { lab: 'reader' } }), 'asc');
      const all = await walkEvents(log, aCaller(tenantId), 'asc');

      expect(idsOf(seen)).toEqual([...eventIds([own, shared, inSpace]), policies[0]?.id]);
      expect(all).toHaveLength(8);
    });
  });
}

const ALL_TYPES = [
  'memory.stored',
  'memory.stored',
  'memory.updated',
  'memory.tier_changed',
  'memory.deleted',
  'policy.set',
];
