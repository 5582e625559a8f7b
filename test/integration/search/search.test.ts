/** Store, index, search on real engines: every tier's content comes back, what ended is gone from the index. */
import { beforeAll, describe, expect, it } from 'vitest';
import { searchableText } from '../../../layers/memory/embedding/searchable-text.ts';
import { createIndexer } from '../../../layers/memory/feed/indexer.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { createColdTier } from '../../../layers/memory/tiers/cold-chroma.ts';
import { createWarmTier } from '../../../layers/memory/tiers/warm-postgres.ts';
import { createRelated } from '../../../layers/memory/usecases/related-memories.ts';
import { createSearch } from '../../../layers/memory/usecases/search-memories.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller, aMemory, ended, moved, type Step, stored } from '../../support/builders.ts';
import { sharedEngines } from '../../support/engines.ts';
import { fakeEmbedder } from '../../support/fake-embedder.ts';
import { uniqueName } from '../../support/ids.ts';
import { type InMemoryPorts, inMemoryPorts } from '../../support/in-memory/index.ts';
import { searchAdapters } from './adapters.ts';

let ports: InMemoryPorts;
beforeAll(async () => {
  const adapters = await searchAdapters(sharedEngines());
  const embedder = fakeEmbedder();
  const cold = createColdTier({
    ...adapters,
    vectorsOf: (records) => embedder.embed(records.map(({ content }) => searchableText(content))),
  });
  const { log, catalog, lexical, members, vectors, postgres } = adapters;
  // Redis alone stays in memory: it is not what this file is about.
  ports = inMemoryPorts({ log, catalog, lexical, members, vectors, cold, embedder, warm: createWarmTier(postgres) });
});

async function run(tenant: string, ...steps: Step[]): Promise<MemoryRecord[]> {
  for (const { commit } of steps) await ports.log.commit(commit);
  const { events } = await ports.log.read(tenant, null, 1_000);
  await ports.vectors.create(tenant);
  await createIndexer(ports).apply(tenant, events);
  return steps.map(({ record }) => record);
}

const text = (of: string) => ({ content: { text: of } });
const remember = (tenant: string, overrides: Partial<MemoryRecord>) =>
  stored(tenant, aMemory({ userId: 'u1', ...overrides }));

describe('search on PostgreSQL and Chroma', () => {
  it('gives one ranking over all tiers with the content of each, in every mode', async () => {
    const tenant = uniqueName('tiers');
    const records = await run(
      tenant,
      ...(['hot', 'warm', 'cold'] as const).map((tier) =>
        remember(tenant, { tier, ...text(`sleep quality, ${tier}`) }),
      ),
    );
    // The cold copy alone holds the content now.
    expect((await ports.warm.get(tenant, [records[2]?.id ?? ''])).size).toBe(0);

    for (const mode of ['hybrid', 'lexical', 'semantic'] as const) {
      const answer = await createSearch(ports).search(aCaller(tenant), aSearch('sleep quality', { mode }));

      expect(answer.degraded, mode).toEqual([]);
      const contents = answer.results.map(({ memory }) => memory.content.text);
      expect(contents.sort(), mode).toEqual(['sleep quality, cold', 'sleep quality, hot', 'sleep quality, warm']);
    }
  });

  it('finds a memory that comes back from cold, and nothing of one that was deleted', async () => {
    const tenant = uniqueName('moves');
    const [first, second] = [
      remember(tenant, { tier: 'cold', ...text('sleep quality') }),
      remember(tenant, { tier: 'cold', ...text('sleep quality') }),
    ];
    await run(tenant, first, second);

    await run(tenant, moved(tenant, first.record, 'warm', 'agent'), ended(tenant, second.record));

    const answer = await createSearch(ports).search(aCaller(tenant), aSearch('sleep quality'));
    expect(answer.results.map(({ memory }) => [memory.id, memory.tier])).toEqual([[first.record.id, 'warm']]);
    expect([await ports.vectors.count(tenant), await ports.cold.count(tenant)]).toEqual([1, 0]);
  });

  it('gives related memories by the stored vectors', async () => {
    const tenant = uniqueName('related');
    const [asked, near] = await run(
      tenant,
      remember(tenant, { tier: 'warm', ...text('deep sleep after coffee') }),
      remember(tenant, { tier: 'cold', ...text('deep sleep after late coffee') }),
      remember(tenant, { tier: 'warm', ...text('mortgage') }),
    );

    const found = await createRelated(ports).related(aCaller(tenant), asked?.id ?? '', { limit: 5, crossUser: false });

    expect(found.map(({ memory }) => [memory.id, memory.content])).toEqual([[near?.id, near?.content]]);
  });
});
