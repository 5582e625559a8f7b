/** The cold tier on Chroma and PostgreSQL: what goes in sealed comes out whole, beside the vectors and without harming them. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { partitionKey } from '../../../layers/memory/search/partition-vector.ts';
import { createColdTier } from '../../../layers/memory/tiers/cold-chroma.ts';
import type { ColdTier } from '../../../layers/memory/tiers/port.ts';
import { createSubjectKeys } from '../../../layers/memory/tiers/subject-keys-postgres.ts';
import { aMemory } from '../../support/builders.ts';
import { sharedEngines } from '../../support/engines.ts';
import { fakeEmbedder } from '../../support/fake-embedder.ts';
import { uniqueName } from '../../support/ids.ts';
import { searchAdapters } from '../search/adapters.ts';

let adapters: Awaited<ReturnType<typeof searchAdapters>>;
let cold: ColdTier;
const embedder = fakeEmbedder();
const vectorsOf = (records: readonly MemoryRecord[]) =>
  embedder.embed(records.map(({ content }) => JSON.stringify(content)));
beforeAll(async () => {
  adapters = await searchAdapters(sharedEngines());
  cold = createColdTier({ ...adapters, vectorsOf });
});

const aColdMemory = (overrides: Partial<MemoryRecord> = {}) => aMemory({ tier: 'cold', userId: 'u1', ...overrides });
const contentOf = async (tenant: string, { id }: MemoryRecord) => (await cold.get(tenant, [id])).get(id)?.content;
const rawOf = async (tenant: string, { id }: MemoryRecord) => {
  const found = await adapters.chroma.read(tenant, (records) =>
    records.get({ ids: [id], include: ['documents', 'metadatas', 'embeddings'] }),
  );
  return { document: found?.documents[0], metadata: found?.metadatas[0] ?? {}, vector: found?.embeddings[0] };
};

describe('the cold tier', () => {
  it('gives back content of every size, and only of what it holds', async () => {
    const tenant = uniqueName('sizes');
    const sizes = [1, 200, 4_000, 16_000];
    const records = sizes.map((size) => aColdMemory({ content: { text: randomBytes(size / 2).toString('hex') } }));

    await cold.put(tenant, records);

    const copies = await cold.get(tenant, [...records.map(({ id }) => id), 'mem_unknown']);
    expect([...copies.keys()].sort()).toEqual(records.map(({ id }) => id).sort());
    for (const record of records) expect(copies.get(record.id)?.content).toEqual(record.content);
  });

  it('keeps what the document cannot take in the metadata', async () => {
    const tenant = uniqueName('rest');
    const text = randomBytes(16_000).reduce((all, byte) => all + String.fromCharCode(0x30 + (byte % 75)), '');
    const record = aColdMemory({ content: { text: text.replaceAll('\\', '~') } });

    await cold.put(tenant, [record]);

    expect(String((await rawOf(tenant, record)).metadata.rest).length).toBeGreaterThan(0);
    expect(await contentOf(tenant, record)).toEqual(record.content);
  });

  it('writes no readable word into Chroma', async () => {
    const tenant = uniqueName('sealed');
    const record = aColdMemory({ content: { text: 'the patient sleeps badly' } });

    await cold.put(tenant, [record]);

    const { document, metadata } = await rawOf(tenant, record);
    expect(
      JSON.stringify([document, metadata, Buffer.from(document ?? '', 'base64').toString('latin1')]),
    ).not.toContain('patient');
  });

  it('keeps the newer copy', async () => {
    const tenant = uniqueName('guard');
    const older = aColdMemory({ seq: 3, content: { text: 'old' } });
    const newer = { ...older, seq: 4, content: { text: 'new' } };

    await cold.put(tenant, [newer]);
    await cold.put(tenant, [older]);

    expect(await cold.get(tenant, [older.id])).toEqual(
      new Map([[older.id, { id: older.id, seq: 4, content: { text: 'new' } }]]),
    );
  });

  it('leaves the vector that stands there alone, and makes one where there is none', async () => {
    const tenant = uniqueName('vector');
    const [indexed, fresh] = [aColdMemory(), aColdMemory()];
    const vector = (await embedder.embed(['something else']))[0] ?? new Float32Array();
    await adapters.vectors.upsert(tenant, [{ id: indexed.id, seq: 1, partition: 'user:u1', vector }]);
    const before = (await rawOf(tenant, indexed)).vector;

    await cold.put(tenant, [indexed, fresh]);

    expect((await rawOf(tenant, indexed)).vector).toEqual(before);
    expect(await adapters.vectors.marks(tenant, [indexed.id, fresh.id])).toEqual(
      new Map([indexed, fresh].map((record) => [record.id, { seq: 1, partition: partitionKey(record) }])),
    );
    expect(await contentOf(tenant, indexed)).toEqual(indexed.content);
  });

  it('keeps the document when the vector is written again', async () => {
    const tenant = uniqueName('again');
    const record = aColdMemory();
    await cold.put(tenant, [record]);
    const vector = (await embedder.embed(['other words']))[0] ?? new Float32Array();

    await adapters.vectors.upsert(tenant, [{ id: record.id, seq: 2, partition: 'user:u1', vector }]);

    expect(await contentOf(tenant, record)).toEqual(record.content);
  });

  it('removes the copy up to its seq and keeps the vector', async () => {
    const tenant = uniqueName('remove');
    const [gone, newer] = [aColdMemory({ seq: 2 }), aColdMemory({ seq: 5 })];
    await cold.put(tenant, [gone, newer]);

    await cold.remove(tenant, [
      { id: gone.id, seq: 3 },
      { id: newer.id, seq: 4 },
      { id: 'mem_unknown', seq: 1 },
    ]);

    expect([...(await cold.get(tenant, [gone.id, newer.id])).keys()]).toEqual([newer.id]);
    expect(await rawOf(tenant, gone)).toMatchObject({ document: '', metadata: { rest: '', subject: '' } });
    expect(await adapters.vectors.count(tenant)).toBe(2);
    expect(await cold.count(tenant)).toBe(1);
  });

  it('counts its copies and their bytes, beyond one page', async () => {
    const tenant = uniqueName('stats');
    const records = Array.from({ length: 350 }, () => aColdMemory({ content: { text: 'sleep '.repeat(50) } }));
    await cold.put(tenant, records);
    await adapters.vectors.upsert(tenant, [
      {
        id: aMemory().id,
        seq: 1,
        partition: 'user:u1',
        vector: (await embedder.embed(['hot']))[0] ?? new Float32Array(),
      },
    ]);

    const stats = await cold.stats(tenant);

    expect(stats.count).toBe(350);
    expect(stats.plainBytes).toBe(350 * JSON.stringify(records[0]?.content).length);
    expect(stats.bytes).toBeLessThan(stats.plainBytes / 2);
  });

  it('does not believe a copy that another memory or another key sealed', async () => {
    const tenant = uniqueName('swap');
    const [mine, other] = [aColdMemory(), aColdMemory({ content: { text: 'not yours' } })];
    await cold.put(tenant, [mine, other]);
    const { document, metadata, vector } = await rawOf(tenant, other);

    await adapters.chroma.write(tenant, (records) =>
      records.upsert({
        ids: [mine.id],
        embeddings: [vector ?? []],
        documents: [document ?? ''],
        metadatas: [metadata],
      }),
    );

    expect(await cold.get(tenant, [mine.id])).toEqual(new Map());
    await cold.put(tenant, [mine]);
    expect(await contentOf(tenant, mine)).toEqual(mine.content);
  });

  it('loses what it sealed for a subject whose key is destroyed, and nothing else', async () => {
    const tenant = uniqueName('erase');
    const [erased, kept] = [aColdMemory({ userId: 'u1' }), aColdMemory({ userId: 'u2' })];
    await cold.put(tenant, [erased, kept]);
    const text = `delete from subject_keys where tenant_id = $1 and subject = 'user:u1'`;
    await adapters.postgres.run(tenant, [{ text, params: [tenant] }]);

    const elsewhere = createColdTier({
      ...adapters,
      keys: createSubjectKeys(adapters.postgres, adapters.masterKey),
      vectorsOf,
    });

    expect([...(await elsewhere.get(tenant, [erased.id, kept.id])).keys()]).toEqual([kept.id]);
  });

  it('refuses to guess under another master key', async () => {
    const tenant = uniqueName('master');
    const record = aColdMemory();
    await cold.put(tenant, [record]);
    const keys = createSubjectKeys(adapters.postgres, randomBytes(32));

    await expect(createColdTier({ ...adapters, keys, vectorsOf }).get(tenant, [record.id])).rejects.toThrow(
      /AUREN_MASTER_KEY/,
    );
  });
});
