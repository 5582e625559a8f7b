/** The vector index on Chroma: partitions kept apart, vectors given back, documents left alone, a lost collection made anew. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChromaClient } from 'chromadb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Chroma } from '../../../layers/memory/clients/chroma.ts';
import { createChroma } from '../../../layers/memory/clients/chroma.ts';
import { normalize } from '../../../layers/memory/embedding/normalize.ts';
import { collectionName } from '../../../layers/memory/keys.ts';
import type { VectorEntry } from '../../../layers/memory/search/port.ts';
import { createChromaVectors } from '../../../layers/memory/search/vectors-chroma.ts';
import { cosine } from '../../support/cosine.ts';
import { sharedEngines } from '../../support/engines.ts';
import { nextMemoryId, uniqueName } from '../../support/ids.ts';

const MODEL = 'fake';
let chroma: Chroma;
let vectors: ReturnType<typeof createChromaVectors>;
let client: ChromaClient;
beforeAll(() => {
  const url = sharedEngines().CHROMA_URL;
  const { hostname: host, port } = new URL(url);
  chroma = createChroma({ url, apiKey: undefined, tenant: undefined, database: undefined }, MODEL);
  vectors = createChromaVectors(chroma);
  client = new ChromaClient({ host, port: Number(port), ssl: false });
});

const random = () => normalize(Float32Array.from({ length: 64 }, () => Math.random() - 0.5));
const entry = (partition: string, vector = random(), id = nextMemoryId()): VectorEntry => ({
  id,
  seq: 1,
  partition,
  vector,
});

describe('the vector index', () => {
  it('is read while its first vectors are written: empty or whole, never a fault', async () => {
    const sizes: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const tenant = uniqueName('begun');
      const first = entry('user:a');
      const read = async () => sizes.push((await vectors.vectors(tenant, [first.id])).size);
      const reading = Array.from({ length: 4 }, (_, n) => sleep(3 * n).then(read));
      await Promise.all([vectors.upsert(tenant, [first]), ...reading]);
    }

    expect(sizes.filter((size) => size > 1)).toEqual([]);
    expect(sizes).toHaveLength(120);
  });

  it('finds the nearest of the partition asked for, with their cosines, and nothing of another', async () => {
    const tenant = uniqueName('near');
    const entries = Array.from({ length: 60 }, (_, n) => entry(n % 2 ? 'user:a' : 'user:b'));
    const query = random();
    await vectors.upsert(tenant, entries);

    const hits = await vectors.query(tenant, { vector: query, partitions: ['user:a'], k: 50 });

    const expected = entries
      .filter(({ partition }) => partition === 'user:a')
      .map(({ id, vector }) => ({ id, cosine: cosine(query, vector) }))
      .sort((a, b) => b.cosine - a.cosine);
    expect(hits.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    for (const [at, hit] of hits.entries()) expect(hit.cosine).toBeCloseTo(expected[at]?.cosine ?? 0, 4);
  });

  it('asks several partitions in one query, best first over all', async () => {
    const tenant = uniqueName('many');
    const entries = ['user:a', 'space:s', 'agent:x'].flatMap((partition) => [entry(partition), entry(partition)]);
    await vectors.upsert(tenant, entries);

    const hits = await vectors.query(tenant, { vector: random(), partitions: ['user:a', 'space:s'], k: 10 });

    expect(hits.map(({ partition }) => partition).sort()).toEqual(['space:s', 'space:s', 'user:a', 'user:a']);
    expect(hits.map((hit) => hit.cosine)).toEqual(hits.map((hit) => hit.cosine).sort((a, b) => b - a));
  });

  it('limits a query to ids, even where some of them are not indexed', async () => {
    const tenant = uniqueName('within');
    const entries = [entry('user:a'), entry('user:a'), entry('user:a')];
    await vectors.upsert(tenant, entries);
    const [first, second] = entries.map(({ id }) => id);
    const within = [first ?? '', second ?? '', 'mem_unknown'];

    const hits = await vectors.query(tenant, { vector: random(), partitions: ['user:a'], k: 10, within });
    const none = await vectors.query(tenant, {
      vector: random(),
      partitions: ['user:a'],
      k: 10,
      within: ['mem_unknown'],
    });

    expect(hits.map(({ id }) => id).sort()).toEqual([first, second].sort());
    expect(none).toEqual([]);
  });

  it('moves an entry to another partition and vector', async () => {
    const tenant = uniqueName('move');
    const before = entry('user:a');
    const after = { ...entry('agent:x', random(), before.id), seq: 2 };
    await vectors.upsert(tenant, [before]);

    await vectors.upsert(tenant, [after]);

    const query = (partition: string) => vectors.query(tenant, { vector: after.vector, partitions: [partition], k: 5 });
    expect(await query('user:a')).toEqual([]);
    expect((await query('agent:x')).map(({ id }) => id)).toEqual([before.id]);
    expect(await vectors.marks(tenant, [before.id, 'mem_unknown'])).toEqual(
      new Map([[before.id, { seq: 2, partition: 'agent:x' }]]),
    );
  });

  it('gives vectors back as the embedder made them', async () => {
    const tenant = uniqueName('give');
    const one = entry('user:a');
    await vectors.upsert(tenant, [one]);

    const given = (await vectors.vectors(tenant, [one.id, 'mem_unknown'])).get(one.id) ?? new Float32Array();

    expect(given).toHaveLength(64);
    expect(cosine(given, one.vector)).toBeCloseTo(1, 5);
  });

  it('takes and removes more than one call may carry', async () => {
    const tenant = uniqueName('pages');
    const entries = Array.from({ length: 650 }, () => entry('user:a'));

    await vectors.upsert(tenant, entries);
    const counts = [await vectors.count(tenant)];
    await vectors.remove(tenant, [...entries.slice(0, 649).map(({ id }) => id), 'mem_unknown']);
    counts.push(await vectors.count(tenant));

    expect(counts).toEqual([650, 1]);
  });

  it('reads a tenant without a collection as empty, and makes none for it', async () => {
    const tenant = uniqueName('empty');

    const answers = [
      await vectors.query(tenant, { vector: random(), partitions: ['user:a'], k: 5 }),
      await vectors.count(tenant),
      (await vectors.marks(tenant, ['mem_1'])).size,
    ];
    await vectors.remove(tenant, ['mem_1']);

    expect(answers).toEqual([[], 0, 0]);
    await expect(client.getCollection({ name: collectionName(tenant, MODEL) })).rejects.toThrow();
  });

  it('goes on in a new collection where the old one vanished', async () => {
    const tenant = uniqueName('lost');
    await vectors.upsert(tenant, [entry('user:a')]);
    await client.deleteCollection({ name: collectionName(tenant, MODEL) });

    const counts = [await vectors.count(tenant)];
    await vectors.upsert(tenant, [entry('user:a'), entry('user:a')]);
    counts.push(await vectors.count(tenant));

    expect(counts).toEqual([0, 2]);
  });
});

describe('Chroma out of reach', () => {
  const countAt = (url: string) =>
    createChroma({ url, apiKey: undefined, tenant: undefined, database: undefined }, MODEL).read(
      't',
      (records) => records.count(),
      100,
    );

  it('fails as an engine that does not answer', async () => {
    await expect(countAt('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'engine_unavailable', engine: 'chroma' });
  });

  it('is waited for no longer than the deadline, and its request is aborted', async () => {
    const aborted = Promise.withResolvers<void>();
    const silent = createServer((request) => request.once('close', () => aborted.resolve()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const startedAt = performance.now();

    await expect(countAt(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ engine: 'chroma' });

    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await aborted.promise;
    silent.close();
  });

  it('passes on what is wrong with the request itself', async () => {
    const tenant = uniqueName('wrong');
    await vectors.upsert(tenant, [entry('user:a')]);

    const tooShort = vectors.upsert(tenant, [entry('user:a', Float32Array.of(1))]);

    await expect(tooShort).rejects.toThrow(/dimension/);
    await expect(tooShort).rejects.not.toMatchObject({ engine: 'chroma' });
  });
});
