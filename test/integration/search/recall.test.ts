/** Recall where it is hardest: users of very unequal size, loaded one after the other (default HNSW lists: .62). */
import { describe, expect, it } from 'vitest';
import { createChroma } from '../../../layers/memory/clients/chroma.ts';
import { normalize } from '../../../layers/memory/embedding/normalize.ts';
import { nearest } from '../../../layers/memory/search/nearest.ts';
import type { VectorEntry } from '../../../layers/memory/search/port.ts';
import { createChromaVectors } from '../../../layers/memory/search/vectors-chroma.ts';
import { cosine } from '../../support/cosine.ts';
import { sharedEngines } from '../../support/engines.ts';
import { nextMemoryId, uniqueName } from '../../support/ids.ts';

const USERS = 30;
const SMALLEST = 5;
const LARGEST = 1_000;
const TOTAL = 3_000;
const DIMENSIONS = 128;
const TOPICS = 12;
const K = 10;

/** Box-Muller. */
const gaussian = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const gaussians = () => Float32Array.from({ length: DIMENSIONS }, gaussian);
const topics = Array.from({ length: TOPICS }, gaussians);
/** A text about one of a few topics that all users share. */
const aText = () => {
  const topic = topics[Math.floor(Math.random() * TOPICS)] ?? gaussians();
  return normalize(gaussians().map((value, at) => value * 0.7 + (topic[at] ?? 0)));
};

/** Sizes that fall by a power law from the largest to the smallest and add up to about the total. */
const sizes = Array.from({ length: USERS }, (_, n) => Math.max(SMALLEST, Math.round(LARGEST / (n + 1) ** 1.18)));

describe('recall of the nearest', () => {
  it(`finds at least 95 of 100 of the true ${K} nearest of every user`, async () => {
    const chroma = createChroma(
      { url: sharedEngines().CHROMA_URL, apiKey: undefined, tenant: undefined, database: undefined },
      'fake',
    );
    const vectors = createChromaVectors(chroma);
    const tenant = uniqueName('recall');
    const users = sizes.map((size, user) =>
      Array.from({ length: size }, (): VectorEntry => {
        return { id: nextMemoryId(), seq: 1, partition: `user:${user}`, vector: aText() };
      }),
    );
    for (const entries of users) await vectors.upsert(tenant, entries);
    let byIds = 0;
    const ports = {
      vectors: {
        ...vectors,
        query: (tenantId: string, query: Parameters<typeof vectors.query>[1]) => {
          byIds += query.within === undefined ? 0 : 1;
          return vectors.query(tenantId, query);
        },
      },
      members: {
        members: async (_: string, partitions: readonly string[], limit: number) =>
          new Map(
            partitions.map((name) => [name, (users[Number(name.slice(5))] ?? []).slice(0, limit).map(({ id }) => id)]),
          ),
      },
    };
    const recalls: number[] = [];
    const times: number[] = [];

    for (let round = 0; round < 5; round++) {
      for (const [user, entries] of users.entries()) {
        const vector = aText();
        const startedAt = performance.now();
        const { hits } = await nearest(ports, tenant, { vector, partitions: [`user:${user}`], k: K });
        times.push(performance.now() - startedAt);
        const truth = entries
          .toSorted((a, b) => cosine(vector, b.vector) - cosine(vector, a.vector))
          .slice(0, K)
          .map(({ id }) => id);
        const found = new Set(hits.slice(0, K).map(({ id }) => id));
        recalls.push(truth.filter((id) => found.has(id)).length / truth.length);
      }
    }

    const mean = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
    const p50 = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    console.log(
      `recall@${K} ${mean.toFixed(3)}, worst query ${Math.min(...recalls).toFixed(2)}, ${users.flat().length} vectors, ` +
        `p50 ${p50.toFixed(1)} ms, ${byIds} of ${recalls.length} asked again by ids`,
    );
    expect(users.flat().length).toBeGreaterThan(TOTAL * 0.9);
    expect(mean).toBeGreaterThanOrEqual(0.95);
  });
});
