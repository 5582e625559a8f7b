/** The two projections as the consumer runs them: poison that stays theirs, and copies that a fresh start must not believe. */
import { describe, expect, it } from 'vitest';
import { composeHotProjecting, composeIndexing, usePorts } from '../../../layers/memory/compose.ts';
import type { DrainReport } from '../../../layers/memory/feed/consumer.ts';
import { INDEX_CONSUMER } from '../../../layers/memory/feed/names.ts';
import { aCaller, aMemory, ended, moved, type Step, stored } from '../../support/builders.ts';
import { inMemoryPorts } from '../../support/in-memory/index.ts';

const TENANT = 't';

async function prepare() {
  const ports = inMemoryPorts();
  usePorts(ports);
  const [hot, index] = [await composeHotProjecting(), await composeIndexing()];
  const drained = async (consumer: { drain(tenantId: string, deadline: Date): Promise<DrainReport> }) =>
    await consumer.drain(TENANT, new Date(Date.now() + 5_000));
  const commit = async (...steps: Step[]) => {
    for (const step of steps) await ports.log.commit(step.commit);
  };
  return { ports, commit, project: () => drained(hot), index: () => drained(index) };
}

describe('the hot projector', () => {
  it('at its very first start takes out copies of what ended before: Redis may be older than the log', async () => {
    const { ports, commit, project } = await prepare();
    const [gone, stays, left] = [stored(TENANT, aMemory()), stored(TENANT, aMemory()), stored(TENANT, aMemory())];
    await commit(gone, stays, left);
    await ports.hot.put(TENANT, [gone.record, stays.record, left.record]);
    await commit(ended(TENANT, gone.record), moved(TENANT, left.record, 'warm', 'age'));

    await project();

    const ids = [gone, stays, left].map(({ record }) => record.id);
    const read = await ports.hot.read(aCaller(TENANT), ids, { use: false, now: ports.clock.instant() });
    expect([read.leased, [...read.records.keys()]]).toEqual([true, [stays.record.id]]);
  });

  it('moves to warm what had to leave Redis while it was filled', async () => {
    const ports = inMemoryPorts({ hotCapacity: 2 });
    usePorts(ports);
    const steps = [3, 1, 2].map((priority) => stored(TENANT, aMemory({ priority })));
    for (const { commit } of steps) await ports.log.commit(commit);

    await (await composeHotProjecting()).drain(TENANT, new Date(Date.now() + 5_000));

    const low = steps[1]?.record.id ?? '';
    const [row] = await ports.catalog.find(TENANT, [low], 'any', ports.clock.instant());
    expect(row).toMatchObject({ tier: 'warm' });
    expect((await ports.log.stream(TENANT, low)).at(-1)).toMatchObject({ actor: 'system:project-hot' });
  });
});

describe('the indexer', () => {
  it('parks what it cannot embed and indexes all the rest; the memory itself stays whole', async () => {
    const { ports, commit, index } = await prepare();
    const texts = ['first', 'cursed', 'last'];
    const steps = texts.map((text) => stored(TENANT, aMemory({ content: { text } })));
    const { embed } = ports.embedder;
    ports.embedder.embed = async (all) => {
      if (all.includes('cursed')) throw new Error('no vector for this');
      return await embed(all);
    };
    await commit(...steps);

    const report = await index();

    expect(report).toMatchObject({ events: 3, parked: 1, caughtUp: true });
    expect(await ports.vectors.count(TENANT)).toBe(2);
    expect(await ports.consumers.parked(TENANT)).toMatchObject([
      { consumer: INDEX_CONSUMER, eventId: steps[1]?.commit.events[0]?.id, error: 'no vector for this' },
    ]);
  });

  it('passes over events of policies and keys', async () => {
    const { ports, commit, index } = await prepare();
    await commit(stored(TENANT, aMemory()));
    const { commit: write } = ports.log;
    const other = stored(TENANT, aMemory()).commit;
    const events = other.events.map((event) => ({ ...event, type: 'policy.set' as const, streamId: 'policy:a' }));
    await write({ ...other, events, rows: [] });

    expect(await index()).toMatchObject({ events: 2, parked: 0 });
    expect(await ports.vectors.count(TENANT)).toBe(1);
  });
});
