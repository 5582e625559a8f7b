/** The words' leg on PostgreSQL: ranking, visibility, filters, and query texts that mean harm. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { matchesFilters } from '../../../layers/memory/search/filters.ts';
import type { SearchQuery } from '../../../layers/memory/search/port.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller, aMemory, stored, together } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';
import { searchAdapters } from './adapters.ts';

let adapters: Awaited<ReturnType<typeof searchAdapters>>;
beforeAll(async () => {
  adapters = await searchAdapters(sharedEngines());
});

const text = (of: string) => ({ content: { text: of } });

async function store(tenantId: string, all: Partial<MemoryRecord>[]): Promise<MemoryRecord[]> {
  const steps = all.map((overrides) => stored(tenantId, aMemory({ userId: 'u1', ...overrides })));
  await adapters.log.commit(together(steps));
  return steps.map(({ record }) => record);
}

const find = (caller: Caller, query: string, options: Partial<SearchQuery> = {}, limit = 50) =>
  adapters.lexical.search(caller, aSearch(query, options), limit, NOON);
const idsFound = async (...of: Parameters<typeof find>) => (await find(...of)).map(({ row }) => row.id);

describe('ranking', () => {
  it('puts the rare word before the common one and the short text before the long one', async () => {
    const tenant = uniqueName('rank');
    const filler = Array.from({ length: 30 }, (_, n) => text(`sleep diary entry ${n}`));
    const [rare, short, long] = await store(tenant, [
      text('magnesium'),
      text('sleep'),
      text(`sleep ${'and some other words about the day '.repeat(20)}`),
      ...filler,
    ]);

    const hits = await find(aCaller(tenant), 'sleep magnesium');

    expect(hits[0]?.row.id).toBe(rare?.id);
    expect(hits.at(-1)?.row.id).toBe(long?.id);
    expect(hits.findIndex(({ row }) => row.id === short?.id)).toBeLessThan(hits.length - 1);
    expect(hits).toHaveLength(33);
  });

  it('scores as BM25 does, worked out by hand', async () => {
    const tenant = uniqueName('bm25');
    await store(tenant, [text('heart heart rate'), text('heart'), text('lung')]);

    const scores = (await find(aCaller(tenant), 'heart')).map(({ bm25 }) => bm25);

    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    const meanLength = 5 / 3;
    const term = (tf: number, length: number) => (idf * tf * 2.2) / (tf + 1.2 * (0.65 + (0.35 * length) / meanLength));
    expect(scores[0]).toBeCloseTo(term(2, 3), 10);
    expect(scores[1]).toBeCloseTo(term(1, 1), 10);
  });

  it('finds other forms of a word', async () => {
    const tenant = uniqueName('stem');
    const [record] = await store(tenant, [text('optimizing strategies')]);

    expect(await idsFound(aCaller(tenant), 'Optimization strategy')).toEqual([record?.id]);
  });

  it('lists a blank query by priority, then recency', async () => {
    const tenant = uniqueName('blank');
    const [low, old, young] = await store(tenant, [
      { priority: 1 },
      { priority: 9, createdAt: daysAfter(NOON, -2) },
      { priority: 9 },
    ]);

    const hits = await find(aCaller(tenant), ' ');

    expect(hits.map(({ row }) => row.id)).toEqual([young?.id, old?.id, low?.id]);
    expect(hits.map(({ bm25 }) => bm25)).toEqual([0, 0, 0]);
  });

  it('finds nothing for words that are in no memory, and for stop words', async () => {
    const tenant = uniqueName('none');
    await store(tenant, [text('the sleep of the just')]);

    expect(await find(aCaller(tenant), 'mortgage')).toEqual([]);
    expect(await find(aCaller(tenant), 'the of')).toEqual([]);
  });

  it('brings along what content PostgreSQL holds, for those that will be shown', async () => {
    const tenant = uniqueName('held');
    await store(tenant, [
      { tier: 'warm', ...text('sleep sleep sleep') },
      { tier: 'warm', ...text('sleep sleep longer text') },
      { tier: 'hot', ...text('sleep with many words around it') },
    ]);

    const hits = await find(aCaller(tenant), 'sleep', { limit: 1 });

    expect(hits.map(({ row }) => row.content)).toEqual([{ text: 'sleep sleep sleep' }, null, null]);
  });
});

describe('hostile and foreign query texts', () => {
  const nasty = [
    "'; drop table memories; --",
    "a' | b & !c <-> 'd':*",
    '\\',
    "\\' \\\\'",
    "''''",
    '!!! &&& ||| ((( )))',
    ':* :A <-> <2>',
    '%_$1 $2 $$ $q$',
    '{"a": 1}',
    'http://example.com/a?b=c&d=e user@example.com 1.5e-3 a-b-c',
    '\u0001\uFFFF\uD83D\uDE00',
    'x'.repeat(2_000),
    Array.from({ length: 2_000 }, (_, n) => `w${n}`).join(' '),
  ];

  it.each(nasty)('is only words: %j', async (query) => {
    const tenant = uniqueName('nasty');
    await store(tenant, [text('sleep')]);

    expect(await find(aCaller(tenant), query)).toEqual([]);
    expect(await idsFound(aCaller(tenant), 'sleep')).toHaveLength(1);
  });

  it.each([
    "o'neill's path c:\\temp\\new",
    'https://example.com/a?b=c',
    'Überprüfung des Schlafs',
    '睡眠 の 質',
    'сон и память',
  ])('finds a memory by its own words: %s', async (words) => {
    const tenant = uniqueName('words');
    const [record] = await store(tenant, [text(words), text('something else')]);

    expect(await idsFound(aCaller(tenant), words)).toEqual([record?.id]);
  });
});

describe('who sees what', () => {
  it('finds nothing of another tenant, whatever is asked', async () => {
    const [mine, theirs] = [uniqueName('mine'), uniqueName('theirs')];
    const [record] = await store(mine, [text('sleep')]);
    await store(theirs, [text('sleep')]);

    expect(await idsFound(aCaller(mine), 'sleep')).toEqual([record?.id]);
    expect(await idsFound(aCaller(mine), '')).toEqual([record?.id]);
  });

  it('gives nothing without a tenant in the transaction', async () => {
    const tenant = uniqueName('set');
    await store(tenant, [text('sleep')]);
    const call = `select * from search_memories('', null, '{}', null, '{}', null, '{}', '{}', '{}', 0, 0, null, null, now(), 10)`;

    const [rows] = await adapters.postgres.run('', [{ text: call }]);

    expect(rows).toEqual([]);
  });

  it('shows a bound agent its own, what users share, and its spaces', async () => {
    const tenant = uniqueName('seen');
    await adapters.postgres.run(tenant, [
      {
        text: `insert into spaces (tenant_id, id, name, created_at, seq, head_hash)
          select $1, s, s, now(), 1, '' from unnest(array['team', 'board']) s`,
        params: [tenant],
      },
    ]);
    const [own, shared, inTeam] = await store(tenant, [
      { userId: null, agentId: 'coach', ...text('sleep') },
      text('sleep'),
      { spaceId: 'team', ...text('sleep') },
      { spaceId: 'board', ...text('sleep') },
      { userId: null, ...text('sleep') },
      { visibility: 'agent', ...text('sleep') },
    ]);
    const coach = aCaller(tenant, { agentId: 'coach', spaceRoles: { team: 'reader' } });

    const seen = (await idsFound(coach, 'sleep')).sort();

    expect(seen).toEqual([own?.id, shared?.id, inTeam?.id].sort());
    expect(await find(aCaller(tenant), 'sleep')).toHaveLength(6);
  });

  it('leaves out what has expired', async () => {
    const tenant = uniqueName('ttl');
    const [living] = await store(tenant, [
      { expiresAt: secondsAfter(NOON, 1), ...text('sleep') },
      { expiresAt: NOON, ...text('sleep') },
    ]);

    expect(await idsFound(aCaller(tenant), 'sleep')).toEqual([living?.id]);
    expect(await idsFound(aCaller(tenant), '')).toEqual([living?.id]);
  });
});

describe('filters', () => {
  it('say in SQL what the pure predicate says', async () => {
    const tenant = uniqueName('filter');
    const all = await store(tenant, [
      { metadata: { session: 'a', turn: 3 }, ...text('sleep') },
      { userId: 'u10', type: 'fact', priority: 9, ...text('sleep') },
      { userId: null, agentId: 'coach', confidence: 0.95, tier: 'warm', ...text('sleep') },
      { tier: 'cold', createdAt: daysAfter(NOON, -500), metadata: { turn: '3' }, ...text('sleep') },
      { createdAt: daysAfter(NOON, -40), type: 'insight', tier: 'warm', priority: 1, ...text('sleep') },
    ]);
    const filters: Partial<SearchQuery>[] = [
      { userId: 'u1' },
      { userId: 'u1', spaceIds: ['nowhere'] },
      { spaceIds: ['nowhere'] },
      { agentId: 'coach' },
      { types: ['fact', 'insight'] },
      { tiers: ['cold'] },
      { metadata: { turn: 3 } },
      { metadata: { session: 'a', turn: 3 } },
      { minConfidence: 0.95 },
      { minPriority: 5 },
      { createdAfter: daysAfter(NOON, -40) },
      { createdBefore: daysAfter(NOON, -40) },
      { tiers: ['warm'], minPriority: 2, types: ['analysis'] },
    ];
    for (const filter of filters) {
      for (const words of ['sleep', '']) {
        const query = aSearch(words, filter);
        const expected = all.filter((row) => matchesFilters(query, row, NOON)).map(({ id }) => id);
        expect((await idsFound(aCaller(tenant), words, filter)).sort(), JSON.stringify(filter)).toEqual(
          expected.sort(),
        );
      }
    }
  });
});
