/** The capacity: never exceeded after a write, however many write at once; and who has to leave. */
import { describe, expect, it } from 'vitest';
import { instant } from '../../../layers/memory/clock.ts';
import { aCaller, aMemory } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { ENGINES, hotEngine, prepareHot } from './hot-engine.ts';

const WRITERS = 16;

describe.each(ENGINES)('$engine: the capacity', ({ embedded }) => {
  const engine = hotEngine(embedded);

  it('is never exceeded under 16 writers, and nobody leaves unannounced', async () => {
    const capacity = 200;
    const { hot, tenantId, now } = await prepareHot(engine(), { capacity });
    const batches = embedded ? 4 : 12;
    const counts: number[] = [];
    const written = new Set<string>();
    const evicted: string[] = [];

    const writer = async () => {
      for (let batch = 0; batch < batches; batch += 1) {
        const memories = Array.from({ length: 7 }, () => aMemory({ createdAt: now, priority: Math.random() * 10 }));
        for (const { id } of memories) written.add(id);
        const answer = await hot.putAndEvict(tenantId, memories, now);
        evicted.push(...answer.evicted.map(({ id }) => id));
        counts.push(await hot.count(tenantId));
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));

    expect(written.size).toBe(WRITERS * batches * 7);
    expect(Math.max(...counts)).toBeLessThanOrEqual(capacity);
    expect(new Set(evicted).size).toBe(evicted.length);
    const left = await hot.get(tenantId, [...written]);
    expect(new Set([...left.keys(), ...evicted])).toEqual(written);
    expect(left.size + evicted.length).toBe(written.size);
  });

  it('leaves 99 % of it after an eviction, lowest scores first, and hands back whole records with their uses', async () => {
    const { hot, tenantId, now } = await prepareHot(engine(), { capacity: 100 });
    const caller = aCaller(tenantId);
    const memories = Array.from({ length: 100 }, (_, n) => aMemory({ createdAt: now, priority: 5 + n / 100 }));
    await hot.putAndEvict(tenantId, memories, now);
    const [lowest, second, third] = memories;
    await hot.read(caller, [lowest?.id ?? ''], { use: true, now });

    const { evicted } = await hot.putAndEvict(tenantId, [aMemory({ createdAt: now, priority: 9 })], now);
    const again = await hot.putAndEvict(tenantId, [aMemory({ createdAt: now, priority: 0 })], now);

    expect(evicted).toEqual([second, third]);
    expect(again.evicted).toEqual([]);
    expect(await hot.count(tenantId)).toBe(100);
    const { evicted: next } = await hot.putAndEvict(
      tenantId,
      Array.from({ length: 100 }, () => aMemory({ createdAt: now, priority: 10 })),
      now,
    );
    expect(next.find(({ id }) => id === lowest?.id)).toEqual({ ...lowest, accessCount: 1, lastAccessedAt: now });
  });

  it('takes from retained memories after all plain ones, and from pins only where there is nothing else', async () => {
    const { hot, tenantId, now } = await prepareHot(engine(), { capacity: 2 });
    const plain = aMemory({ priority: 10, confidence: 1, accessCount: 1_000_000, createdAt: now });
    const retained = aMemory({ priority: 0, confidence: 0, retainedBy: 'pol_1', createdAt: daysAfter(NOON, -3_000) });
    const pins = [1, 2, 3].map((priority) => aMemory({ priority, confidence: 0, pinned: true }));

    const first = await hot.putAndEvict(tenantId, [plain, retained, ...pins.slice(0, 1)], now);
    const second = await hot.putAndEvict(tenantId, pins.slice(1, 2), now);
    const third = await hot.putAndEvict(tenantId, pins.slice(2), now);

    expect(first.evicted.map(({ id }) => id)).toEqual([plain.id]);
    expect(second.evicted.map(({ id }) => id)).toEqual([retained.id]);
    expect(third.evicted.map(({ id }) => id)).toEqual([pins[0]?.id]);
    expect(await hot.stats(tenantId)).toMatchObject({ count: 2, pinned: 2, capacity: 2 });
  });

  it('spares pins the last hundredth: of them no more leave than must', async () => {
    const { hot, tenantId, now } = await prepareHot(engine(), { capacity: 200 });
    await hot.putAndEvict(
      tenantId,
      Array.from({ length: 199 }, () => aMemory({ pinned: true })),
      now,
    );
    const plain = [aMemory(), aMemory()];

    const { evicted } = await hot.putAndEvict(tenantId, plain, now);

    expect(evicted.map(({ id }) => id).sort()).toEqual(plain.map(({ id }) => id));
    expect(await hot.stats(tenantId)).toMatchObject({ count: 199, pinned: 199 });
    const more = await hot.putAndEvict(tenantId, [aMemory({ pinned: true }), aMemory({ pinned: true })], now);
    expect(more.evicted).toHaveLength(1);
    expect(await hot.count(tenantId)).toBe(200);
  });

  it('holds for a single write that is larger than all of it', async () => {
    const { hot, tenantId } = await prepareHot(engine(), { capacity: 1 });

    await hot.put(tenantId, [aMemory(), aMemory(), aMemory({ priority: 9 })]);

    expect(await hot.count(tenantId)).toBe(1);
  });

  it('judges by age only as of the last score: a new one puts the faded first', async () => {
    const { hot, tenantId, now, clock } = await prepareHot(engine(), { capacity: 2 });
    const fading = aMemory({ createdAt: now, priority: 6 });
    const fresh = aMemory({ createdAt: daysAfter(now, 100), priority: 5 });
    await hot.putAndEvict(tenantId, [fading], now);
    clock.advance({ days: 100, seconds: 1 });
    const later = instant(clock.now());
    await hot.putAndEvict(tenantId, [fresh], later);

    const absent = await hot.rescore(tenantId, [fading.id, fresh.id, 'mem_unknown'], later);
    const { evicted } = await hot.putAndEvict(tenantId, [aMemory({ createdAt: later, priority: 9 })], later);

    expect(absent).toEqual(['mem_unknown']);
    expect(evicted.map(({ id }) => id)).toEqual([fading.id]);
  });
});
