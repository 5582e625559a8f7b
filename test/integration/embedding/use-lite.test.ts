import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { load } from '../../../layers/embedding/use-lite.ts';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import type { Embedder } from '../../../layers/memory/embedding/port.ts';
import { cosine } from '../../support/cosine.ts';

const layerDir = join(import.meta.dirname, '../../../layers/embedding');
const dot = (a: Float32Array | undefined, b: Float32Array | undefined) => cosine(a ?? [], b ?? []);

describe('universal-sentence-encoder-lite', () => {
  let embedder: Embedder;

  beforeAll(() => {
    embedder = createEmbedder({ model: 'universal-sentence-encoder-lite', layerDir });
  });
  afterAll(() => embedder.close());

  it('gives unit vectors of 512 dimensions that put similar sentences together', async () => {
    const [a, near, far] = await embedder.embed([
      'The user has a nut allergy.',
      'The user is allergic to peanuts.',
      'The deployment failed because the disk was full.',
    ]);

    for (const vector of [a, near, far])
      expect([vector?.length, dot(vector, vector)]).toEqual([512, expect.closeTo(1, 5)]);
    expect(dot(a, near)).toBeGreaterThan(dot(a, far) + 0.3);
  });

  it('gives a query the vector of the same text in a batch', async () => {
    const text = 'HRV dropped by 12 ms after a late dinner.';

    const [batched] = await embedder.embed([text, 'Something else, and longer than the first of the two.']);
    const query = await embedder.embedQuery(text);

    expect(dot(batched, query)).toBeCloseTo(1, 4);
  });

  it('finds what stands past the 128 tokens that the model reads at once', async () => {
    const filler = 'The committee approved the minutes of the previous session without changes. '.repeat(12);
    const fact = 'The user is allergic to peanuts.';
    const [fillerOnly, withFact, query] = await embedder.embed([filler, filler + fact.repeat(15), fact]);

    expect(dot(withFact, query)).toBeGreaterThan(dot(fillerOnly, query) + 0.2);
  });

  it.each([['x'.repeat(16_000)], ['汉字'.repeat(2_000)], ['\ud800 lone surrogate'], ['🙂🙂'], ['\u0000'], ['a']])(
    'embeds odd text %#',
    async (text) => {
      const [vector] = await embedder.embed([text]);

      expect(dot(vector, vector)).toBeCloseTo(1, 4);
    },
  );

  it('serves a query while a big batch of long texts runs', async () => {
    const sentence = 'Increase protein intake to support muscle growth and recovery after training. ';
    let batchIsDone = false;
    const batch = embedder
      .embed(Array.from({ length: 12 }, (_, i) => `${i} ${sentence.repeat(30)}`))
      .then((vectors) => {
        batchIsDone = true;
        return vectors;
      });

    await embedder.embedQuery('What should the user eat?');

    expect(batchIsDone).toBe(false);
    expect(await batch).toHaveLength(12);
  });

  it('opens no socket to load or to embed', async () => {
    const connect = vi.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
      throw new Error('the network was used');
    });
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('the network was used'));

    const model = await load('unused');
    const [vector] = await model.run(['no network']);

    expect(vector).toHaveLength(512);
    expect(connect).not.toHaveBeenCalled();
    expect(fetched).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
