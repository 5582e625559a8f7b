/** Where a memory is: by its age, its worth, and its agent's word; and that the tiers really hold what the catalog says. */
import { beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { control, expectIn, hasHotCopy, inChroma, MONTHS_8, tierOf, YEARS_2 } from './where.ts';

const CANARY = 'canary-7b1d9f';

let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

describe('age', () => {
  it('places what is younger than 30 days hot, 8 months warm, 2 years cold, each in its own engine alone', async () => {
    const young = await d.store();
    const months = await d.store({ createdAt: MONTHS_8 });
    const years = await d.store({ createdAt: YEARS_2 });
    await d.drain();

    await expectIn(d, 'hot', young.id);
    await expectIn(d, 'warm', months.id);
    await expectIn(d, 'cold', years.id);
    expect([await tierOf(d, young.id), await tierOf(d, months.id), await tierOf(d, years.id)]).toEqual([
      'hot',
      'warm',
      'cold',
    ]);
  });

  it('seals what it stores cold: nothing of the content is readable in Chroma, and it is read back whole', async () => {
    const content = { text: CANARY, nested: { list: [CANARY, 1, null] } };
    const { id } = await d.store({ createdAt: YEARS_2, content });
    await d.drain();

    const raw = await inChroma(d, id);
    const read = await d.memory.retrieve(d.caller(), id, {});

    expect(raw.document.length).toBeGreaterThan(0);
    expect(raw.text).not.toContain(CANARY);
    expect([read.tier, read.content]).toEqual(['cold', content]);
  });

  it('reads a cold memory that no consumer has seen yet', async () => {
    const { id, content } = await d.store({ createdAt: YEARS_2 });

    const read = await d.memory.retrieve(d.caller(), id, {});

    expect([read.tier, read.content]).toEqual(['cold', content]);
  });

  it('survives every move', async () => {
    const { id } = await d.store({ createdAt: YEARS_2 });
    for (const action of ['promote', 'promote', 'demote', 'archive', 'pin'] as const) await control(d, action, id);

    expect((await d.memory.retrieve(d.caller(), id, {})).createdAt).toBe(YEARS_2);
  });
});

describe('worth', () => {
  it.each([{ priority: 8 }, { confidence: 0.9 }])('stores twice at %o, in PostgreSQL as well', async (worth) => {
    const { id, content, dualStored } = await d.store(worth);
    const below = await d.store({ priority: 7.99, confidence: 0.89 });

    const copies = await d.ports.warm.get(d.tenantId, [id, below.id]);

    expect([dualStored, below.dualStored]).toEqual([true, false]);
    expect([...copies.values()].map((copy) => [copy.id, copy.content])).toEqual([[id, content]]);
    expect(await hasHotCopy(d, id)).toBe(true);
  });

  it('is judged anew by every change', async () => {
    const { id } = await d.store({ priority: 8 });

    const less = await d.memory.update(d.caller(), id, { priority: 3 }, {});
    const [row] = await d.sql('select content from auren.memories where id = $1', [id]);
    const more = await d.memory.update(d.caller(), id, { confidence: 0.95 }, {});
    const copies = await d.ports.warm.get(d.tenantId, [id]);

    expect([less.dualStored, row?.content, more.dualStored]).toEqual([false, null, true]);
    expect(copies.get(id)?.content).toEqual(more.content);
  });
});

describe('a change', () => {
  it('brings a cold memory warm in the same commit, and leaves nothing of it in the cold', async () => {
    const { id } = await d.store({ createdAt: YEARS_2, content: { text: `${CANARY} before` } });
    await d.drain();

    const changed = await d.memory.update(d.caller(), id, { content: { text: 'after' } }, {});
    const readAtOnce = await d.memory.retrieve(d.caller(), id, {});
    await d.drain();

    expect([changed.tier, readAtOnce.tier, readAtOnce.content]).toEqual(['warm', 'warm', { text: 'after' }]);
    await expectIn(d, 'warm', id);
  });

  it('is what is read, though Chroma still holds the sealed copy from before it', async () => {
    const { id } = await d.store({ createdAt: YEARS_2, userId: 'ada', content: { text: 'walrus before' } });
    await d.drain();
    await d.memory.update(d.caller(), id, { content: { text: 'walrus after' } }, {});
    await control(d, 'archive', id);

    const read = await d.memory.retrieve(d.caller(), id, {});
    const { results } = await d.memory.search(d.caller(), aSearch('walrus', { userId: 'ada' }));

    expect([read.tier, read.content]).toEqual(['cold', { text: 'walrus after' }]);
    expect(results.map(({ memory }) => [memory.tier, memory.content])).toEqual([['cold', { text: 'walrus after' }]]);
    expect((await d.ports.cold.get(d.tenantId, [id])).get(id)?.content).toEqual({ text: 'walrus before' });
  });

  it.each([
    ['hot', undefined],
    ['warm', MONTHS_8],
    ['cold', YEARS_2],
  ] as const)('of content, metadata and numbers is read back from %s', async (_, createdAt) => {
    const { id } = await d.store({ ...(createdAt && { createdAt }), metadata: { a: 1, b: 'x' } });
    await d.drain();

    await d.memory.update(
      d.caller(),
      id,
      { content: { new: true }, metadata: { a: null, c: 2 }, priority: 2, confidence: 0.1 },
      {},
    );
    const read = await d.memory.retrieve(d.caller(), id, {});

    expect(read).toMatchObject({
      content: { new: true },
      metadata: { b: 'x', c: 2 },
      priority: 2,
      confidence: 0.1,
      version: 2,
    });
  });
});
