/** Contract of the hot tier, reading: the lease, who sees what until when, and uses counted to the last one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { HourCounts } from '../../../layers/memory/tiers/port.ts';
import { aCaller, aMemory } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import type { HotSubject } from './hot-writing.ts';
import { idsOf, subject } from './subject.ts';

const CAPACITY = 100;
const LONG_MS = 60_000;
const SHORT_MS = 60;
const LOOK = { use: false, now: NOON };

export function describeHotReadingContract(name: string, make: () => Promise<HotSubject>): void {
  const get = subject(make);

  async function holding(records: MemoryRecord[], { leaseMs = LONG_MS } = {}) {
    const { hot: tierOf, newTenant } = get();
    const tenantId = await newTenant();
    const hot = tierOf({ capacity: CAPACITY, leaseMs });
    await hot.putAndEvict(tenantId, records, NOON);
    await hot.advance(tenantId, 'cursor-1', true);
    return { hot, tenantId, caller: aCaller(tenantId) };
  }

  describe(`${name}: lease and cursor`, () => {
    it('reads are believed only after the projector was caught up', async () => {
      const { hot: tierOf, newTenant } = get();
      const [tenantId, memory] = [await newTenant(), aMemory()];
      const hot = tierOf({ capacity: CAPACITY, leaseMs: LONG_MS });
      await hot.put(tenantId, [memory]);
      const leased = async () => (await hot.read(aCaller(tenantId), [memory.id], LOOK)).leased;

      const before = await leased();
      await hot.advance(tenantId, 'cursor-1', false);
      const behind = await leased();
      await hot.advance(tenantId, 'cursor-2', true);

      expect([before, behind, await leased()]).toEqual([false, false, true]);
      expect(await hot.cursor(tenantId)).toBe('cursor-2');
    });

    it('run out: copies are still given, but neither believed nor counted', async () => {
      const memory = aMemory();
      const { hot, tenantId, caller } = await holding([memory], { leaseMs: SHORT_MS });
      await sleep(SHORT_MS * 2);

      const read = await hot.read(caller, [memory.id], { use: true, now: NOON });

      expect(read).toEqual({ leased: false, watched: false, records: new Map([[memory.id, memory]]) });
      expect(await hot.pendingUses(tenantId)).toEqual(new Map());
      expect(await hot.stats(tenantId)).toMatchObject({ hits: 0 });
    });

    it('are each tenant’s own; at first there is no cursor', async () => {
      await holding([]);
      const { hot: tierOf, newTenant } = get();
      const tenantId = await newTenant();
      const hot = tierOf({ capacity: CAPACITY, leaseMs: LONG_MS });

      expect(await hot.cursor(tenantId)).toBeNull();
      expect((await hot.read(aCaller(tenantId), [], LOOK)).leased).toBe(false);
    });

    it('keep a cursor that looks like a number as it is', async () => {
      const { hot, tenantId } = await holding([]);

      await hot.advance(tenantId, '0042', true);

      expect(await hot.cursor(tenantId)).toBe('0042');
    });
  });

  describe(`${name}: read`, () => {
    const OWNED = [
      { agentId: 'coach', visibility: 'agent' },
      { agentId: 'chef', visibility: 'agent', userId: 'u1' },
      { agentId: 'chef', visibility: 'user', userId: 'u1' },
      { agentId: 'chef', visibility: 'space', spaceId: 'lab' },
      { agentId: 'chef', visibility: 'space', spaceId: 'den' },
    ] as const;
    const READERS: [string, Partial<Caller>, number[]][] = [
      ['an unbound key', {}, [0, 1, 2, 3, 4]],
      ['a bound key without spaces', { agentId: 'coach' }, [0, 2]],
      ['a reader of a space', { agentId: 'coach', spaceRoles: { lab: 'reader' } }, [0, 2, 3]],
      ['a writer of two spaces', { agentId: 'nobody', spaceRoles: { lab: 'writer', den: 'reader' } }, [2, 3, 4]],
    ];

    it.each(READERS)('shows %s what it may see, and counts uses of that alone', async (_, reader, expected) => {
      const memories = OWNED.map((owner) => aMemory(owner));
      const { hot, tenantId } = await holding(memories);

      const { records } = await hot.read(aCaller(tenantId, reader), idsOf(memories), { use: true, now: NOON });

      const seen = expected.map((at) => memories[at]?.id).sort();
      expect([...records.keys()].sort()).toEqual(seen);
      expect([...(await hot.pendingUses(tenantId)).keys()].sort()).toEqual(seen);
    });

    it('gives whole records', async () => {
      const memory = aMemory({
        metadata: { n: 1.5, yes: true },
        content: { list: [], nested: { empty: {} } },
        key: 'k',
      });
      const { hot, caller } = await holding([memory]);

      const read = await hot.read(caller, [memory.id, 'mem_absent'], LOOK);

      expect(read).toEqual({ leased: true, watched: false, records: new Map([[memory.id, memory]]) });
    });

    it('has nothing any more at the instant of expiry', async () => {
      const memory = aMemory({ expiresAt: secondsAfter(NOON, 60) });
      const { hot, caller } = await holding([memory]);
      const at = async (seconds: number) =>
        (await hot.read(caller, [memory.id], { use: false, now: secondsAfter(NOON, seconds) })).records.size;

      expect([await at(59), await at(60), await at(61)]).toEqual([1, 0, 0]);
    });

    it('shows a tenant nothing of another', async () => {
      const memory = aMemory();
      await holding([memory]);
      const { hot, caller } = await holding([]);

      expect((await hot.read(caller, [memory.id], LOOK)).records.size).toBe(0);
    });
  });

  describe(`${name}: uses`, () => {
    it('are counted exactly by reads that ask for it, and shown from then on', async () => {
      const memory = aMemory({ accessCount: 5, lastAccessedAt: daysAfter(NOON, -1) });
      const { hot, tenantId, caller } = await holding([memory]);
      const [first, second] = [secondsAfter(NOON, 1), secondsAfter(NOON, 2)];

      await hot.read(caller, [memory.id], { use: true, now: first });
      await hot.read(caller, [memory.id, memory.id], { use: true, now: second });
      const { records } = await hot.read(caller, [memory.id], { use: false, now: secondsAfter(NOON, 3) });

      expect(records.get(memory.id)).toMatchObject({ accessCount: 7, lastAccessedAt: second });
      expect(await hot.pendingUses(tenantId)).toEqual(
        new Map([[memory.id, { count: 2, lastAt: second, recent: [second, secondsAfter(NOON, 1)], hours: { 12: 2 } }]]),
      );
    });

    it('of memories in other tiers are counted as well', async () => {
      const memory = aMemory();
      const { hot, tenantId } = await holding([memory]);

      await hot.used(tenantId, [memory.id, 'mem_elsewhere'], NOON);
      await hot.used(tenantId, ['mem_elsewhere'], secondsAfter(NOON, 1));

      expect(await hot.pendingUses(tenantId)).toEqual(
        new Map([
          [memory.id, { count: 1, lastAt: NOON, recent: [NOON], hours: { 12: 1 } }],
          [
            'mem_elsewhere',
            { count: 2, lastAt: secondsAfter(NOON, 1), recent: [secondsAfter(NOON, 1), NOON], hours: { 12: 2 } },
          ],
        ]),
      );
    });

    it('survive a newer copy, whose own count is as of the last sweep', async () => {
      const memory = aMemory();
      const { hot, tenantId, caller } = await holding([memory]);
      await hot.read(caller, [memory.id], { use: true, now: NOON });

      await hot.put(tenantId, [{ ...memory, seq: 2 }]);

      const { records } = await hot.read(caller, [memory.id], LOOK);
      expect(records.get(memory.id)).toMatchObject({ seq: 2, accessCount: 1, lastAccessedAt: NOON });
    });

    it('leave the pending ones once a flush, and not at all for a flush of another Redis', async () => {
      const memory = aMemory();
      const { hot, tenantId, caller } = await holding([memory]);
      for (let n = 0; n < 6; n++) await hot.read(caller, [memory.id], { use: true, now: NOON });
      const settle = async (id: string, previous: string) => {
        await hot.settleUses(tenantId, { id, previous, uses: new Map([[memory.id, { count: 2, total: 2 }]]) });
        return (await hot.pendingUses(tenantId)).get(memory.id)?.count;
      };

      const counts = [
        await settle('one', ''),
        await settle('one', ''),
        await settle('three', 'two'),
        await settle('four', 'three'),
      ];

      expect(counts).toEqual([4, 4, 4, 2]);
    });

    it('remember the last three instants, newest first', async () => {
      const { hot, tenantId } = await holding([]);
      for (let n = 0; n < 5; n++) await hot.used(tenantId, ['mem_elsewhere'], secondsAfter(NOON, n));

      const recent = [4, 3, 2].map((n) => secondsAfter(NOON, n));
      expect((await hot.pendingUses(tenantId)).get('mem_elsewhere')).toMatchObject({
        count: 5,
        lastAt: recent[0],
        recent,
      });
    });

    it('of a copy that was put with the catalog’s new count before they were settled are not counted twice', async () => {
      const memory = aMemory();
      const { hot, tenantId, caller } = await holding([memory]);
      for (let n = 0; n < 2; n++) await hot.read(caller, [memory.id], { use: true, now: NOON });
      await hot.put(tenantId, [{ ...memory, seq: 2, accessCount: 2 }]);

      await hot.settleUses(tenantId, { id: 'one', previous: '', uses: new Map([[memory.id, { count: 2, total: 2 }]]) });

      const { records } = await hot.read(caller, [memory.id], LOOK);
      expect(records.get(memory.id)?.accessCount).toBe(2);
    });

    it('copies that are held are listed by score, a page at a time', async () => {
      const [low, middle, high] = [1, 5, 9].map((priority) => aMemory({ priority }));
      const { hot, tenantId } = await holding([high, low, middle].filter((memory) => memory !== undefined));

      expect(await hot.held(tenantId, 0, 2)).toEqual([low?.id, middle?.id]);
      expect(await hot.held(tenantId, 2, 2)).toEqual([high?.id]);
    });

    it('leave the pending ones once the catalog has counted them; what is read stays the same', async () => {
      const memory = aMemory();
      const { hot, tenantId, caller } = await holding([memory]);
      for (let n = 0; n < 3; n++) await hot.read(caller, [memory.id], { use: true, now: NOON });

      const uses = new Map<string, { count: number; total: number; hours: HourCounts }>([
        [memory.id, { count: 2, total: 2, hours: { 12: 2 } }],
        ['mem_absent', { count: 1, total: 1, hours: { 9: 1 } }],
      ]);
      await hot.settleUses(tenantId, { id: 'one', previous: '', uses });
      const partly = await hot.pendingUses(tenantId);
      await hot.settleUses(tenantId, {
        id: 'two',
        previous: 'one',
        uses: new Map([[memory.id, { count: 1, total: 3, hours: { 12: 1 } }]]),
      });

      expect(partly).toEqual(
        new Map([[memory.id, { count: 1, lastAt: NOON, recent: [NOON, NOON, NOON], hours: { 12: 1 } }]]),
      );
      expect(await hot.pendingUses(tenantId)).toEqual(new Map());
      const { records } = await hot.read(caller, [memory.id], LOOK);
      expect(records.get(memory.id)).toMatchObject({ accessCount: 3, lastAccessedAt: NOON });
    });
  });

  describe(`${name}: stats and rides`, () => {
    it('count copies, pins, bytes, hits and misses', async () => {
      const [pinned, plain] = [aMemory({ pinned: true }), aMemory()];
      const { hot, tenantId, caller } = await holding([pinned, plain]);
      await hot.read(caller, [pinned.id, plain.id, 'mem_absent'], LOOK);

      const full = await hot.stats(tenantId);
      await hot.remove(
        tenantId,
        [pinned, plain].map(({ id }) => ({ id, seq: 2 })),
      );
      const empty = await hot.stats(tenantId);

      expect(full).toMatchObject({ count: 2, pinned: 1, capacity: CAPACITY, hits: 2, misses: 1 });
      expect(full.usedBytes).toBeGreaterThan(2 * JSON.stringify(plain.content).length);
      expect(empty).toMatchObject({ count: 0, pinned: 0, usedBytes: 0 });
    });

    it('carry latencies on any call, told to within a tenth', async () => {
      const { hot, tenantId, caller } = await holding([]);
      const ride = { latencies: [{ operation: 'retrieve', ms: 4 }], events: ['{"type":"memory.retrieved"}'] };

      await hot.read(caller, [], { ...LOOK, ride });
      await hot.used(tenantId, [], NOON, ride);
      await hot.putAndEvict(tenantId, [], NOON, { latencies: [{ operation: 'search', ms: 40 }], events: [] });

      const { latency } = await hot.stats(tenantId);
      expect(Object.keys(latency).sort()).toEqual(['retrieve', 'search']);
      for (const value of Object.values(latency.retrieve ?? {})) expect(Math.abs(value - 4)).toBeLessThan(0.4);
      for (const value of Object.values(latency.search ?? {})) expect(Math.abs(value - 40)).toBeLessThan(4);
    });
  });
}
