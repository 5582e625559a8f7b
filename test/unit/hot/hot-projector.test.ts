/** The hot projector on ports in memory: after any batch Redis holds what the catalog says is hot, and nothing else. */
import { describe, expect, it } from 'vitest';
import { createHotProjector } from '../../../layers/memory/feed/hot-projector.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { aMemory, anEvent, ended, moved, type Step, stored, updated } from '../../support/builders.ts';
import { testClock } from '../../support/clock.ts';
import { inMemoryCatalog } from '../../support/in-memory/catalog.ts';
import { inMemoryHotTier } from '../../support/in-memory/hot.ts';
import { inMemoryLog } from '../../support/in-memory/log.ts';
import { createStore } from '../../support/in-memory/store.ts';

const TENANT = 'tenant-a';

function prepare({ capacity = 100 } = {}) {
  const store = createStore();
  const [log, catalog, hot, clock] = [
    inMemoryLog(store),
    inMemoryCatalog(store),
    inMemoryHotTier({ capacity }),
    testClock(),
  ];
  const evicted: MemoryRecord[] = [];
  const onEvicted = async (_tenantId: string, records: readonly MemoryRecord[]) => void evicted.push(...records);
  const projector = createHotProjector({ log, catalog, hot, clock, onEvicted });
  const commit = async (step: Step) => {
    await log.commit(step.commit);
    return step.record;
  };
  const applyAll = async () => projector.apply(TENANT, (await log.read(TENANT, null, 1_000)).events);
  const copy = async (id: string) => (await hot.get(TENANT, [id])).get(id);
  return { log, catalog, hot, clock, evicted, projector, commit, applyAll, copy };
}

describe('the hot projector', () => {
  it('brings every hot memory of the batch to its present state, however often it was changed', async () => {
    const { commit, applyAll, copy } = prepare();
    const first = await commit(stored(TENANT, aMemory()));
    await commit(updated(TENANT, first, { content: { text: 'second' } }));

    await applyAll();

    expect(await copy(first.id)).toEqual({ id: first.id, seq: 2, content: { text: 'second' } });
  });

  it('takes out what moved on or ended, and keeps late writes of it out', async () => {
    const { hot, clock, commit, applyAll, copy } = prepare();
    const leaving = await commit(stored(TENANT, aMemory()));
    const ending = await commit(stored(TENANT, aMemory()));
    await applyAll();
    const there = [await copy(leaving.id), await copy(ending.id)];
    await commit(moved(TENANT, leaving, 'warm', 'age'));
    await commit(ended(TENANT, ending));

    await applyAll();
    await hot.putAndEvict(TENANT, [leaving, ending, { ...ending, seq: 2 }], clock.instant());

    expect(there.map((found) => found?.seq)).toEqual([1, 1]);
    expect([await copy(leaving.id), await copy(ending.id)]).toEqual([undefined, undefined]);
  });

  it('does not undo what a later commit wrote to Redis before the batch was applied', async () => {
    const { log, hot, clock, projector, commit, copy } = prepare();
    const memory = await commit(stored(TENANT, aMemory()));
    const { events } = await log.read(TENANT, null, 10);
    const next = await commit(updated(TENANT, memory, { priority: 9 }));
    await hot.putAndEvict(TENANT, [next], clock.instant());

    await projector.apply(TENANT, events);

    expect((await copy(memory.id))?.seq).toBe(2);
  });

  it('leaves nothing of what has expired', async () => {
    const { clock, commit, applyAll, copy } = prepare();
    const memory = await commit(stored(TENANT, aMemory({ expiresAt: '2026-03-01T12:00:10.000Z' })));
    await applyAll();
    const before = await copy(memory.id);
    clock.advance({ seconds: 10 });

    await applyAll();

    expect(before?.seq).toBe(1);
    expect(await copy(memory.id)).toBeUndefined();
  });

  it('passes over events that concern no memory', async () => {
    const { projector, hot } = prepare();
    const event = { ...anEvent({ tenantId: TENANT, streamId: 'policy:neuroscientist' }), cursor: 'c' };

    await projector.apply(TENANT, [event]);

    expect(await hot.count(TENANT)).toBe(0);
    expect(await hot.get(TENANT, ['policy:neuroscientist'])).toEqual(new Map());
  });

  it('hands on what had to leave for it', async () => {
    const { commit, applyAll, evicted, hot } = prepare({ capacity: 2 });
    const memories = [];
    for (const priority of [3, 1, 2]) memories.push(await commit(stored(TENANT, aMemory({ priority }))));

    await applyAll();

    expect(evicted.map(({ id }) => id)).toEqual([memories[1]?.id]);
    expect(await hot.count(TENANT)).toBe(2);
  });

  it('fills an empty Redis with every hot memory, over several pages, from a cursor that misses nothing', async () => {
    const { log, catalog, clock, commit, hot } = prepare({ capacity: 1_000 });
    const memories = [];
    for (let n = 0; n < 230; n += 1) memories.push(await commit(stored(TENANT, aMemory())));
    const gone = await commit(ended(TENANT, memories[5] ?? aMemory()));
    const warm = await commit(moved(TENANT, memories[7] ?? aMemory(), 'warm', 'age'));
    let changed: MemoryRecord | undefined;
    const whilePaging = {
      find: catalog.find,
      hotPage: async (...args: Parameters<typeof catalog.hotPage>) => {
        const page = await catalog.hotPage(...args);
        const first = page[0];
        changed ??=
          first && (await commit(updated(TENANT, { ...first, content: first.content ?? {} }, { priority: 1 })));
        return page;
      },
    };
    const onEvicted = async () => Promise.reject(new Error('nothing has to leave'));
    const projector = createHotProjector({ log, catalog: whilePaging, hot, clock, onEvicted });

    const cursor = (await projector.start?.(TENANT, async () => undefined)) ?? '';

    const ids = memories.map(({ id }) => id).filter((id) => id !== gone.id && id !== warm.id);
    expect(
      [
        ...(
          await hot.get(
            TENANT,
            memories.map(({ id }) => id),
          )
        ).keys(),
      ].sort(),
    ).toEqual(ids.sort());
    const { events } = await log.read(TENANT, cursor, 10);
    expect(events.map(({ streamId, seq }) => [streamId, seq])).toEqual([[changed?.id, 2]]);
  });

  it('says which memory has lost its content, and does not pretend', async () => {
    const { log, catalog, hot, clock, commit } = prepare();
    const memory = await commit(stored(TENANT, aMemory()));
    const without = {
      ...catalog,
      find: async (...args: Parameters<typeof catalog.find>) =>
        (await catalog.find(...args)).map((row) => ({ ...row, content: null })),
    };
    const projector = createHotProjector({ log, catalog: without, hot, clock, onEvicted: async () => undefined });
    const { events } = await log.read(TENANT, null, 10);

    await expect(projector.apply(TENANT, events)).rejects.toThrow(memory.id);
  });
});
