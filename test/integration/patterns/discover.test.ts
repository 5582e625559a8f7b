/** Discovery on real engines with the default model: realistic memories in all tiers, run by schedule and by request. */
import { join } from 'node:path';
import { cosineFloor } from '@auren/memory/adapters.ts';
import { createEmbedder } from '@auren/memory/embedding/create.ts';
import { verifyChain } from '@auren/memory/log/chain.ts';
import { MIN_CLUSTER_SIZE, MIN_SIMILARITY, type Pattern } from '@auren/memory/model/pattern.ts';
import { createScheduledDiscovery } from '@auren/memory/usecases/discover/discover.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daysAfter, NOON } from '../../support/clock.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { TOPICS, UNRELATED } from '../../support/topics.ts';

const embedder = createEmbedder({
  model: 'universal-sentence-encoder-lite',
  layerDir: join(import.meta.dirname, '../../../layers/embedding'),
});
/** Hot, warm, cold. */
const AGES_DAYS = [1, 100, 700];
const QUERY = { minClusterSize: MIN_CLUSTER_SIZE, minSimilarity: MIN_SIMILARITY, storeInsights: false };
const SENTENCES = Object.values(TOPICS).flat();

let d: Domain;
let topicOf: Map<string, string>;

/** The schedule's run, of this tenant alone: other files leave theirs in the database. */
async function scheduled(patternInsights = false) {
  const consumers = { ...d.ports.consumers, tenants: async () => [d.tenantId] };
  const ports = { ...d.ports, consumers, cosineFloor: await cosineFloor(), patternInsights };
  return await createScheduledDiscovery(ports).discoverAll(new Date(Date.now() + 30_000));
}

const listed = async (): Promise<Pattern[]> => (await d.memory.patterns(d.caller(), { limit: 50 })).items;
const topicsIn = ({ memories }: Pattern) => new Set(memories.map(({ id }) => topicOf.get(id)));

beforeAll(async () => {
  d = await domain(sharedEngines(), { ports: { embedder } });
  const all = Object.entries(TOPICS).flatMap(([topic, texts]) => texts.map((text) => ({ topic, text })));
  const drafts = [...all, ...UNRELATED.map((text) => ({ topic: 'none', text }))].map(({ topic, text }, n) => ({
    topic,
    draft: {
      agentId: topic === 'releases' ? 'engineer' : 'coach',
      type: 'fact' as const,
      content: { text },
      userId: 'u1',
      createdAt: daysAfter(NOON, -(AGES_DAYS[n % AGES_DAYS.length] ?? 0)),
    },
  }));
  const { memories } = await d.memory.storeBatch(
    d.caller(),
    drafts.map(({ draft }) => draft),
  );
  topicOf = new Map(memories.map(({ id }, n) => [id, drafts[n]?.topic ?? '']));
  await d.drain();
});
afterAll(() => embedder.close());

describe('discovery on a realistic tenant', () => {
  it('finds the planted topics in all tiers, each under words of its own', async () => {
    const report = await scheduled();

    expect(report).toMatchObject({
      tenants: { discovered: 1, failed: 0 },
      patterns: { found: 3, new: 3 },
      insights: 0,
    });
    const patterns = await listed();
    expect(patterns.map((pattern) => [...topicsIn(pattern)].join()).sort()).toEqual(['releases', 'sleep', 'travel']);
    const labels = patterns.map(({ label }) => label).join();
    for (const word of ['sleep', 'release', 'lisbon']) expect(labels).toContain(word);
    for (const { memories } of patterns) {
      expect(memories.every(({ similarity }) => similarity >= MIN_SIMILARITY)).toBe(true);
    }
    const tiers = new Set(
      (await d.memory.getMany(d.caller(), [...topicOf.keys()], 1_000_000)).memories.map(({ tier }) => tier),
    );
    expect(tiers).toEqual(new Set(['hot', 'warm', 'cold']));
  });

  it('finds the same patterns again, by request as by schedule, without a word in the log', async () => {
    const before = await listed();

    const { patterns } = await d.memory.discover(d.caller(), QUERY);
    await scheduled();

    expect(patterns.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
    expect(await listed()).toEqual(before);
    for (const { id, size } of before) {
      const stream = await d.ports.log.stream(d.tenantId, `pattern:${id}`);
      expect(stream.map(({ type, data }) => [type, data])).toEqual([['pattern.discovered', { pattern_id: id, size }]]);
      expect(verifyChain(d.ports.chainKey, stream)).toBe(true);
    }
  });

  it('keeps an insight of each, which changes nothing about the patterns', async () => {
    const before = await listed();

    const report = await scheduled(true);
    await d.drain();
    await scheduled(true);

    expect(report).toMatchObject({ patterns: { found: 3, new: 0, changed: 0 }, insights: 3 });
    const insights = await d.memory.list(d.caller(), { type: 'insight', order: 'created_at', limit: 50 }, 1_000_000);
    expect(insights.items.map(({ key, version }) => [key, version]).sort()).toEqual(
      before.map(({ id }) => [`pattern:${id}`, 1]).sort(),
    );
    expect(await listed()).toEqual(before);
  });

  it('draws topics as regions of the map', async () => {
    const points = (await d.memory.map(d.caller(), {})).filter(({ memoryId }) => topicOf.has(memoryId));

    expect(points).toHaveLength(topicOf.size);
    const at = (topic: string) => points.filter(({ memoryId }) => topicOf.get(memoryId) === topic);
    const middles = Object.keys(TOPICS).map((topic) => {
      const own = at(topic);
      const mean = (pick: 'x' | 'y') => own.reduce((sum, point) => sum + point[pick], 0) / own.length;
      return { topic, x: mean('x'), y: mean('y') };
    });
    const nearestTo = ({ x, y }: { x: number; y: number }) =>
      middles.reduce((best, middle) =>
        Math.hypot(x - middle.x, y - middle.y) < Math.hypot(x - best.x, y - best.y) ? middle : best,
      ).topic;
    const held = points.filter(({ patternId }) => patternId !== null);
    const right = held.filter((point) => nearestTo(point) === topicOf.get(point.memoryId));
    expect(held.length).toBeGreaterThan(SENTENCES.length / 2);
    expect(right.length / held.length).toBeGreaterThan(0.9);
  });
});
