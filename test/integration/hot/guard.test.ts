/** The guard by seq, in any order of writes: whatever comes late changes nothing. Checked against a model of a few lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HotTier } from '../../../layers/memory/tiers/port.ts';
import { aMemory } from '../../support/builders.ts';
import { memoryIds } from '../../support/ids.ts';
import { ENGINES, type HotEngine, hotEngine, prepareHot } from './hot-engine.ts';

const CAPACITY = 3;

type Step = { kind: 'put' | 'remove'; id: number; seq: number; priority: number; pinned: boolean };

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('put', 'put', 'put', 'remove'),
    id: fc.integer({ min: 1, max: 6 }),
    seq: fc.integer({ min: 1, max: 4 }),
    priority: fc.integer({ min: 0, max: 10 }),
    pinned: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

type Copies = Map<string, { seq: number; score: number; alive: boolean }>;

/** What should lie there: a lower seq loses, an equal one loses to a tombstone, the lowest scores leave. */
function apply(copies: Copies, step: Step, id: string): string[] {
  const there = copies.get(id) ?? { seq: 0, alive: true };
  if (step.kind === 'remove') {
    if (there.seq <= step.seq) copies.set(id, { seq: step.seq, score: 0, alive: false });
    return [];
  }
  const isLate = step.seq < there.seq || (step.seq === there.seq && !there.alive);
  const score = step.priority * 0.5 + (step.pinned ? 1e6 : 0);
  if (!isLate) copies.set(id, { seq: step.seq, score, alive: true });
  const living = [...copies].filter(([, { alive }]) => alive);
  // Equal scores leave in the order of their ids, as in a sorted set.
  living.sort(([a, one], [b, other]) => one.score - other.score || (a < b ? -1 : 1));
  const leaving = living.slice(0, Math.max(0, living.length - CAPACITY));
  for (const [gone, copy] of leaving) copies.set(gone, { ...copy, alive: false });
  return leaving.map(([gone]) => gone);
}

async function run({ hot, tenantId, now }: { hot: HotTier; tenantId: string; now: string }, step: Step, id: string) {
  const { seq, priority, pinned } = step;
  if (step.kind === 'remove') {
    await hot.remove(tenantId, [{ id, seq }]);
    return [];
  }
  const record = aMemory({ id, seq, priority, pinned, content: { seq }, createdAt: now });
  return (await hot.putAndEvict(tenantId, [record], now)).evicted.map((evicted) => evicted.id);
}

describe.each(ENGINES)('$engine: the guard by seq', ({ embedded }) => {
  const engine = hotEngine(embedded);

  it('holds in any order of puts, removals and evictions', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const prepared = await prepareHot(engine(), { capacity: CAPACITY });
        const idOf = memoryIdsByNumber();
        const model: Copies = new Map();

        for (const step of sequence) {
          const id = idOf(step.id);
          expect(await run(prepared, step, id)).toEqual(apply(model, step, id));
        }

        await expectSame(engine(), prepared, model);
      }),
      { numRuns: embedded ? 15 : 60 },
    );
  });

  it('keeps the tombstone of what never was here, and lets the next seq in', async () => {
    const { hot, tenantId, now } = await prepareHot(engine());
    const memory = aMemory({ seq: 5 });
    await hot.remove(tenantId, [{ id: memory.id, seq: 5 }]);

    await hot.putAndEvict(tenantId, [memory], now);
    const late = await hot.get(tenantId, [memory.id]);
    await hot.putAndEvict(tenantId, [{ ...memory, seq: 6 }], now);

    expect(late.size).toBe(0);
    expect((await hot.get(tenantId, [memory.id])).get(memory.id)?.seq).toBe(6);
  });

  it('lets tombstones lapse, and never a copy that took the place of one', async () => {
    const { hot, tenantId, now, raw, keys } = await prepareHot(engine());
    const memory = aMemory();
    await hot.remove(tenantId, [{ id: memory.id, seq: 1 }]);
    const ofTombstone = await raw.pttl(keys.record(memory.id));

    await hot.putAndEvict(tenantId, [{ ...memory, seq: 2 }], now);

    expect(ofTombstone).toBeGreaterThan(3_500_000);
    expect(ofTombstone).toBeLessThanOrEqual(3_600_000);
    expect(await raw.pttl(keys.record(memory.id))).toBe(-1);
  });
});

function memoryIdsByNumber(): (n: number) => string {
  const next = memoryIds();
  const ids = Array.from({ length: 7 }, next);
  return (n) => ids[n] ?? '';
}

async function expectSame(
  { raw }: HotEngine,
  { hot, tenantId }: Awaited<ReturnType<typeof prepareHot>>,
  model: Copies,
) {
  const alive = [...model].filter(([, copy]) => copy.alive);
  const found = await hot.get(tenantId, [...model.keys()]);
  expect(new Map([...found].map(([id, { seq, content }]) => [id, [seq, content.seq]]))).toEqual(
    new Map(alive.map(([id, { seq }]) => [id, [seq, seq]])),
  );
  const stats = await hot.stats(tenantId);
  expect(stats.count).toBe(alive.length);
  expect(stats.pinned).toBe(alive.filter(([, { score }]) => score >= 1e6).length);
  expect(stats.usedBytes).toBe(
    await bytesThere(
      raw,
      tenantId,
      alive.map(([id]) => id),
    ),
  );
}

async function bytesThere(raw: HotEngine['raw'], tenantId: string, ids: string[]): Promise<number> {
  const records = await Promise.all(ids.map((id) => raw.hget<string>(`auren:{${tenantId}}:m:${id}`, 'rec')));
  return records.reduce((bytes, record) => bytes + Buffer.byteLength(record ?? ''), 0);
}
