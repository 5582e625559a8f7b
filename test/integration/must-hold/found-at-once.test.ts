/** What was just stored is found: by its words at once, by its meaning within two seconds. With the default model. */
import { join } from 'node:path';
import { createEmbedder } from '@auren/memory/embedding/create.ts';
import type { Embedder } from '@auren/memory/embedding/port.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';

const LAYER_DIR = join(import.meta.dirname, '..', '..', '..', 'layers', 'embedding');
const WITHIN_MS = 2_000;

let embedder: Embedder;
let d: Domain;
beforeAll(async () => {
  embedder = createEmbedder({ model: 'universal-sentence-encoder-lite', layerDir: LAYER_DIR });
  d = await domain(sharedEngines(), { live: true, ports: { embedder } });
  // The first text of a process waits for the model to load.
  await d.store({ userId: 'ada', content: { text: 'The meeting about the budget was moved to Thursday.' } });
  await d.settled();
});
afterAll(async () => {
  await d.settled();
  await embedder.close();
});

const search = async (query: string, mode: 'lexical' | 'semantic' | 'hybrid') =>
  (await d.memory.search(d.caller(), aSearch(query, { userId: 'ada', mode }))).results.map(({ memory }) => memory.id);

describe('a memory stored a moment ago', () => {
  it('is found by its words with the next request', async () => {
    const { id } = await d.store({ userId: 'ada', content: { text: 'The pangolin rolls into a ball.' } });

    expect(await search('pangolins rolling', 'lexical')).toEqual([id]);
    expect((await search('pangolins rolling', 'hybrid'))[0]).toBe(id);
  });

  it('is found by its meaning, with no word in common, within two seconds', async () => {
    const { id } = await d.store({
      userId: 'ada',
      content: { text: 'Drinking coffee makes it harder to fall asleep.' },
    });
    const storedAt = performance.now();

    await expect
      .poll(() => search('Caffeine causes insomnia', 'semantic'), { timeout: WITHIN_MS, interval: 50 })
      .toContain(id);

    expect(performance.now() - storedAt).toBeLessThan(WITHIN_MS);
    expect(await search('Caffeine causes insomnia', 'lexical')).toEqual([]);
    expect(await search('The price of copper in Chile', 'semantic')).toEqual([]);
  });

  it('is found by its new meaning after a change, and no longer by its old one', async () => {
    const { id } = await d.store({ userId: 'ada', content: { text: 'The user has a dog named Rex.' } });
    await expect
      .poll(() => search('Which pets are there?', 'hybrid').then(() => search('The puppy is called Rex', 'semantic')), {
        timeout: WITHIN_MS,
      })
      .toContain(id);

    await d.memory.update(
      d.caller(),
      id,
      { content: { text: 'The flight to Tokyo leaves at nine in the morning.' } },
      {},
    );

    await expect
      .poll(() => search('When does the plane to Japan depart?', 'semantic'), { timeout: WITHIN_MS })
      .toContain(id);
    expect(await search('The puppy is called Rex', 'semantic')).not.toContain(id);
  });

  it('is no longer found once it is deleted, by neither, at once', async () => {
    const { id } = await d.store({
      userId: 'ada',
      content: { text: 'Quantum entanglement links the states of two particles.' },
    });
    await expect.poll(() => search('entangled quantum particles', 'semantic'), { timeout: WITHIN_MS }).toContain(id);

    await d.memory.delete(d.caller(), id, {});

    expect([
      ...(await search('entangled quantum particles', 'semantic')),
      ...(await search('entanglement', 'lexical')),
    ]).not.toContain(id);
  });
});
