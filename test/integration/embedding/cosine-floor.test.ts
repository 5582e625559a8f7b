import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import type { Embedder } from '../../../layers/memory/embedding/port.ts';
import { cosine } from '../../support/cosine.ts';
import { RELATED_PAIRS, UNRELATED_PAIRS } from '../../support/sentence-pairs.ts';

const layerDir = join(import.meta.dirname, '../../../layers/embedding');
const minilmIsHere = existsSync(join(layerDir, 'models/all-MiniLM-L6-v2/model.onnx'));
const NONSENSE = ['xyzzy plugh frobnicate', 'asdf qwer zxcv', 'lorem ipsum dolor sit amet', '9f8a7c6b5d4e'];

async function cosines(embedder: Embedder, pairs: readonly (readonly [string, string])[]): Promise<number[]> {
  const vectors = await embedder.embed(pairs.flat());
  return pairs.map((_, i) => cosine(vectors[2 * i] ?? [], vectors[2 * i + 1] ?? []));
}

describe.each([
  { model: 'universal-sentence-encoder-lite', available: true },
  { model: 'all-MiniLM-L6-v2', available: minilmIsHere },
])('the cosine floor of $model', ({ model, available }) => {
  const embedder = available ? createEmbedder({ model, layerDir }) : undefined;
  afterAll(() => embedder?.close());
  const over = (floor: number, values: number[]) => values.filter((value) => value >= floor).length;

  it.runIf(embedder)('lies above every unrelated pair and below at least 9 of 10 related ones', async () => {
    if (!embedder) throw new Error('no embedder');
    const [related, unrelated] = [await cosines(embedder, RELATED_PAIRS), await cosines(embedder, UNRELATED_PAIRS)];

    expect(over(embedder.cosineFloor, unrelated)).toBe(0);
    expect(over(embedder.cosineFloor, related) / related.length).toBeGreaterThanOrEqual(0.9);
  });

  it.runIf(embedder)('keeps nonsense from finding anything', async () => {
    if (!embedder) throw new Error('no embedder');
    const memories = await embedder.embed([...RELATED_PAIRS, ...UNRELATED_PAIRS].map(([memory]) => memory));

    for (const query of NONSENSE) {
      const vector = await embedder.embedQuery(query);
      const best = Math.max(...memories.map((memory) => cosine(vector, memory)));
      expect(best, query).toBeLessThan(embedder.cosineFloor);
    }
  });
});
