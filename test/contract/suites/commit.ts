/** Contract of the event log, writing: a commit is all or nothing, and no stream forks. */
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../layers/memory/catalog/port.ts';
import { verifyChain } from '../../../layers/memory/log/chain.ts';
import type { EventLog, IdempotencyClaim } from '../../../layers/memory/log/port.ts';
import type { Tier } from '../../../layers/memory/tiers/port.ts';
import { aMemory, anEvent, CHAIN_KEY, ended, moved, rowOf, stored, together, updated } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { commitAll, subject, type Tenants } from './subject.ts';

export interface LogSubject extends Tenants {
  log: EventLog;
  catalog: Catalog;
  warm: Tier;
}

export const CONFLICT = { name: 'AurenError', code: 'conflict' };

export const claim = (overrides: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
  key: 'request-1',
  fingerprint: 'fingerprint-1',
  reply: { status: 201, memories: [{ id: 'mem_1', seq: 1 }] },
  ...overrides,
});

export function describeCommitContract(name: string, make: () => Promise<LogSubject>): void {
  const get = subject(make);

  describe(`${name}: commit`, () => {
    it('appends an event and its catalog row, and gives both back as they were', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const memory = aMemory({ userId: 'u1', key: 'k', metadata: { session: 's', n: 1.5, flag: true }, tier: 'warm' });
      const { commit, record } = stored(tenantId, memory);

      const result = await log.commit(commit);

      expect(result).toEqual({ replay: null });
      expect(await log.stream(tenantId, memory.id)).toEqual(commit.events);
      expect(await catalog.find(tenantId, [memory.id], 'any', NOON)).toEqual([record]);
    });

    it('lets no more be pinned than there is room for, also by those who pin at the same time', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const steps = Array.from({ length: 8 }, () => stored(tenantId, aMemory({ pinned: true })));

      const results = await Promise.allSettled(steps.map(({ commit }) => log.commit({ ...commit, pinsMax: 3 })));

      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused.map(({ reason }) => reason)).toEqual(
        Array.from({ length: 5 }, () => expect.objectContaining(CONFLICT)),
      );
      const ids = steps.map(({ record }) => record.id);
      expect(await catalog.find(tenantId, ids, 'none', NOON)).toHaveLength(3);
    });

    it('keeps a stream in order, with a chain that verifies', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory());
      const second = updated(tenantId, first.record, { content: { text: 'revised' }, priority: 9 });
      const third = moved(tenantId, second.record, 'warm', 'agent');

      await commitAll(log, [first, second, third]);

      const stream = await log.stream(tenantId, first.record.id);
      expect(stream.map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'memory.stored'],
        [2, 'memory.updated'],
        [3, 'memory.tier_changed'],
      ]);
      expect(verifyChain(CHAIN_KEY, stream)).toBe(true);
    });

    it('appends several events of one stream at once', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory());
      const second = updated(tenantId, first.record, { priority: 9 });
      const rows = [rowOf(second.record, true)];

      await log.commit({ tenantId, events: [...first.commit.events, ...second.commit.events], rows, now: NOON });

      const [row] = await catalog.find(tenantId, [first.record.id], 'none', NOON);
      expect(row).toMatchObject({ seq: 2, priority: 9, headHash: second.record.headHash });
      expect(await log.stream(tenantId, first.record.id)).toHaveLength(2);
    });

    it('refuses the second of two changes that were made from the same state, and leaves no trace of it', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory());
      const winner = updated(tenantId, first.record, { priority: 1 });
      const loser = updated(tenantId, first.record, { priority: 2 }, { idempotency: claim() });
      await commitAll(log, [first, winner]);

      const refused = log.commit(loser.commit);

      await expect(refused).rejects.toMatchObject(CONFLICT);
      expect(await catalog.find(tenantId, [first.record.id], 'none', NOON)).toMatchObject([{ priority: 1, seq: 2 }]);
      expect((await log.stream(tenantId, first.record.id)).map(({ hash }) => hash)).toEqual([
        first.record.headHash,
        winner.record.headHash,
      ]);
      // The idempotency record went with it: the same key serves the repeated request.
      const repeated = updated(tenantId, winner.record, { priority: 2 }, { idempotency: claim() });
      expect(await log.commit(repeated.commit)).toEqual({ replay: null });
    });

    it('lets exactly one of many writers at once through', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory());
      await log.commit(first.commit);
      const rivals = [1, 2, 3, 4, 5].map((priority) => updated(tenantId, first.record, { priority }));

      const outcomes = await Promise.allSettled(rivals.map(({ commit }) => log.commit(commit)));

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      for (const reason of reasons) expect(reason).toMatchObject({ name: 'AurenError' });
      expect(await log.stream(tenantId, first.record.id)).toHaveLength(2);
    });

    it('writes nothing of a batch of which one event is refused', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const taken = stored(tenantId, aMemory());
      await log.commit(taken.commit);
      const fine = stored(tenantId, aMemory());

      const refused = log.commit(together([fine, stored(tenantId, { ...taken.record, seq: 1 })]));

      await expect(refused).rejects.toMatchObject(CONFLICT);
      expect(await log.stream(tenantId, fine.record.id)).toEqual([]);
      expect(await catalog.find(tenantId, [fine.record.id], 'none', NOON)).toEqual([]);
    });

    it('refuses to change what was deleted meanwhile', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory());
      await commitAll(log, [first, ended(tenantId, first.record)]);

      const refused = log.commit(updated(tenantId, first.record, { priority: 9 }).commit);

      await expect(refused).rejects.toMatchObject(CONFLICT);
      expect(await catalog.find(tenantId, [first.record.id], 'any', NOON)).toEqual([]);
    });

    it('refuses what would leave a gap in its stream: a copy elsewhere was newer than a restored log', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const { commit, record } = stored(tenantId, aMemory());
      await log.commit(commit);
      const ahead = { ...record, seq: 8, version: 5, priority: 9 };

      await expect(log.commit(moved(tenantId, ahead, 'warm', 'pressure').commit)).rejects.toMatchObject(CONFLICT);
      await expect(log.commit(ended(tenantId, ahead).commit)).rejects.toMatchObject(CONFLICT);

      expect((await log.stream(tenantId, record.id)).map(({ seq }) => seq)).toEqual([1]);
      expect(await catalog.find(tenantId, [record.id], 'any', NOON)).toEqual([record]);
    });

    it('keeps the content that it is not given', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory({ tier: 'warm', content: { text: 'stays' } }));
      const second = updated(tenantId, first.record, { priority: 9 });

      await commitAll(log, [first, second]);

      const [row] = await catalog.find(tenantId, [first.record.id], 'tier', NOON);
      expect(row).toMatchObject({ content: { text: 'stays' }, contentSeq: 1, seq: 2 });
    });
  });

  describe(`${name}: what ends`, () => {
    it.each(['memory.deleted', 'memory.expired', 'memory.erased'] as const)(
      '%s takes row, payloads and salts',
      async (type) => {
        const { log, catalog, newTenant } = get();
        const tenantId = await newTenant();
        const first = stored(tenantId, aMemory({ content: { text: 'secret' } }));
        const second = updated(tenantId, first.record, { content: { text: 'another secret' } });
        const third = ended(tenantId, second.record, type);

        await commitAll(log, [first, second, third]);

        const stream = await log.stream(tenantId, first.record.id);
        expect(stream.map(({ payload, salt }) => [payload, salt])).toEqual([
          [null, null],
          [null, null],
          [null, null],
        ]);
        expect(stream.map(({ payloadHash }) => payloadHash)).toEqual(
          [first, second, third].map((s) => s.commit.events[0]?.payloadHash),
        );
        expect(verifyChain(CHAIN_KEY, stream)).toBe(true);
        expect(await catalog.find(tenantId, [first.record.id], 'any', NOON)).toEqual([]);
      },
    );

    it('leaves the others as they are', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const [gone, stays] = [stored(tenantId, aMemory()), stored(tenantId, aMemory())];
      await commitAll(log, [gone, stays]);

      await log.commit(ended(tenantId, gone.record).commit);

      expect(await log.stream(tenantId, stays.record.id)).toEqual(stays.commit.events);
    });
  });

  describe(`${name}: tenants and streams`, () => {
    it('keeps tenants apart even where ids are equal', async () => {
      const { log, catalog, newTenant } = get();
      const [a, b] = [await newTenant(), await newTenant()];
      const memory = aMemory();
      const [mine, theirs] = [stored(a, { ...memory, priority: 1 }), stored(b, { ...memory, priority: 2 })];

      await commitAll(log, [mine, theirs]);

      expect(await log.stream(a, memory.id)).toEqual(mine.commit.events);
      expect(await catalog.find(b, [memory.id], 'none', NOON)).toMatchObject([{ priority: 2 }]);
    });

    it('reads several streams at once, leaving out those that are not there', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const [one, two] = [stored(tenantId, aMemory()), stored(tenantId, aMemory())];
      await commitAll(log, [one, two]);

      const streams = await log.streams(tenantId, [one.record.id, 'mem_absent', two.record.id]);

      expect(new Map([...streams].sort())).toEqual(
        new Map(
          [one, two].map(({ record, commit }): [string, typeof commit.events] => [record.id, commit.events]).sort(),
        ),
      );
    });

    it('has nothing to say of a stream that does not exist', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();

      expect(await log.stream(tenantId, 'mem_absent')).toEqual([]);
    });

    it('keeps an agent policy with its event, and drops it', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const streamId = 'policy:coach';
      const set = anEvent({ tenantId, streamId, agentId: 'coach' });
      const cleared = anEvent({ tenantId, streamId, agentId: 'coach', seq: 2, type: 'policy.cleared' }, null, set.hash);
      const policy = {
        id: 'pol_1',
        criteria: { minPriority: 5 },
        scoreThreshold: 1,
        onFail: 'demote',
        setAt: NOON,
        seq: 1,
        headHash: set.hash,
      } as const;

      await log.commit({ tenantId, events: [set], policy: { agentId: 'coach', policy }, now: NOON });
      const standing = await catalog.policy(tenantId, 'coach');
      await log.commit({ tenantId, events: [cleared], policy: { agentId: 'coach', policy: null }, now: NOON });

      expect(standing).toEqual(policy);
      expect(await catalog.policy(tenantId, 'coach')).toBeNull();
      expect(await catalog.policy(tenantId, 'stranger')).toBeNull();
    });
  });
}
