import { describe, expect, it } from 'vitest';
import { cosine } from '../../support/cosine.ts';
import { fakeEmbedder } from '../../support/fake-embedder.ts';

describe('the fake embedder', () => {
  it('gives unit vectors, the same each time, similar where words are shared', async () => {
    const embedder = fakeEmbedder();

    const vectors = await embedder.embed([
      'HRV dropped after dinner',
      'after dinner, HRV rose',
      'deploy on Friday',
      '',
    ]);
    const query = await embedder.embedQuery('hrv dropped after DINNER');

    const [a, near, far, empty] = vectors.map((vector) => cosine(vector, query));
    expect(vectors.map((vector) => [vector.length, cosine(vector, vector)])).toEqual(
      Array(4).fill([embedder.dimensions, expect.closeTo(1, 5)]),
    );
    expect(a).toBeCloseTo(1, 5);
    expect(near).toBeGreaterThan(embedder.cosineFloor);
    expect([far, empty].every((value) => Math.abs(value ?? 1) < embedder.cosineFloor)).toBe(true);
  });
});
