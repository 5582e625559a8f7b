/** A changed EMBEDDING_MODEL: words alone until its index is filled, everything by meaning after it, and the old one gone only then. */
import { nextIndex, withMeaning } from '@auren/memory/adapters.ts';
import * as compose from '@auren/memory/compose.ts';
import { collectionName } from '@auren/memory/keys.ts';
import { ChromaClient } from 'chromadb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import type { TestPorts } from '../../support/domain.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { fakeEmbedder } from '../../support/fake-embedder.ts';
import { wholeMemory } from '../../support/whole-memory.ts';
import { found, type Population, populate, rebuild } from './rebuilding.ts';

const [FIRST, SECOND] = ['universal-sentence-encoder-lite', 'all-MiniLM-L6-v2'] as const;
const DRAIN_MS = 20_000;

let d: Domain;
let of: Population;
let texts: number;
beforeEach(async () => {
  d = await domain(sharedEngines());
  of = await populate(d);
  d = await changed(d, SECOND);
});
afterEach(() => {
  delete process.env.EMBEDDING_MODEL;
});

/** The same tenant in a process that was started with another model. */
async function changed(before: Domain, model: string): Promise<Domain> {
  process.env.EMBEDDING_MODEL = model;
  texts = 0;
  const embedder = fakeEmbedder(model);
  const counting = {
    ...embedder,
    embed: (some: readonly string[]) => {
      texts += some.length;
      return embedder.embed(some);
    },
  };
  compose.usePorts({ clock: before.clock, embedder: counting, poke: { poke: async () => {} } });
  const indexing = await compose.composeIndexing();
  const ports: TestPorts = await withMeaning();
  const drain = async () => void (await indexing.drain(before.tenantId, new Date(Date.now() + DRAIN_MS)));
  return { ...before, memory: await wholeMemory(), ports, drain };
}

async function collections(): Promise<string[]> {
  const { hostname: host, port } = new URL(sharedEngines().CHROMA_URL);
  const client = new ChromaClient({ host, port: Number(port), ssl: false });
  const names = (await client.listCollections({ limit: 1_000 })).map(({ name }) => name);
  const ours = collectionName(d.tenantId, '');
  return names.filter((name) => name.startsWith(ours)).map((name) => name.slice(ours.length));
}

const nameOf = (model: string) => collectionName(d.tenantId, model).slice(collectionName(d.tenantId, '').length);

describe('a changed model', () => {
  it('answers by words, says so, and reads cold memories, until its index is filled', async () => {
    const later = await d.store({ userId: 'u1', content: { text: 'coffee keeps awake' } });
    await d.memory.control(d.caller(), 'neuroscientist', { action: 'archive', memoryIds: [later.id] }, {});
    await d.drain();

    const answer = await d.memory.search(d.caller(), aSearch('coffee', { userId: 'u1' }));

    expect(answer.degraded).toEqual(['semantic']);
    expect(answer.results).toHaveLength(2);
    for (const { id, content } of [of.cold, of.archived, later]) {
      expect((await d.memory.retrieve(d.caller(), id, {})).content).toEqual(content);
    }
    expect(await collections()).toEqual([nameOf(FIRST)]);
  });

  it('finds by meaning once `--index` has filled it, and only then is the old index gone', async () => {
    expect(await rebuild(d, { indexOnly: true })).toMatchObject({ isEqual: true, indexRefilled: true });

    const answer = await d.memory.search(
      d.caller(),
      aSearch('coffee delays sleep', { userId: 'u1', mode: 'semantic' }),
    );
    expect([answer.degraded, answer.results[0]?.memory.id]).toEqual([[], of.warm.id]);
    expect((await d.ports.cold.get(d.tenantId, [of.cold.id, of.archived.id])).size).toBe(2);
    expect(await collections()).toEqual([nameOf(SECOND)]);
  });

  it('keeps the old index where the new one cannot be filled, and goes on from there', async () => {
    const broken = fakeEmbedder(SECOND);
    compose.usePorts({
      clock: d.clock,
      poke: { poke: async () => {} },
      embedder: { ...broken, embed: async () => Promise.reject(new Error('the model died')) },
    });
    await expect(rebuild(d, { indexOnly: true })).rejects.toThrow('the model died');
    expect((await collections()).sort()).toEqual([`${nameOf(SECOND)}.next`, nameOf(FIRST)].sort());

    d = await changed(d, SECOND);
    expect((await rebuild(d, { indexOnly: true })).isEqual).toBe(true);
    expect(await collections()).toEqual([nameOf(SECOND)]);
  });

  it('embeds nothing twice where a run was killed', async () => {
    const next = await nextIndex();
    await next.vectors.create(d.tenantId);
    const [record] = await d.ports.catalog.find(d.tenantId, [of.warm.id], 'any', d.clock.instant());
    const [vector = new Float32Array()] = await d.ports.embedder.embed(['coffee delays sleep']);
    await next.vectors.upsert(d.tenantId, [
      { id: of.warm.id, seq: record?.seq ?? 0, partition: 'user:u1', vector },
      { id: of.deleted.id, seq: 1, partition: 'user:u1', vector },
    ]);
    texts = 0;

    expect((await rebuild(d, { indexOnly: true })).isEqual).toBe(true);

    expect(texts).toBe(4);
    expect(await found(d, 'coffee delays sleep', { mode: 'semantic', userId: 'u1' })).toEqual([of.warm.id]);
  });
});
