/** Discovery on the default model's own vectors: topics that a person would name are found at the default similarity, and no others. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import { MIN_CLUSTER_SIZE, MIN_SIMILARITY } from '../../../layers/memory/model/pattern.ts';
import { cosinesOf } from '../../../layers/memory/patterns/cosines.ts';
import { groupsIn } from '../../../layers/memory/patterns/group.ts';
import { RELATED_PAIRS } from '../../support/sentence-pairs.ts';
import { TOPICS, UNRELATED } from '../../support/topics.ts';

const embedder = createEmbedder({
  model: 'universal-sentence-encoder-lite',
  layerDir: join(import.meta.dirname, '../../../layers/embedding'),
});
afterAll(() => embedder.close());

/** Groups of the texts, as texts. */
async function groupsOf(texts: readonly string[], minSimilarity = MIN_SIMILARITY): Promise<string[][]> {
  const cosines = await cosinesOf(await embedder.embed(texts));
  const grouping = { minSize: MIN_CLUSTER_SIZE, minSimilarity, floor: embedder.cosineFloor };
  return groupsIn(cosines, grouping).map((group) => group.map(({ at }) => texts[at] ?? ''));
}

describe('in three topics among unrelated sentences', () => {
  const topics = Object.values(TOPICS);
  let found: string[][];
  beforeAll(async () => {
    found = await groupsOf([...topics.flat(), ...UNRELATED]);
  });

  it('each topic is one group, nine tenths pure at least', () => {
    const purest = topics.map((topic) => {
      const shares = found.map((group) => group.filter((text) => topic.includes(text)).length / group.length);
      return shares.filter((share) => share >= 0.9).length;
    });

    expect(found).toHaveLength(3);
    expect(purest).toEqual([1, 1, 1]);
  });

  it('most of each topic is found', () => {
    for (const topic of topics) {
      const best = Math.max(...found.map((group) => group.filter((text) => topic.includes(text)).length));
      expect(best / topic.length).toBeGreaterThanOrEqual(0.6);
    }
  });
});

describe('nothing is claimed', () => {
  it.each([MIN_SIMILARITY, 0.8])('of sentences that have nothing in common, at %d', async (minSimilarity) => {
    expect(await groupsOf(UNRELATED, minSimilarity)).toEqual([]);
  });

  it('of one sentence of each pair', async () => {
    expect(await groupsOf(RELATED_PAIRS.map(([first]) => first))).toEqual([]);
  });
});
