/** Related memories: the nearest by meaning, of the same user unless others are asked for. */
import { describe, expect, it } from 'vitest';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { partitionKey } from '../../../layers/memory/search/partition-vector.ts';
import { createRelated } from '../../../layers/memory/usecases/related-memories.ts';
import { aCaller, aMemory, stored } from '../../support/builders.ts';
import { type InMemoryPorts, inMemoryPorts } from '../../support/in-memory/index.ts';

const TENANT = 't';
const text = (of: string) => ({ content: { text: of } });

async function remember(ports: InMemoryPorts, all: Partial<MemoryRecord>[], isIndexed = true): Promise<MemoryRecord[]> {
  const records = all.map((overrides) => aMemory({ tier: 'warm', userId: 'u1', ...overrides }));
  for (const record of records) await ports.log.commit(stored(TENANT, record).commit);
  if (!isIndexed) return records;
  const vectors = await ports.embedder.embed(records.map(({ content }) => String(content.text)));
  const entries = records.map((record, at) => {
    return { id: record.id, seq: 1, partition: partitionKey(record), vector: vectors[at] ?? new Float32Array() };
  });
  await ports.vectors.upsert(TENANT, entries);
  return records;
}

const related = (ports: InMemoryPorts, id: string, crossUser = false, agentId: string | null = null) =>
  createRelated(ports).related(aCaller(TENANT, { agentId }), id, { limit: 10, crossUser });

describe('related', () => {
  it('gives the nearest first, never the memory itself nor what is not similar', async () => {
    const ports = inMemoryPorts();
    const [asked, near, nearer] = await remember(ports, [
      text('deep sleep after late coffee'),
      text('deep sleep'),
      text('deep sleep after coffee'),
      text('mortgage rates'),
    ]);

    const found = await related(ports, asked?.id ?? '');

    expect(found.map(({ memory }) => memory.id)).toEqual([nearer?.id, near?.id]);
    expect(found[0]?.memory.content).toEqual(nearer?.content);
    for (const { score } of found) expect(score).toBeLessThanOrEqual(1);
  });

  it('stays with the same user unless told otherwise', async () => {
    const ports = inMemoryPorts();
    const [asked, other] = await remember(ports, [text('deep sleep'), { userId: 'u2', ...text('deep sleep') }]);

    const [own, all] = [await related(ports, asked?.id ?? ''), await related(ports, asked?.id ?? '', true)];

    expect(own).toEqual([]);
    expect(all.map(({ memory }) => memory.id)).toEqual([other?.id]);
  });

  it('embeds a memory that is not indexed yet', async () => {
    const ports = inMemoryPorts();
    const [indexed] = await remember(ports, [text('deep sleep')]);
    const [fresh] = await remember(ports, [text('deep sleep')], false);

    const found = await related(ports, fresh?.id ?? '');

    expect(found.map(({ memory }) => memory.id)).toEqual([indexed?.id]);
  });

  it('says the same of a memory that is not there and of one that is not yours', async () => {
    const ports = inMemoryPorts();
    const [secret] = await remember(ports, [{ userId: null, ...text('deep sleep') }]);

    await expect(related(ports, 'mem_0')).rejects.toMatchObject({ code: 'not_found' });
    await expect(related(ports, secret?.id ?? '', false, 'coach')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows nothing private of another agent', async () => {
    const ports = inMemoryPorts();
    const [asked] = await remember(ports, [text('deep sleep'), { userId: null, ...text('deep sleep') }]);

    expect(await related(ports, asked?.id ?? '', true, 'coach')).toEqual([]);
  });

  it('refuses without Chroma', async () => {
    const ports = inMemoryPorts();
    const [asked] = await remember(ports, [text('deep sleep')]);
    ports.fail('chroma');

    await expect(related(ports, asked?.id ?? '')).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});
