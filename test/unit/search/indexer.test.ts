/** The indexer: what is in the index and in the cold tier after events, in whatever order and however often they come. */
import { describe, expect, it } from 'vitest';
import { createIndexer } from '../../../layers/memory/feed/indexer.ts';
import { aMemory, ended, moved, type Step, stored, updated } from '../../support/builders.ts';
import { type InMemoryPorts, inMemoryPorts } from '../../support/in-memory/index.ts';

const TENANT = 't';

async function index(ports: InMemoryPorts, ...steps: Step[]): Promise<void> {
  for (const { commit } of steps) await ports.log.commit(commit);
  await reapply(ports);
}

async function reapply(ports: InMemoryPorts): Promise<void> {
  const { events } = await ports.log.read(TENANT, null, 1_000);
  await ports.vectors.create(TENANT);
  await createIndexer(ports).apply(TENANT, events);
}

/** Counts the texts that were embedded. */
function countTexts(ports: InMemoryPorts): { texts: number } {
  const count = { texts: 0 };
  const { embed } = ports.embedder;
  ports.embedder.embed = async (texts) => {
    count.texts += texts.length;
    return await embed(texts);
  };
  return count;
}

const marksOf = (ports: InMemoryPorts, id: string) => ports.vectors.marks(TENANT, [id]).then((marks) => marks.get(id));

describe('the indexer', () => {
  it('indexes what was stored, in its partition', async () => {
    const ports = inMemoryPorts();
    const step = stored(TENANT, aMemory({ userId: 'u1' }));

    await index(ports, step);

    expect(await marksOf(ports, step.record.id)).toEqual({ seq: 1, partition: 'user:u1' });
    expect(await ports.cold.count(TENANT)).toBe(0);
  });

  it('embeds again only for new content or a new partition', async () => {
    const ports = inMemoryPorts();
    const first = stored(TENANT, aMemory({ userId: 'u1' }));
    const dearer = updated(TENANT, first.record, { priority: 9 });
    const reworded = updated(TENANT, dearer.record, { content: { text: 'other words' } });
    const hidden = updated(TENANT, reworded.record, { visibility: 'agent' });
    await index(ports, first);
    const count = countTexts(ports);
    const texts: number[] = [];

    for (const step of [dearer, reworded, hidden]) {
      await index(ports, step);
      texts.push(count.texts);
    }
    await reapply(ports);

    expect(texts).toEqual([0, 1, 2]);
    expect(count.texts).toBe(2);
    expect(await marksOf(ports, first.record.id)).toEqual({ seq: 4, partition: 'agent:neuroscientist' });
  });

  it('removes what has ended', async () => {
    const ports = inMemoryPorts();
    const first = stored(TENANT, aMemory());
    await index(ports, first);

    await index(ports, ended(TENANT, first.record));

    expect(await ports.vectors.count(TENANT)).toBe(0);
  });

  it('takes out again what ended while it was being written', async () => {
    const ports = inMemoryPorts();
    const first = stored(TENANT, aMemory());
    const { upsert } = ports.vectors;
    ports.vectors.upsert = async (tenantId, entries) => {
      await upsert(tenantId, entries);
      await ports.log.commit(ended(TENANT, first.record).commit);
    };

    await index(ports, first);

    expect(await ports.vectors.count(TENANT)).toBe(0);
  });

  it('moves content to cold, verifies it, and only then drops the warm copy', async () => {
    const ports = inMemoryPorts();
    const warm = stored(TENANT, aMemory({ tier: 'warm' }));
    await index(ports, warm);

    await index(ports, moved(TENANT, warm.record, 'cold', 'age'));

    const copies = await ports.cold.get(TENANT, [warm.record.id]);
    expect(copies.get(warm.record.id)?.content).toEqual(warm.record.content);
    expect(await ports.warm.get(TENANT, [warm.record.id])).toEqual(new Map());
  });

  it('keeps the warm copy and fails where the cold copy does not read back', async () => {
    const ports = inMemoryPorts();
    const warm = stored(TENANT, aMemory({ tier: 'warm' }));
    await index(ports, warm);
    ports.cold.put = async () => {};

    await expect(index(ports, moved(TENANT, warm.record, 'cold', 'age'))).rejects.toThrow(warm.record.id);

    expect((await ports.warm.get(TENANT, [warm.record.id])).size).toBe(1);
  });

  it('removes the cold copy of what came back to warm', async () => {
    const ports = inMemoryPorts();
    const cold = stored(TENANT, aMemory({ tier: 'cold' }));
    await index(ports, cold);

    await index(ports, moved(TENANT, cold.record, 'warm', 'agent'));

    expect(await ports.cold.count(TENANT)).toBe(0);
    expect(await ports.vectors.count(TENANT)).toBe(1);
  });

  it('throws while Chroma is down and catches up afterwards', async () => {
    const ports = inMemoryPorts();
    ports.fail('chroma');
    await expect(index(ports, stored(TENANT, aMemory()))).rejects.toMatchObject({ engine: 'chroma' });

    ports.restore('chroma');
    await reapply(ports);

    expect(await ports.vectors.count(TENANT)).toBe(1);
  });
});

describe('where the tenant has no index of this model', () => {
  it('begins none in the middle of the log, and leaves cold memories their warm copies', async () => {
    const ports = inMemoryPorts();
    const first = stored(TENANT, aMemory({ tier: 'warm' }));
    for (const { commit } of [first, moved(TENANT, first.record, 'cold', 'agent')]) await ports.log.commit(commit);
    const { events } = await ports.log.read(TENANT, null, 10);

    await createIndexer(ports).apply(TENANT, events);

    expect([await ports.vectors.exists(TENANT), await ports.cold.count(TENANT)]).toEqual([false, 0]);
    expect(await ports.warm.count(TENANT)).toBe(1);
  });

  it('makes an empty one at its beginning', async () => {
    const ports = inMemoryPorts();

    expect(await createIndexer(ports).start?.(TENANT, async () => undefined)).toBeNull();

    expect(await ports.vectors.exists(TENANT)).toBe(true);
  });
});
