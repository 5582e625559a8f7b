/** Contract of a person's data: read whole and in pages, and an erasure that goes on, counts from the log, and ends once. */
import { describe, expect, it } from 'vitest';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { aMemory, ended, stored, updated } from '../../support/builders.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';
import { aPerson, certificateOf, type ErasuresSubject, FIRST, fresh, NONE, USER } from './a-person.ts';
import { idsOf, subject } from './subject.ts';

export function describeErasuresContract(name: string, make: () => Promise<ErasuresSubject>): void {
  const get = subject(make);
  const { holding, erase } = aPerson(get);

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

  describe(`${name}: an erasure`, () => {
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
