/** Search over ports in memory: what is found, from which tier, and what happens when an engine is down. */
import { describe, expect, it } from 'vitest';
import { createIndexer } from '../../../layers/memory/feed/indexer.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { SearchQuery } from '../../../layers/memory/search/port.ts';
import { createSearch } from '../../../layers/memory/usecases/search-memories.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller, aMemory, ended, type Step, stored, updated } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { type InMemoryPorts, inMemoryPorts } from '../../support/in-memory/index.ts';

const TENANT = 't';
const owner = aCaller(TENANT);

/** Commits steps and brings Redis and the index along, as the live system does. */
async function run(ports: InMemoryPorts, ...steps: Step[]): Promise<MemoryRecord[]> {
  for (const { commit } of steps) await ports.log.commit(commit);
  const records = steps.map(({ record }) => record);
  await ports.hot.put(
    TENANT,
    records.filter(({ tier }) => tier === 'hot'),
  );
  await ports.hot.advance(TENANT, 'cursor', true);
  const { events } = await ports.log.read(TENANT, null, 1_000);
  await ports.vectors.create(TENANT);
  await createIndexer(ports).apply(TENANT, events);
  return records;
}

const text = (of: string) => ({ content: { text: of } });
const remember = (overrides: Partial<MemoryRecord>) => stored(TENANT, aMemory({ userId: 'u1', ...overrides }));
const find = (ports: InMemoryPorts, query: string, options: Partial<SearchQuery> = {}, caller: Caller = owner) =>
  createSearch(ports).search(caller, aSearch(query, options));
const idsOf = ({ results }: Awaited<ReturnType<typeof find>>) => results.map(({ memory }) => memory.id);

describe('search', () => {
  it('finds one ranking over hot, warm and cold, each with its content', async () => {
    const ports = inMemoryPorts();
    const tiers = ['hot', 'warm', 'cold'] as const;
    const records = await run(ports, ...tiers.map((tier) => remember({ tier, ...text(`sleep quality, ${tier}`) })));

    const answer = await find(ports, 'sleep quality');

    const found = answer.results.map(({ memory }) => [memory.tier, memory.content]);
    expect(found).toHaveLength(3);
    expect(found).toEqual(expect.arrayContaining(records.map(({ tier, content }) => [tier, content])));
    expect(answer.degraded).toEqual([]);
    for (const { score } of answer.results) expect(score).toBeGreaterThan(0.5);
  });

  it('answers nothing where nothing matches', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember(text('sleep quality')));

    expect((await find(ports, 'mortgage')).results).toEqual([]);
  });

  it('finds by meaning what shares no word the words leg knows', async () => {
    const ports = inMemoryPorts();
    const [record] = await run(ports, remember(text('sleep quality')));
    ports.lexical.search = async () => [];

    const answer = await find(ports, 'sleep quality', { explain: true });

    expect(idsOf(answer)).toEqual([record?.id]);
    expect(answer.results[0]?.explain?.semantic).toBeGreaterThan(0);
    expect(answer.results[0]?.explain?.lexical).toBe(0);
  });

  it('uses only the legs that the mode names', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember(text('sleep quality')));

    const [words] = (await find(ports, 'sleep', { mode: 'lexical', explain: true })).results;
    const [meaning] = (await find(ports, 'sleep quality', { mode: 'semantic', explain: true })).results;

    expect([words?.explain?.semantic, meaning?.explain?.lexical]).toEqual([0, 0]);
    expect(words?.score).toBeGreaterThan(0.9);
    expect(meaning?.score).toBeGreaterThan(0.9);
  });

  it('explains a score only when asked', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember(text('sleep quality')));

    expect((await find(ports, 'sleep')).results[0]).not.toHaveProperty('explain');
  });

  it('lists by priority, then recency, when the query is blank', async () => {
    const ports = inMemoryPorts();
    const [low, old, young] = await run(
      ports,
      remember({ priority: 2 }),
      remember({ priority: 9, createdAt: daysAfter(NOON, -3) }),
      remember({ priority: 9 }),
    );

    expect(idsOf(await find(ports, '  '))).toEqual([young?.id, old?.id, low?.id]);
  });

  it('shows an agent nothing private of another, found by words or by meaning', async () => {
    const ports = inMemoryPorts();
    const stranger = aCaller(TENANT, { agentId: 'coach' });
    await run(ports, remember({ userId: null, ...text('sleep quality') }));

    expect((await find(ports, 'sleep quality', {}, stranger)).results).toEqual([]);
    expect((await find(ports, 'sleep quality', { mode: 'semantic' }, stranger)).results).toEqual([]);
  });

  it('finds by meaning behind a selective filter what fifty nearer ones hide', async () => {
    const ports = inMemoryPorts();
    const crowd = Array.from({ length: 320 }, () => remember({ type: 'fact', ...text('sleep quality') }));
    const records = await run(
      ports,
      ...crowd,
      remember({ type: 'insight', ...text('sleep quality of shift workers') }),
    );

    const answer = await find(ports, 'sleep quality', { mode: 'semantic', types: ['insight'] });

    expect(idsOf(answer)).toEqual([records.at(-1)?.id]);
  });

  it('drops what ended after it was indexed', async () => {
    const ports = inMemoryPorts();
    const step = remember(text('sleep quality'));
    await run(ports, step);
    await ports.log.commit(ended(TENANT, step.record).commit);

    expect((await find(ports, 'sleep quality', { mode: 'semantic' })).results).toEqual([]);
  });

  it('finds nothing that has expired', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember({ expiresAt: secondsAfter(NOON, 60), ...text('sleep quality') }));
    ports.clock.advance({ seconds: 60 });

    expect((await find(ports, 'sleep quality')).results).toEqual([]);
  });

  it('says that it looked in only some of the partitions', async () => {
    const ports = inMemoryPorts();
    await run(ports, ...Array.from({ length: 9 }, (_, n) => remember({ userId: `u${n}`, ...text('sleep') })));

    const [everywhere, named] = [await find(ports, 'sleep'), await find(ports, 'sleep', { userId: 'u3' })];

    expect([everywhere.truncated, named.truncated]).toEqual([true, false]);
    expect(everywhere.results).toHaveLength(9);
  });
});

describe('search with an engine down', () => {
  it('goes on lexically without Chroma, cold content included', async () => {
    const ports = inMemoryPorts();
    const [record] = await run(ports, remember({ tier: 'cold', ...text('sleep quality') }));
    ports.fail('chroma');

    const answer = await find(ports, 'sleep quality');

    expect(answer.degraded).toEqual(['semantic']);
    expect(answer.results.map(({ memory }) => memory.content)).toEqual([record?.content]);
  });

  it('serves hot content from the log without Redis', async () => {
    const ports = inMemoryPorts();
    const [record] = await run(ports, remember(text('sleep quality')));
    ports.fail('redis');

    const answer = await find(ports, 'sleep quality');

    expect(answer.results.map(({ memory }) => memory.content)).toEqual([record?.content]);
    expect(answer.degraded).toEqual([]);
  });

  it('refuses without PostgreSQL', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember(text('sleep quality')));
    ports.fail('postgres');

    for (const mode of ['hybrid', 'lexical', 'semantic'] as const) {
      await expect(find(ports, 'sleep', { mode }), mode).rejects.toMatchObject({ code: 'engine_unavailable' });
    }
  });

  it('degrades where the embedder fails or the index of the model is not filled', async () => {
    const failing = inMemoryPorts();
    await run(failing, remember(text('sleep quality')));
    failing.embedder.embedQuery = async () => Promise.reject(new Error('no model'));
    const unfilled = inMemoryPorts();
    await unfilled.log.commit(remember(text('sleep quality')).commit);

    for (const ports of [failing, unfilled]) {
      const answer = await find(ports, 'sleep quality');
      expect(answer.degraded).toEqual(['semantic']);
      expect(answer.results).toHaveLength(1);
    }
  });

  it('does not wait for a leg that hangs', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember(text('sleep quality')));
    ports.vectors.query = () => new Promise(() => {});

    const answer = await find(ports, 'sleep quality');

    expect(answer.degraded).toEqual(['semantic']);
    expect(answer.tookMs).toBeLessThan(2_500);
  });
});

describe('what a search leaves behind', () => {
  const agent = aCaller(TENANT, { agentId: 'neuroscientist' });

  it('counts the first five results of an agent as uses', async () => {
    const ports = inMemoryPorts();
    await run(ports, ...Array.from({ length: 7 }, () => remember(text('sleep quality'))));

    const answer = await find(ports, 'sleep', {}, agent);

    expect([...(await ports.hot.pendingUses(TENANT)).keys()].sort()).toEqual(idsOf(answer).slice(0, 5).sort());
  });

  it('counts nothing for an unbound key that names no agent', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember(text('sleep quality')));

    await find(ports, 'sleep');

    expect(await ports.hot.pendingUses(TENANT)).toEqual(new Map());
  });

  it('sends a live event without the query', async () => {
    const ports = inMemoryPorts();
    await run(ports, remember(text('sleep quality')));
    const rides: string[] = [];
    const used = ports.hot.used;
    ports.hot.used = async (tenantId, ids, now, ride) => {
      rides.push(...(ride?.events ?? []));
      return await used(tenantId, ids, now, ride);
    };

    await find(ports, 'sleep secrets');

    const [event] = rides.map((ride) => JSON.parse(ride));
    expect(event).toMatchObject({ type: 'memory.searched', data: { results_count: 1, mode: 'hybrid', degraded: [] } });
    expect(rides.join()).not.toContain('secrets');
  });
});

describe('a cold copy of an earlier state', () => {
  it('is not shown: the log has the present content', async () => {
    const ports = inMemoryPorts();
    const first = remember({ tier: 'cold', ...text('sleep quality') });
    const second = updated(TENANT, first.record, text('sleep quality, corrected'));
    await run(ports, first, second);
    const { id } = first.record;
    ports.cold.get = async () => new Map([[id, { id, seq: 1, content: first.record.content }]]);

    const answer = await find(ports, 'sleep quality');

    expect(answer.results.map(({ memory }) => memory.content)).toEqual([second.record.content]);
  });
});
