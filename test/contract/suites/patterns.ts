/** Contract of patterns: what commits keep and drop is what is read, and a list shows to a caller what it may read whole. */
import { describe, expect, it } from 'vitest';
import type { EventLog } from '../../../layers/memory/log/port.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { PatternScope, StoredPattern } from '../../../layers/memory/model/pattern.ts';
import type { PatternQuery, Patterns } from '../../../layers/memory/patterns/port.ts';
import { aCaller, aMemory, anEvent, ended, stored, updated } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { CONFLICT, claim } from './commit.ts';
import { commitAll, idsOf, subject, type Tenants, walk } from './subject.ts';

export interface PatternsSubject extends Tenants {
  log: EventLog;
  patterns: Patterns;
}

export const TENANT_WIDE: PatternScope = { reader: null, userId: null, agentId: null };

const memberOf = ({ id, agentId, visibility, spaceId }: MemoryRecord) => ({
  id,
  similarity: 0.8,
  agentId,
  visibility,
  spaceId,
});

/** A pattern that is new, with its event. */
export function aPattern(tenantId: string, memories: readonly MemoryRecord[], overrides: Partial<StoredPattern> = {}) {
  const id = overrides.id ?? uniqueName('pat');
  const event = anEvent({ tenantId, streamId: `pattern:${id}`, type: 'pattern.discovered' });
  const pattern: StoredPattern = {
    id,
    scope: TENANT_WIDE,
    label: 'sleep, bed',
    terms: ['sleep', 'bed'],
    members: memories.map(memberOf),
    minSize: 2,
    discoveredAt: NOON,
    seq: 1,
    headHash: event.hash,
    ...overrides,
  };
  return { pattern, event };
}

export function describePatternsContract(name: string, make: () => Promise<PatternsSubject>): void {
  const get = subject(make);

  const memoriesOf = (tenantId: string, ...fields: Partial<MemoryRecord>[]) =>
    commitAll(
      get().log,
      fields.map((one) => stored(tenantId, aMemory(one))),
    );

  async function kept(
    tenantId: string,
    memories: readonly MemoryRecord[],
    overrides: Partial<StoredPattern> = {},
  ): Promise<StoredPattern> {
    const { pattern, event } = aPattern(tenantId, memories, overrides);
    await get().log.commit({ tenantId, events: [event], patterns: { kept: [pattern], dropped: [] }, now: NOON });
    return pattern;
  }

  async function listed(
    tenantId: string,
    agentId: string | null = null,
    query: Partial<PatternQuery> = {},
    now = NOON,
  ) {
    const caller = aCaller(tenantId, { agentId, spaceRoles: agentId === 'ann' ? { lab: 'reader' } : {} });
    return idsOf((await get().patterns.list(caller, { limit: 10, ...query }, now)).items);
  }

  describe(`${name}: patterns`, () => {
    it('are read as they were kept, by scope, in their own tenant alone', async () => {
      const { patterns, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const memories = await memoriesOf(tenantId, {}, {});
      const scopes = [TENANT_WIDE, { ...TENANT_WIDE, userId: 'u' }, { reader: 'ann', userId: null, agentId: 'bob' }];
      const all = [];
      for (const scope of scopes) all.push(await kept(tenantId, memories, { scope }));

      for (const [at, scope] of scopes.entries()) expect(await patterns.ofScope(tenantId, scope)).toEqual([all[at]]);
      expect(await patterns.ofScope(other, TENANT_WIDE)).toEqual([]);
      expect(await listed(other)).toEqual([]);
    });

    it('are replaced, and dropped unless they were changed meanwhile', async () => {
      const { log, patterns, newTenant } = get();
      const tenantId = await newTenant();
      const memories = await memoriesOf(tenantId, {}, {}, {});
      const before = await kept(tenantId, memories.slice(0, 2));
      const event = anEvent(
        { tenantId, streamId: `pattern:${before.id}`, seq: 2, type: 'pattern.discovered' },
        null,
        before.headHash,
      );
      const after = { ...before, members: memories.map(memberOf), label: 'other', seq: 2, headHash: event.hash };

      await log.commit({ tenantId, events: [event], patterns: { kept: [after], dropped: [] }, now: NOON });
      await log.commit({ tenantId, events: [], patterns: { kept: [], dropped: [before] }, now: NOON });
      const changed = await patterns.ofScope(tenantId, TENANT_WIDE);
      await log.commit({ tenantId, events: [], patterns: { kept: [], dropped: [after] }, now: NOON });

      expect(changed).toEqual([after]);
      expect(await patterns.ofScope(tenantId, TENANT_WIDE)).toEqual([]);
    });

    it('keep new words under an event that they have already', async () => {
      const { log, patterns, newTenant } = get();
      const tenantId = await newTenant();
      const pattern = await kept(tenantId, await memoriesOf(tenantId, {}, {}));
      const renamed = { ...pattern, label: 'naps', terms: ['naps'] };

      await log.commit({ tenantId, events: [], patterns: { kept: [renamed], dropped: [] }, now: NOON });

      expect(await patterns.ofScope(tenantId, TENANT_WIDE)).toEqual([renamed]);
    });

    it('lose to whoever changed them since they were read', async () => {
      const { log, patterns, newTenant } = get();
      const tenantId = await newTenant();
      const pattern = await kept(tenantId, await memoriesOf(tenantId, {}, {}));
      const { event } = aPattern(tenantId, [], { id: pattern.id });

      const refused = log.commit({
        tenantId,
        events: [event],
        patterns: { kept: [{ ...pattern, label: 'stolen', headHash: event.hash }], dropped: [] },
        now: NOON,
      });

      await expect(refused).rejects.toMatchObject(CONFLICT);
      expect(await patterns.ofScope(tenantId, TENANT_WIDE)).toEqual([pattern]);
    });

    it('are kept once where the request is repeated', async () => {
      const { log, patterns, newTenant } = get();
      const tenantId = await newTenant();
      const memories = await memoriesOf(tenantId, {}, {});
      const idempotency = claim({ reply: { status: 200, body: { pattern_ids: ['first'] } } });
      const [first, second] = [aPattern(tenantId, memories), aPattern(tenantId, memories)];
      const commit = ({ pattern, event }: typeof first) =>
        log.commit({ tenantId, events: [event], patterns: { kept: [pattern], dropped: [] }, now: NOON, idempotency });

      await commit(first);
      const again = await commit(second);

      expect(again.replay?.reply.body).toEqual({ pattern_ids: ['first'] });
      expect(idsOf(await patterns.ofScope(tenantId, TENANT_WIDE))).toEqual([first.pattern.id]);
    });
  });

  describe(`${name}: a list of patterns`, () => {
    it('goes page by page, the newest id first', async () => {
      const { patterns, newTenant } = get();
      const tenantId = await newTenant();
      const memories = await memoriesOf(tenantId, {}, {});
      for (const id of ['pat_b', 'pat_c', 'pat_a']) await kept(tenantId, memories, { id });

      const all = await walk((cursor) =>
        patterns.list(aCaller(tenantId), { limit: 2, ...(cursor && { cursor }) }, NOON),
      );

      expect(idsOf(all)).toEqual(['pat_c', 'pat_b', 'pat_a']);
      expect(await listed(tenantId, null, { ids: ['pat_a', 'pat_x'] })).toEqual(['pat_a']);
    });

    it('keeps to patterns that hold a living memory of a user or an agent', async () => {
      const tenantId = await get().newTenant();
      const soon = secondsAfter(NOON, 60);
      const [a, b, c] = await memoriesOf(
        tenantId,
        { agentId: 'ann', userId: 'u1' },
        { agentId: 'bob', userId: 'u2' },
        { agentId: 'cid', userId: 'u3', expiresAt: soon },
      );
      const { id } = await kept(tenantId, [a, b, c] as MemoryRecord[]);

      const found = [{ userId: 'u1' }, { agentId: 'bob' }, { userId: 'u2', agentId: 'ann' }, { userId: 'u3' }];
      for (const query of found) expect(await listed(tenantId, null, query)).toEqual([id]);
      for (const query of [{ userId: 'u9' }, { agentId: 'u1' }])
        expect(await listed(tenantId, null, query)).toEqual([]);
      expect(await listed(tenantId, null, { userId: 'u3' }, soon)).toEqual([]);
    });

    it('hides a pattern from a key that may not read one of its memories', async () => {
      const { newTenant, addSpace } = get();
      const tenantId = await newTenant();
      await addSpace(tenantId, 'lab');
      const [open, own, shared, foreign] = (await memoriesOf(
        tenantId,
        { agentId: 'bob', userId: 'u1' },
        { agentId: 'ann' },
        { agentId: 'bob', spaceId: 'lab' },
        { agentId: 'bob' },
      )) as [MemoryRecord, MemoryRecord, MemoryRecord, MemoryRecord];
      await kept(tenantId, [open, open], { id: 'pat_1_open' });
      await kept(tenantId, [open, own], { id: 'pat_2_own' });
      await kept(tenantId, [open, shared], { id: 'pat_3_shared' });
      await kept(tenantId, [own, foreign], { id: 'pat_4_foreign' });

      expect(await listed(tenantId)).toHaveLength(4);
      expect(await listed(tenantId, 'ann')).toEqual(['pat_3_shared', 'pat_2_own', 'pat_1_open']);
      expect(await listed(tenantId, 'bob')).toEqual(['pat_3_shared', 'pat_1_open']);
      expect(await listed(tenantId, 'sam')).toEqual(['pat_1_open']);
    });

    it('also hides one whose closed memory is deleted, and one whose memory was closed since', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const open = { agentId: 'bob', userId: 'u1' };
      const [a, b, closed, closing] = (await memoriesOf(tenantId, open, open, { agentId: 'bob' }, open)) as [
        MemoryRecord,
        MemoryRecord,
        MemoryRecord,
        MemoryRecord,
      ];
      await kept(tenantId, [a, b, closed], { id: 'pat_1' });
      await kept(tenantId, [a, b, closing], { id: 'pat_2' });
      expect(await listed(tenantId, 'ann')).toEqual(['pat_2']);

      await log.commit(ended(tenantId, closed).commit);
      await log.commit(updated(tenantId, closing, { visibility: 'agent' }).commit);

      expect(await listed(tenantId, 'ann')).toEqual([]);
      expect(await listed(tenantId)).toEqual(['pat_2', 'pat_1']);
    });

    it('does not show one with fewer living memories than it needs', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const tomorrow = daysAfter(NOON, 1);
      const memories = await memoriesOf(tenantId, {}, {}, { expiresAt: tomorrow }, {});
      const { id } = await kept(tenantId, memories, { minSize: 3 });
      const shown = [await listed(tenantId), await listed(tenantId, null, {}, tomorrow)];

      await log.commit(ended(tenantId, memories[0] as MemoryRecord).commit);

      expect(shown).toEqual([[id], [id]]);
      expect(await listed(tenantId)).toEqual([id]);
      expect(await listed(tenantId, null, {}, tomorrow)).toEqual([]);
    });
  });
}
