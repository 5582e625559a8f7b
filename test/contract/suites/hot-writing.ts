/** Contract of the hot tier, writing: the capacity holds, the right ones leave, and what is late stays out. */
import { describe, expect, it } from 'vitest';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { HotTier, HotUpkeep } from '../../../layers/memory/tiers/port.ts';
import { aCaller, aMemory } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { idsOf, subject } from './subject.ts';

export interface HotSubject {
  /** A tier over data of its own or shared; tenants keep the tests apart. */
  hot(options: { capacity: number; leaseMs: number }): HotTier & HotUpkeep;
  newTenant(): Promise<string>;
  /** Somebody follows the feed of the tenant from now on. */
  watch(tenantId: string): Promise<void>;
  /** The live-only events that wait, newest first. */
  ephemeral(tenantId: string): Promise<string[]>;
}

const CAPACITY = 100;
const LONG_MS = 60_000;
const LOOK = { use: false, now: NOON };

export function describeHotWritingContract(name: string, make: () => Promise<HotSubject>): void {
  const get = subject(make);

  async function holding(records: MemoryRecord[], { capacity = CAPACITY, leaseMs = LONG_MS } = {}) {
    const { hot: tierOf, newTenant } = get();
    const tenantId = await newTenant();
    const hot = tierOf({ capacity, leaseMs });
    const { evicted } = await hot.putAndEvict(tenantId, records, NOON);
    await hot.advance(tenantId, 'cursor-1', true);
    return { hot, tenantId, caller: aCaller(tenantId), evicted };
  }

  /** So many memories of one age, whose priority and thereby score rises with their place. */
  const rising = (count: number, overrides: Partial<MemoryRecord> = {}): MemoryRecord[] =>
    Array.from({ length: count }, (_, at) => aMemory({ priority: (at * 10) / count, ...overrides }));

  describe(`${name}: capacity`, () => {
    it('is used whole, and not exceeded by one: the lowest scores leave until 99 % are there', async () => {
      const memories = rising(CAPACITY);
      const { hot, tenantId, evicted } = await holding(memories);
      const best = aMemory({ priority: 10 });

      const more = await hot.putAndEvict(tenantId, [best], NOON);

      expect(evicted).toEqual([]);
      expect(more.evicted).toEqual(memories.slice(0, 2));
      expect(await hot.count(tenantId)).toBe(CAPACITY - 1);
    });

    it('holds whatever the size of the puts, and nothing is lost: what leaves is named', async () => {
      const { hot, tenantId } = await holding([], { capacity: 20 });
      const put: string[] = [];
      const left: string[] = [];

      for (const size of [1, 19, 5, 40, 1, 7]) {
        const memories = rising(size);
        put.push(...idsOf(memories));
        left.push(...idsOf((await hot.putAndEvict(tenantId, memories, NOON)).evicted));
        expect(await hot.count(tenantId)).toBeLessThanOrEqual(20);
      }

      const there = [...(await hot.get(tenantId, put)).keys()];
      expect([...there, ...left].sort()).toEqual([...put].sort());
    });

    it('is kept by a plain put as well', async () => {
      const { hot, tenantId } = await holding([], { capacity: 5 });

      await hot.put(tenantId, rising(12));

      expect(await hot.count(tenantId)).toBe(5);
    });

    it('gives evicted memories back whole, their uses counted', async () => {
      const [weak, strong] = [aMemory({ priority: 0, content: { text: 'naïve 🧠' } }), aMemory({ priority: 10 })];
      const { hot, tenantId, caller } = await holding([weak, strong], { capacity: 2 });
      await hot.read(caller, [weak.id], { use: true, now: NOON });

      const { evicted } = await hot.putAndEvict(tenantId, [aMemory({ priority: 10 })], NOON);

      expect(evicted).toEqual([{ ...weak, accessCount: 1, lastAccessedAt: NOON }]);
      expect((await hot.read(caller, [weak.id], LOOK)).records.size).toBe(0);
    });

    it('keeps an evicted memory out until it has changed', async () => {
      const weak = aMemory({ priority: 0 });
      const { hot, tenantId } = await holding([weak, ...rising(2, { priority: 9 })], { capacity: 2 });

      await hot.putAndEvict(tenantId, [weak], NOON);
      const late = await hot.get(tenantId, [weak.id]);
      await hot.putAndEvict(tenantId, [{ ...weak, seq: 2, priority: 10 }], NOON);

      expect(late.size).toBe(0);
      expect((await hot.get(tenantId, [weak.id])).get(weak.id)?.seq).toBe(2);
    });

    it('spares pins, then what a policy retains, then what was used most', async () => {
      const pinned = aMemory({ priority: 0, pinned: true });
      const retained = aMemory({ priority: 0, retainedBy: 'pol_1' });
      const [used, plain] = [aMemory({ priority: 5 }), aMemory({ priority: 5 })];
      const { hot, tenantId, caller } = await holding([pinned, retained, used, plain], { capacity: 4 });
      await hot.read(caller, [used.id], { use: true, now: NOON });
      const gone: string[] = [];

      for (let n = 0; n < 3; n++) {
        const pin = aMemory({ priority: 10, pinned: true });
        gone.push(...idsOf((await hot.putAndEvict(tenantId, [pin], NOON)).evicted));
      }

      expect(gone).toEqual([plain.id, used.id, retained.id]);
      expect((await hot.get(tenantId, [pinned.id])).size).toBe(1);
    });

    it('counts no tombstones', async () => {
      const memories = rising(5);
      const { hot, tenantId } = await holding(memories, { capacity: 5 });
      await hot.remove(
        tenantId,
        memories.map(({ id }) => ({ id, seq: 2 })),
      );

      const { evicted } = await hot.putAndEvict(tenantId, rising(5), NOON);

      expect(evicted).toEqual([]);
      expect(await hot.count(tenantId)).toBe(5);
    });

    it('is each tenant’s own', async () => {
      const first = await holding(rising(5), { capacity: 5 });

      const second = await holding(rising(5), { capacity: 5 });

      expect(second.evicted).toEqual([]);
      expect(await first.hot.count(first.tenantId)).toBe(5);
    });

    it('goes by stored scores, which age only when they are scored anew', async () => {
      const later = daysAfter(NOON, 365);
      const faded = aMemory({ priority: 4 });
      const recent = aMemory({ priority: 2, createdAt: daysAfter(later, -1) });
      const { hot, tenantId } = await holding([faded], { capacity: 2 });
      await hot.putAndEvict(tenantId, [recent], later);

      const absent = await hot.rescore(tenantId, [faded.id, 'mem_absent'], later);
      const { evicted } = await hot.putAndEvict(tenantId, [aMemory({ priority: 9, createdAt: later })], later);

      expect(absent).toEqual(['mem_absent']);
      expect(idsOf(evicted)).toEqual([faded.id]);
    });
  });

  describe(`${name}: tombstones`, () => {
    it('keep out late copies up to their seq, let newer ones in', async () => {
      const memory = aMemory();
      const { hot, tenantId, caller } = await holding([memory]);
      await hot.remove(tenantId, [{ id: memory.id, seq: 3 }]);

      await hot.put(tenantId, [{ ...memory, seq: 2 }]);
      await hot.put(tenantId, [{ ...memory, seq: 3 }]);
      const late = (await hot.read(caller, [memory.id], LOOK)).records.size;
      await hot.put(tenantId, [{ ...memory, seq: 4 }]);

      expect(late).toBe(0);
      expect((await hot.read(caller, [memory.id], LOOK)).records.get(memory.id)?.seq).toBe(4);
    });

    it('stand also where no copy ever was', async () => {
      const memory = aMemory();
      const { hot, tenantId } = await holding([]);
      await hot.remove(tenantId, [{ id: memory.id, seq: 2 }]);

      await hot.put(tenantId, [memory]);

      expect(await hot.count(tenantId)).toBe(0);
    });
  });

  describe(`${name}: empty`, () => {
    it('forgets copies, tombstones, cursor and lease, and keeps uses until they are counted', async () => {
      const [gone, stays] = rising(2);
      const { hot, tenantId, caller } = await holding([gone, stays].filter((memory) => memory !== undefined));
      const ids = [gone?.id ?? '', stays?.id ?? ''];
      await hot.used(tenantId, ids, NOON);
      await hot.remove(tenantId, [{ id: ids[0] ?? '', seq: 99 }]);

      await hot.empty(tenantId);

      expect([await hot.count(tenantId), await hot.cursor(tenantId)]).toEqual([0, null]);
      expect(await hot.read(caller, ids, LOOK)).toEqual({ leased: false, watched: false, records: new Map() });
      expect((await hot.stats(tenantId)).usedBytes).toBe(0);
      await hot.put(
        tenantId,
        [gone, stays].filter((memory) => memory !== undefined),
      );
      expect(await hot.count(tenantId)).toBe(2);
      expect((await hot.pendingUses(tenantId)).size).toBe(2);
      await hot.empty(tenantId, { uses: true });
      expect((await hot.pendingUses(tenantId)).size).toBe(0);
    });

    it('takes thousands, and nothing of another tenant', async () => {
      const { hot, tenantId } = await holding(rising(2_500), { capacity: 10_000 });
      const other = await holding(rising(1));

      await hot.empty(tenantId);

      expect([await hot.count(tenantId), await other.hot.count(other.tenantId)]).toEqual([0, 1]);
      expect((await hot.get(tenantId, await hot.held(tenantId, 0, 10))).size).toBe(0);
    });
  });

  describe(`${name}: erased memories`, () => {
    it('leave no uses by hour, no recall that names one, and no waiting query about their person', async () => {
      const [gone, kept] = [aMemory({ userId: 'u"1' }), aMemory({ userId: 'u"10' })];
      const { hot, tenantId } = await holding([gone, kept]);
      const ask = (id: string, query: object) =>
        hot.used(tenantId, [], NOON, undefined, { agentId: 'coach', query: { id, json: JSON.stringify({ query }) } });
      await hot.used(tenantId, idsOf([gone, kept]), NOON);
      await hot.takeRecalls(tenantId, secondsAfter(NOON, -1));
      for (const memory of [gone, kept]) {
        await hot.used(tenantId, [memory.id], NOON, undefined, { agentId: 'coach "é"' });
      }
      await ask('qry_1', { query: 'sleep', userId: 'u"1' });
      await ask('qry_2', { query: '"userId":"u\\"1"', userId: 'u"10' });
      await ask('qry_3', { query: 'sleep', userId: null });

      await hot.forget(tenantId, 'u"1', [{ id: gone.id, seq: gone.seq + 1 }]);
      // As if it came again: a count by hour that had stayed would show.
      await hot.used(tenantId, [gone.id], '2026-03-01T23:00:00.000Z');

      const { fresh, earlier } = await hot.takeRecalls(tenantId, secondsAfter(NOON, -1));
      expect(earlier).toEqual([]);
      expect(fresh.map(({ ids }) => ids)).toEqual([[kept.id], [gone.id]]);
      expect((await hot.pendingUses(tenantId)).get(gone.id)?.hours).toEqual({ 23: 1 });
      expect([...(await hot.pendingQueries(tenantId)).keys()].sort()).toEqual(['qry_2', 'qry_3']);
    });

    it('of none: waiting queries about the person go all the same, and no recall does', async () => {
      const { hot, tenantId } = await holding([]);
      const query = { id: 'qry_1', json: JSON.stringify({ query: { userId: 'u1' } }) };
      await hot.used(tenantId, ['mem_1'], NOON, undefined, { agentId: 'coach', query });

      await hot.forget(tenantId, 'u1', []);

      expect(await hot.pendingQueries(tenantId)).toEqual(new Map());
      expect((await hot.takeRecalls(tenantId, NOON)).fresh).toHaveLength(1);
    });

    it('leave tombstones, no uses, and none of the live-only events about their person', async () => {
      const [gone, kept] = [aMemory({ userId: 'u1' }), aMemory({ userId: 'u10' })];
      const { hot, tenantId, caller } = await holding([gone, kept]);
      const events = [{ userId: 'u1' }, { userId: 'u10' }, { userId: null }].map((event) => JSON.stringify(event));
      await get().watch(tenantId);
      await hot.used(tenantId, idsOf([gone, kept]), NOON, { latencies: [], events });

      await hot.forget(tenantId, 'u1', [{ id: gone.id, seq: gone.seq + 1 }]);
      await hot.put(tenantId, [gone]);

      expect([...(await hot.read(caller, idsOf([gone, kept]), LOOK)).records.keys()]).toEqual([kept.id]);
      expect([...(await hot.pendingUses(tenantId)).keys()]).toEqual([kept.id]);
      expect(await get().ephemeral(tenantId)).toEqual(events.slice(1).reverse());
    });

    it('stay where a later state is there: it is new', async () => {
      const memory = aMemory({ userId: 'u1', seq: 5 });
      const { hot, tenantId } = await holding([memory]);

      await hot.forget(tenantId, 'u1', [{ id: memory.id, seq: 4 }]);

      expect(await hot.count(tenantId)).toBe(1);
    });
  });
}
