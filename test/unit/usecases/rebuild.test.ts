/** Rebuild on in-memory ports: cut off at any call it is finished by the next run, and a broken log is refused before anything changes. */
import { describe, expect, it } from 'vitest';
import { createConsumer } from '../../../layers/memory/feed/consumer.ts';
import { createHotProjector } from '../../../layers/memory/feed/hot-projector.ts';
import { createIndexer } from '../../../layers/memory/feed/indexer.ts';
import { INDEX_CONSUMER } from '../../../layers/memory/feed/names.ts';
import type { RebuildPorts } from '../../../layers/memory/usecases/rebuild/ports.ts';
import { createRebuild } from '../../../layers/memory/usecases/rebuild/rebuild.ts';
import { aMemory, ended, moved, stored, updated } from '../../support/builders.ts';
import { type ColdCopies, inMemoryColdTier } from '../../support/in-memory/cold.ts';
import { inMemoryPorts } from '../../support/in-memory/index.ts';
import { inMemoryNextIndex, inMemoryRepair, inMemoryReplay } from '../../support/in-memory/rebuild.ts';
import { type IndexedVectors, inMemoryVectorIndex } from '../../support/in-memory/vectors.ts';

const TENANT = 't';
const silent = () => {};

function world() {
  const vectors: IndexedVectors = new Map();
  const cold: ColdCopies = new Map();
  const ports = inMemoryPorts({ vectors: inMemoryVectorIndex(vectors), cold: inMemoryColdTier(cold) });
  ports.store.addTenant(TENANT);
  const rebuilding: RebuildPorts = {
    ...ports,
    replay: inMemoryReplay(ports.store),
    repair: inMemoryRepair(ports.store),
    next: inMemoryNextIndex({ vectors, cold }),
    projecting: createConsumer(ports, createHotProjector({ ...ports, onEvicted: async () => {} })),
    indexing: createConsumer(ports, createIndexer(ports)),
  };
  return { ports, rebuilding, vectors, cold };
}

/** One memory in each tier, one that ended; and everything beside the log lost. */
async function lost() {
  const made = world();
  const { ports, rebuilding, vectors, cold } = made;
  const [hot, warm, frozen, gone] = [{}, { tier: 'warm' as const }, {}, {}].map((of) => stored(TENANT, aMemory(of)));
  if (!hot || !warm || !frozen || !gone) throw new Error('four were asked for');
  const steps = [
    ...[hot, warm, frozen, gone],
    updated(TENANT, hot.record, { content: { text: 'slow breathing' } }),
    moved(TENANT, frozen.record, 'cold', 'age'),
    ended(TENANT, gone.record),
  ];
  for (const { commit } of steps) await ports.log.commit(commit);
  await createRebuild(rebuilding).rebuild(TENANT, silent);
  vectors.clear();
  cold.clear();
  await ports.hot.empty(TENANT);
  const { rows } = ports.store.of(TENANT);
  const [keptRow] = rows.values();
  rows.clear();
  if (keptRow) rows.set(gone.record.id, { ...keptRow, record: { ...keptRow.record, id: gone.record.id } });
  return { ...made, goneId: gone.record.id };
}

type Port = Record<string, unknown>;

/** The ports, whose nth call among all fails: before it is made, or after. */
function dying(ports: RebuildPorts, nth: number, isDone: boolean) {
  let calls = 0;
  const failing = (port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member = target[name as string];
        if (typeof member === 'object' && member !== null) return failing(member as Port);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          calls += 1;
          const mine = calls;
          if (mine === nth && !isDone) throw new Error('killed');
          const answer: unknown = await Reflect.apply(member, target, args);
          if (mine === nth && isDone) throw new Error('killed');
          return answer;
        };
      },
    });
  const wrapped = ['replay', 'repair', 'next', 'hot', 'cold', 'vectors', 'catalog', 'projecting', 'indexing'] as const;
  return { ...ports, ...Object.fromEntries(wrapped.map((name) => [name, failing(ports[name] as unknown as Port)])) };
}

describe('a rebuild that is cut off', () => {
  it.each([
    ['before', false],
    ['after', true],
  ] as const)('%s any call is finished by the next run', async (_, isDone) => {
    for (let nth = 1; ; nth += 1) {
      const { rebuilding, goneId, ports } = await lost();
      const wasCut = await createRebuild(dying(rebuilding, nth, isDone))
        .rebuild(TENANT, silent)
        .then(
          () => false,
          (error: Error) => error.message === 'killed',
        );

      const rebuilt = await createRebuild(rebuilding).rebuild(TENANT, silent);

      expect([nth, rebuilt.isEqual, rebuilt.proof.memories]).toEqual([nth, true, 3]);
      expect(ports.store.of(TENANT).rows.has(goneId)).toBe(false);
      if (wasCut) continue;
      expect(nth).toBeGreaterThan(25);
      expect(rebuilt).toMatchObject({ rowsRepaired: 0, redisRefilled: false, indexRefilled: false });
      return;
    }
  });
});

describe('a rebuild', () => {
  it('refuses a log that was altered, and touches nothing', async () => {
    const { rebuilding, ports } = await lost();
    const [event] = ports.store.of(TENANT).events;
    if (event) event.priority = 10;

    await expect(createRebuild(rebuilding).rebuild(TENANT, silent)).rejects.toThrow(event?.streamId);

    expect(ports.store.of(TENANT).rows.size).toBe(1);
    expect(await ports.vectors.exists(TENANT)).toBe(false);
  });

  it('says that engines differ where they still do', async () => {
    const { rebuilding, ports } = await lost();
    const deaf = { ...rebuilding, hot: { ...ports.hot, get: async () => new Map<string, never>() } };

    const { isEqual, proof } = await createRebuild(deaf).rebuild(TENANT, silent);

    expect(isEqual).toBe(false);
    expect(proof.foundHash).not.toBe(proof.logHash);
    expect(proof.differences).toMatchObject({ postgres: { count: 0 }, redis: { count: 1 }, chroma: { count: 0 } });
  });

  it('waits for an indexer that is at work', async () => {
    const { rebuilding, ports } = await lost();
    await ports.consumers.acquire(INDEX_CONSUMER, TENANT, 'another', 400);

    const { isEqual, indexRefilled } = await createRebuild(rebuilding).rebuild(TENANT, silent);

    expect([isEqual, indexRefilled]).toEqual([true, true]);
  });

  it('has nothing to prove of a tenant without memories, and makes its index', async () => {
    const { rebuilding, ports } = world();

    const rebuilt = await createRebuild(rebuilding).rebuild(TENANT, silent);

    expect(rebuilt).toMatchObject({ isEqual: true, proof: { memories: 0 } });
    expect(await ports.vectors.exists(TENANT)).toBe(true);
  });
});

describe('after a restore of PostgreSQL', () => {
  it('a new epoch begins, and no tenant keeps copies, uses or an index', async () => {
    const { rebuilding, ports } = await lost();
    const run = createRebuild(rebuilding);
    await run.rebuild(TENANT, silent);
    const [id = ''] = ports.store.of(TENANT).rows.keys();
    await ports.hot.used(TENANT, [id], ports.clock.instant());

    await run.forgetProjections();

    expect([await ports.hot.count(TENANT), (await ports.hot.pendingUses(TENANT)).size]).toEqual([0, 0]);
    expect(await ports.vectors.exists(TENANT)).toBe(false);
    expect(rebuilding.replay).toMatchObject({ epochs: 1 });
    expect(await run.rebuild(TENANT, silent)).toMatchObject({ isEqual: true, indexRefilled: true });
  });
});
