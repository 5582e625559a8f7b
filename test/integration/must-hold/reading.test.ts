/** What is stored is what is read: keys, batches and time to live. */
import type { MemoryDraft } from '@auren/memory/memory.ts';
import { MEMORY_TYPES } from '@auren/memory/model/memory.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { codeOf, type Domain, domain, idsOf } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';

const AGENT = 'neuroscientist';
let d: Domain;
beforeAll(async () => {
  d = await domain(sharedEngines());
});

const eventCount = async () => {
  const [row] = await d.sql('select count(*)::int as n from auren.events where tenant_id = $1', [d.tenantId]);
  return row?.n as number;
};

describe('a store', () => {
  it.each(MEMORY_TYPES)('keeps a memory of type %s, with the defaults of the contract', async (type) => {
    const { memory } = await d.memory.store(d.caller(), { agentId: AGENT, type, content: { deep: [{ a: 'ü' }] } });

    expect(await d.memory.retrieve(d.caller(), memory.id, {})).toMatchObject({
      ...{ type, content: { deep: [{ a: 'ü' }] }, confidence: 0.7, priority: 5, metadata: {}, source: 'agent' },
      ...{ pinned: false, dualStored: false, version: 1, visibility: 'agent', expiresAt: null },
    });
  });

  it('of a batch is all or nothing', async () => {
    await d.store({ key: 'taken' });
    const before = await eventCount();
    const draft = (overrides: Partial<MemoryDraft>): MemoryDraft => ({
      agentId: AGENT,
      type: 'fact',
      content: { n: 1 },
      ...overrides,
    });
    const twice = [draft({}), draft({ key: 'same' }), draft({ key: 'same' })];
    const future = [draft({}), draft({ createdAt: daysAfter(NOON, 1) })];
    const noSpace = [draft({}), draft({ spaceId: 'nowhere' })];

    const outcomes = [];
    for (const batch of [twice, future, noSpace]) outcomes.push(await codeOf(d.memory.storeBatch(d.caller(), batch)));

    expect(outcomes).toEqual(['conflict', 'invalid_field', 'invalid_field']);
    expect(await eventCount()).toBe(before);
    await expect(d.memory.storeBatch(d.caller(), future)).rejects.toMatchObject({
      errors: [{ path: 'memories[1].created_at' }],
    });
  });

  it('of a batch answers in the order given', async () => {
    const drafts = Array.from({ length: 40 }, (_, n) => ({ agentId: AGENT, type: 'fact' as const, content: { n } }));

    const { memories } = await d.memory.storeBatch(d.caller(), drafts);
    const read = await d.memory.getMany(d.caller(), idsOf(memories).toReversed(), 1e6);

    expect(memories.map(({ content }) => content.n)).toEqual(drafts.map(({ content }) => content.n));
    expect(idsOf(read.memories)).toEqual(idsOf(memories).toReversed());
  });
});

describe('a key', () => {
  it('stored again replaces content, metadata and numbers, and keeps id and age, from every tier', async () => {
    for (const days of [0, -240, -730]) {
      const key = uniqueName('key');
      const first = await d.store({
        key,
        userId: 'ada',
        createdAt: daysAfter(NOON, days),
        metadata: { old: 1 },
        priority: 2,
      });
      await d.drain();
      const draft = {
        agentId: AGENT,
        userId: 'ada',
        key,
        type: 'fact' as const,
        content: { text: 'replaced' },
        metadata: { new: 2 },
      };

      const { memory, created } = await d.memory.store(d.caller(), draft);
      const read = await d.memory.retrieve(d.caller(), first.id, {});

      expect([created, memory.id, memory.createdAt]).toEqual([false, first.id, first.createdAt]);
      expect(read).toMatchObject({
        content: { text: 'replaced' },
        metadata: { new: 2 },
        priority: 5,
        version: 2,
        type: 'fact',
      });
      expect(read.tier).toBe(days === 0 ? 'hot' : 'warm');
    }
  });

  it('makes one memory of ten stores at once', async () => {
    const key = uniqueName('key');
    const stores = Array.from({ length: 10 }, (_, n) => codeOf(d.store({ key, content: { n } }).then(({ id }) => id)));

    const outcomes = await Promise.all(stores);

    const ids = outcomes.filter((outcome) => outcome !== 'conflict');
    expect(new Set(ids).size).toBe(1);
    const { events, verified } = await d.memory.history(d.caller(), String(ids[0]));
    expect([events.length, verified]).toEqual([ids.length, true]);
  });

  it('of what has expired is free again', async () => {
    const key = uniqueName('key');
    const short = await d.store({ key, ttlSeconds: 60 });
    d.clock.advance({ seconds: 60 });

    const { memory, created } = await d.memory.store(d.caller(), {
      agentId: AGENT,
      type: 'fact',
      key,
      content: { n: 1 },
    });

    expect([created, memory.id === short.id]).toEqual([true, false]);
    const { events } = await d.memory.history(d.caller(), short.id);
    expect(events.map(({ type }) => type)).toEqual(['memory.stored', 'memory.expired']);
  });
});

describe('time to live', () => {
  it('ends a memory in every tier and every view at its second, not before', async () => {
    const user = uniqueName('user');
    const word = uniqueName('word').replace('-', '');
    const ids: string[] = [];
    for (const days of [0, -240, -730]) {
      const fields = { userId: user, content: { text: `about ${word}` }, createdAt: daysAfter(NOON, days) };
      ids.push((await d.store({ ...fields, ttlSeconds: 3_600 })).id);
    }
    const views = async () => {
      const caller = d.caller();
      return {
        retrieved: (await Promise.all(ids.map((id) => codeOf(d.memory.retrieve(caller, id, {}))))).filter(
          (answer) => answer !== 'not_found',
        ).length,
        many: (await d.memory.getMany(caller, ids, 1e6)).memories.length,
        listed: (await d.memory.list(caller, { order: 'created_at', limit: 10, userId: user }, 1e6)).items.length,
        byWords: (await d.memory.search(caller, aSearch(word, { userId: user, mode: 'lexical' }))).results.length,
        byMeaning: (await d.memory.search(caller, aSearch(word, { userId: user, mode: 'semantic' }))).results.length,
        listedBlank: (await d.memory.search(caller, aSearch('', { userId: user }))).results.length,
        counted: (await d.memory.stats(caller, { userId: user })).total_memories,
      };
    };
    const all = (n: number) => ({
      retrieved: n,
      many: n,
      listed: n,
      byWords: n,
      byMeaning: n,
      listedBlank: n,
      counted: n,
    });
    await d.drain();
    d.clock.advance({ seconds: 3_599 });
    const before = await views();
    d.clock.advance({ seconds: 1 });

    const after = await views();

    expect([before, after]).toEqual([all(3), all(0)]);
    expect(await codeOf(d.memory.update(d.caller(), ids[0] ?? '', { ttlSeconds: null }, {}))).toBe('not_found');
  });

  it('is prolonged and cleared by a change', async () => {
    const [prolonged, cleared] = [await d.store({ ttlSeconds: 60 }), await d.store({ ttlSeconds: 60 })];
    await d.memory.update(d.caller(), prolonged.id, { ttlSeconds: 7_200 }, {});
    await d.memory.update(d.caller(), cleared.id, { ttlSeconds: null }, {});
    await d.project();
    d.clock.advance({ seconds: 3_600 });

    const { memories } = await d.memory.getMany(d.caller(), [prolonged.id, cleared.id], 1e6);

    expect(memories.map(({ id }) => id)).toEqual([prolonged.id, cleared.id]);
    expect(memories[1]?.expiresAt).toBeNull();
  });
});
