/** A Redis that goes back in time, or loses everything: the cursor goes with it, and the replay heals all of it. */
import { describe, expect, it } from 'vitest';
import { createHotProjector } from '../../../layers/memory/feed/hot-projector.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { HotTier } from '../../../layers/memory/tiers/port.ts';
import { aMemory, ended, moved, type Step, stored, updated } from '../../support/builders.ts';
import { inMemoryCatalog } from '../../support/in-memory/catalog.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { createStore } from '../../support/in-memory/store.ts';
import { hasRedisServer } from '../../support/redis-server.ts';
import { ENGINES, type HotEngine, hotEngine, prepareHot } from './hot-engine.ts';

const AGAIN_WITHIN_MS = 10_000;

/** A tenant with six memories in Redis, and the drain that a consumer would run. */
async function prepare(engine: HotEngine) {
  const { hot, tenantId, clock, keys, raw } = await prepareHot(engine, { leased: false });
  const store = createStore();
  const [log, catalog] = [inMemoryLog(store), inMemoryCatalog(store)];
  const onEvicted = async () => Promise.reject(new Error('nothing has to leave'));
  const projector = createHotProjector({ log, catalog, hot, clock, onEvicted });
  const commit = async (step: Step) => {
    await log.commit(step.commit);
    return step.record;
  };
  const drain = async () => {
    const from = (await hot.cursor(tenantId)) ?? (await projector.start?.(tenantId, async () => undefined)) ?? null;
    const { events, cursor } = await log.read(tenantId, from, 1_000);
    await projector.apply(tenantId, events);
    await hot.advance(tenantId, cursor, true);
    return events.length;
  };
  const memories: MemoryRecord[] = [];
  for (let n = 0; n < 6; n += 1) memories.push(await commit(stored(tenantId, aMemory({ content: { n } }))));
  await drain();
  return { hot, tenantId, clock, keys, raw, catalog, commit, drain, memories };
}

/** One of each: changed, moved away, deleted, stored; each written to Redis beside the commit, as the use cases do. */
async function change({ hot, tenantId, clock, commit, memories }: Awaited<ReturnType<typeof prepare>>) {
  const [one, two, three, four] = memories;
  if (!one || !two || !three || !four) throw new Error('four memories are needed');
  const changed = await commit(updated(tenantId, one, { content: { n: 'changed' } }));
  const left = await commit(moved(tenantId, two, 'warm', 'age'));
  const gone = await commit(ended(tenantId, three));
  const back = await commit(moved(tenantId, await commit(moved(tenantId, four, 'warm', 'age')), 'hot', 'use'));
  const added = await commit(stored(tenantId, aMemory({ content: { n: 'new' } })));
  await hot.remove(tenantId, [left, gone]);
  await hot.putAndEvict(tenantId, [changed, back, added], clock.instant());
}

/** What Redis should hold: the hot rows of the catalog at their seq, no more. */
async function expectHealed({ hot, tenantId, clock, catalog, raw, keys }: Awaited<ReturnType<typeof prepare>>) {
  const rows = await catalog.hotPage(tenantId, null, 100, clock.instant());
  const members = (await raw.zrange<string[]>(keys.scores, 0, -1)).sort();
  const copies = await hot.get(tenantId, members);
  expect(members).toEqual(rows.map(({ id }) => id));
  expect([...copies.values()].map(({ id, seq, content }) => [id, seq, content])).toEqual(
    rows.map(({ id, seq, content }) => [id, seq, content]),
  );
  expect((await hot.stats(tenantId)).count).toBe(rows.length);
}

describe.each(ENGINES)('$engine: the hot projector', ({ embedded }) => {
  const engine = hotEngine(embedded);

  it('fills a Redis that lost everything', async () => {
    const prepared = await prepare(engine());
    await change(prepared);
    await prepared.raw.flushall();

    const handled = await prepared.drain();

    expect(handled).toBe(0);
    await expectHealed(prepared);
  });

  it('heals every kind of change from a cursor that stands before it, whatever Redis holds by now', async () => {
    const prepared = await prepare(engine());
    const cursor = (await prepared.hot.cursor(prepared.tenantId)) ?? '';
    await change(prepared);
    await prepared.drain();
    await prepared.hot.advance(prepared.tenantId, cursor, false);

    const handled = await prepared.drain();

    expect(handled).toBe(6);
    await expectHealed(prepared);
  });

  it('is told when Redis lost or changed its cursor behind it, and nothing is believed on its word', async () => {
    const { hot, tenantId, raw, keys } = await prepare(engine());
    const refused = [];
    for (const change of [() => raw.del(keys.cursor), () => raw.set(keys.cursor, 'an older one')]) {
      await hot.cursor(tenantId);
      await change();
      await raw.del(keys.lease);
      refused.push(await hot.advance(tenantId, 'a newer one', true).catch((error: unknown) => error));
    }

    expect(refused).toEqual([
      expect.objectContaining({ code: 'conflict' }),
      expect.objectContaining({ code: 'conflict' }),
    ]);
    expect(await raw.exists(keys.lease)).toBe(0);
    expect(await hot.cursor(tenantId)).toBe('an older one');
    await hot.advance(tenantId, 'a newer one', true);
    await hot.advance(tenantId, 'the newest', true);
    expect(await raw.get(keys.cursor)).toBe('the newest');
  });
});

describe.skipIf(!hasRedisServer)('a Redis server that is restored from a backup', () => {
  const engine = hotEngine(false);

  it('comes back with the old cursor and the old copies, and the replay makes them right', async () => {
    const prepared = await prepare(engine());
    const { hot, tenantId, memories, drain } = prepared;
    const backup = await engine().engine.save();
    await answering(hot, tenantId);
    const cursor = await hot.cursor(tenantId);
    await change(prepared);
    await drain();

    await engine().engine.rollback(backup);
    await answering(hot, tenantId);
    const restored = await hot.get(
      tenantId,
      memories.map(({ id }) => id),
    );
    const cursorRestored = await hot.cursor(tenantId);
    const handled = await drain();

    expect(cursorRestored).toBe(cursor);
    expect([...restored.values()].map(({ seq }) => seq)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(handled).toBe(6);
    await expectHealed(prepared);
  });

  it('keeps the books of bytes and pins over a kill, as they were with the copies', async () => {
    const { hot, tenantId, clock } = await prepare(engine());
    await hot.putAndEvict(tenantId, [aMemory({ pinned: true })], clock.instant());
    const before = await hot.stats(tenantId);
    // The append-only file is written through once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_500));

    await engine().engine.kill();
    await engine().engine.revive();
    await answering(hot, tenantId);

    expect(await hot.stats(tenantId)).toEqual(before);
    expect(before).toMatchObject({ count: 7, pinned: 1 });
  });
});

/** The front reconnects within a quarter of a second of the start. */
async function answering(hot: HotTier, tenantId: string): Promise<void> {
  await expect
    .poll(() => hot.count(tenantId).catch((error: Error) => error.message), { timeout: AGAIN_WITHIN_MS })
    .toEqual(expect.any(Number));
}
