/** Lists and searches of the past, one memory at a time: what changed, moved, was hidden, expired or was deleted. */
import type { Caller } from '@auren/memory/model/caller.ts';
import type { SearchQuery } from '@auren/memory/search/port.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { codeOf, type Domain, domain, idsOf } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { walked } from './walked.ts';

const AGENT = 'neuroscientist';

let d: Domain;
beforeEach(async () => {
  d = await domain(sharedEngines());
});

async function found(caller: Caller, query: string, options: Partial<SearchQuery> = {}): Promise<string[]> {
  const { results } = await d.memory.search(caller, aSearch(query, { mode: 'lexical', limit: 100, ...options }));
  return results.map(({ memory }) => memory.id);
}

/** Moves the clock on and answers the instant before. */
function passTime(seconds = 60): string {
  const at = d.clock.instant();
  d.clock.advance({ seconds });
  return at;
}

describe('one memory, as of an instant', () => {
  it('is found by the words, the fields and the tier that it had then', async () => {
    const before = passTime();
    const { id } = await d.store({ content: { text: 'magnesium helps' }, metadata: { stage: 1 }, priority: 2 });
    const first = passTime();
    await d.memory.update(
      d.caller(),
      id,
      { content: { text: 'melatonin helps' }, metadata: { stage: 2 }, priority: 9 },
      {},
    );
    const second = passTime();
    await d.memory.control(d.caller(), AGENT, { action: 'archive', memoryIds: [id] }, {});
    const third = passTime();
    const search = (query: string, asOf: string, more = {}) => found(d.caller(), query, { asOf, ...more });

    expect(await search('magnesium', before)).toEqual([]);
    expect(await search('magnesium', first)).toEqual([id]);
    expect(await search('melatonin', first)).toEqual([]);
    expect(await search('magnesium', second)).toEqual([]);
    expect(await search('melatonin', second)).toEqual([id]);
    expect(await search('helping', first, { metadata: { stage: 1 } })).toEqual([id]);
    expect(await search('helping', first, { minPriority: 3 })).toEqual([]);
    expect(await search('helping', second, { tiers: ['hot'] })).toEqual([id]);
    expect(await search('helping', third, { tiers: ['hot'] })).toEqual([]);
    const { results } = await d.memory.search(d.caller(), aSearch('magnesium', { asOf: first, explain: true }));
    expect(results).toMatchObject([
      { memory: { content: { text: 'magnesium helps' }, version: 1, tier: 'hot' }, explain: { semantic: 0 } },
    ]);
    const listed = await Promise.all(
      [first, second, third].map((asOf) => walked(d, d.caller(), { order: 'priority', asOf })),
    );
    expect(listed.flat().map(({ version, tier, priority }) => [version, tier, priority])).toEqual([
      [1, 'hot', 2],
      [2, 'hot', 9],
      [2, 'cold', 9],
    ]);
  });

  it('is absent once it was deleted, at every instant', async () => {
    const { id } = await d.store({ content: { text: 'magnesium' } });
    const stored = passTime();
    expect(await found(d.caller(), 'magnesium', { asOf: stored })).toEqual([id]);

    await d.memory.delete(d.caller(), id, {});

    expect(await found(d.caller(), 'magnesium', { asOf: stored })).toEqual([]);
    expect(await walked(d, d.caller(), { order: 'created_at', asOf: stored })).toEqual([]);
  });

  it('is there until it expires, by the time to live that it had then', async () => {
    const { id } = await d.store({ content: { text: 'magnesium' }, ttlSeconds: 90 });
    const mortal = passTime();
    await d.memory.update(d.caller(), id, { ttlSeconds: null }, {});
    passTime(600);
    const at = (asOf: string) => found(d.caller(), 'magnesium', { asOf });

    expect(await at(mortal)).toEqual([id]);
    expect(await at(d.clock.instant())).toEqual([id]);
    await d.memory.update(d.caller(), id, { ttlSeconds: 30 }, {});
    const mortalAgain = passTime(30);
    expect(await at(mortalAgain)).toEqual([id]);
    expect(await at(d.clock.instant())).toEqual([]);
    expect(idsOf(await walked(d, d.caller(), { order: 'created_at', asOf: mortalAgain }))).toEqual([id]);
    expect(await walked(d, d.caller(), { order: 'created_at', asOf: d.clock.instant() })).toEqual([]);
  });

  it('was recorded when it was stored, whenever it says that it was created', async () => {
    const before = passTime();
    const { id } = await d.store({ content: { text: 'magnesium' }, createdAt: '2025-01-01T00:00:00.000Z' });

    expect(await found(d.caller(), 'magnesium', { asOf: before })).toEqual([]);
    expect(await found(d.caller(), 'magnesium', { asOf: d.clock.instant() })).toEqual([id]);
  });

  it('is shown to whom it was visible then and is visible now', async () => {
    const { id } = await d.store({ content: { text: 'magnesium' }, userId: 'ada', visibility: 'agent' });
    const hidden = passTime();
    await d.memory.update(d.caller(AGENT), id, { visibility: 'user' }, {});
    const shared = passTime();
    const seen = async (caller: Caller) => [
      (await found(caller, 'magnesium', { asOf: hidden })).length,
      (await found(caller, 'magnesium', { asOf: shared })).length,
      (await walked(d, caller, { order: 'priority', asOf: hidden })).length,
      (await walked(d, caller, { order: 'priority', asOf: shared })).length,
    ];

    expect(await seen(d.caller(AGENT))).toEqual([1, 1, 1, 1]);
    expect(await seen(d.caller('librarian'))).toEqual([0, 1, 0, 1]);
    await d.memory.update(d.caller(AGENT), id, { visibility: 'agent' }, {});
    expect(await seen(d.caller('librarian'))).toEqual([0, 0, 0, 0]);
    expect(await seen(d.caller(AGENT))).toEqual([1, 1, 1, 1]);
  });

  it('is not used by it, and nobody is told', async () => {
    const { id } = await d.store({ content: { text: 'magnesium' } });
    await d.drain();
    const uses = async () => (await d.memory.retrieve(d.caller(AGENT), id, {})).accessCount;
    const before = await uses();
    const ephemeral = () => d.redis.keys(`*${d.tenantId}*`);
    const keys = await ephemeral();

    await found(d.caller(AGENT), 'magnesium', { asOf: d.clock.instant() });
    await walked(d, d.caller(AGENT), { order: 'priority', asOf: d.clock.instant() });

    expect((await ephemeral()).sort()).toEqual(keys.sort());
    expect((await uses()) - before).toBe(1);
  });

  it('needs words: semantic mode is refused, hybrid answers lexically without being degraded', async () => {
    await d.store({ content: { text: 'magnesium' } });
    const asOf = d.clock.instant();

    const hybrid = await d.memory.search(d.caller(), aSearch('magnesium', { asOf }));
    const semantic = codeOf(d.memory.search(d.caller(), aSearch('magnesium', { asOf, mode: 'semantic' })));

    expect(hybrid).toMatchObject({ results: [{}], degraded: [], truncated: false });
    expect(await semantic).toBe('invalid_field');
  });
});
