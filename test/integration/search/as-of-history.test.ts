/**
 * A random history of sixty memories: what lists and searches find of an instant is what they found then, as far as it is still there
 * to read. It holds the replay of evolve.ts, the statements of past-sql.ts and the two BM25s together.
 */
import { LIST_ORDERS, type ListOrder } from '@auren/memory/catalog/port.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import type { Memory } from '@auren/memory/model/memory.ts';
import { mayRead } from '@auren/memory/policy/access.ts';
import type { SearchQuery } from '@auren/memory/search/port.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { walked } from './walked.ts';

const SPACE = 'team';
const BYTES = 1e7;

let d: Domain;
beforeEach(async () => {
  d = await domain(sharedEngines());
  await d.sql(
    `insert into auren.spaces (tenant_id, id, name, created_at, seq, head_hash) values ($1, $2, $2, now(), 1, '')`,
    [d.tenantId, SPACE],
  );
});

const callers = (): Record<string, Caller> => ({
  tenant: d.caller(),
  agent: d.caller('neuroscientist'),
  stranger: d.caller('librarian'),
  reader: d.caller('reader', { spaceRoles: { [SPACE]: 'reader' } }),
});

const WORDS =
  'sleep sleeping magnesium breathing heart rates coffee invoice <b>tax</b> the of running 42 user@host.org'.split(' ');
const QUERIES: [string, Partial<SearchQuery>][] = [
  ['sleep', {}],
  ['hearts and magnesium', { userId: 'ada' }],
  ['runs user@host.org taxes', { spaceIds: [SPACE] }],
  ['coffee sleep 42', { userId: 'ada', spaceIds: [SPACE], minPriority: 4 }],
  ['invoice breath', { types: ['fact'], metadata: { odd: true } }],
  ['the of', {}],
  ['', { tiers: ['hot', 'warm'], minConfidence: 0.3 }],
];

/** The same numbers for the same seed (mulberry32). */
function dice(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  return { next, pick, below: (n: number) => Math.floor(next() * n) };
}

interface Snapshot {
  at: string;
  who: string;
  searches: { id: string; score: number }[][];
  lists: [ListOrder, Memory[]][];
}

async function snapshotOf(at: string, who: string, caller: Caller, asOf: string | null): Promise<Snapshot> {
  const searches: Snapshot['searches'] = [];
  for (const [query, options] of QUERIES) {
    const asked = aSearch(query, { mode: 'lexical', limit: 100, ...options, asOf });
    const { results, truncated } = await d.memory.search(caller, asked);
    expect(truncated).toBe(false);
    searches.push(results.map(({ memory, score }) => ({ id: memory.id, score })));
  }
  const lists: Snapshot['lists'] = [];
  for (const order of LIST_ORDERS) lists.push([order, await walked(d, caller, { order, ...(asOf && { asOf }) })]);
  return { at, who, searches, lists };
}

/** Sixty memories stored, changed, shared, hidden, moved, mortal and, where told so, deleted, with what was found meanwhile. */
async function history(seed: number, isDeleting: boolean): Promise<Snapshot[]> {
  const { next, pick, below } = dice(seed);
  const sentence = () => Array.from({ length: 3 + below(12) }, () => pick(WORDS)).join(' ');
  const content = () => ({ text: sentence(), nested: { list: [sentence(), 7, true] } });
  const owned = () =>
    pick([
      { userId: 'ada' },
      { userId: 'ada', visibility: 'agent' as const },
      { spaceId: SPACE },
      { agentId: 'librarian' },
      {},
    ]);
  const taken: Snapshot[] = [];
  for (let step = 0; step < 6; step++) {
    for (let n = 0; n < 10; n++) {
      await d.store({
        content: content(),
        type: pick(['fact', 'insight']),
        priority: below(11),
        confidence: next(),
        metadata: { odd: next() < 0.5 },
        createdAt: new Date(d.clock.now().getTime() - below(500) * 86_400_000).toISOString(),
        ...(next() < 0.2 && { ttlSeconds: 1 + below(300) }),
        ...owned(),
      });
    }
    const { items } = await d.memory.list(d.caller(), { order: 'created_at', limit: 200 }, BYTES);
    for (const { id, agentId, userId, expiresAt } of items.filter(() => next() < 0.5)) {
      // The clock runs on between two changes.
      if (expiresAt !== null && expiresAt <= d.clock.instant()) continue;
      const change = below(isDeleting ? 6 : 5);
      if (change === 0) await d.memory.update(d.caller(), id, { content: content() }, {});
      if (change === 1)
        await d.memory.update(d.caller(), id, { metadata: { odd: next() < 0.5 }, priority: below(11) }, {});
      if (change === 2 && userId) await d.memory.update(d.caller(), id, { visibility: pick(['agent', 'user']) }, {});
      if (change === 3) {
        const action = pick(['archive', 'promote', 'demote', 'pin'] as const);
        await d.memory.control(d.caller(), agentId, { action, memoryIds: [id] }, {});
      }
      if (change === 4) await d.memory.update(d.caller(), id, { ttlSeconds: pick([null, 30, 400]) }, {});
      if (change === 5) await d.memory.delete(d.caller(), id, {});
      d.clock.advance({ ms: below(2_000) });
    }
    for (const [who, caller] of Object.entries(callers()))
      taken.push(await snapshotOf(d.clock.instant(), who, caller, null));
    d.clock.advance({ seconds: 1 + below(100) });
  }
  return taken;
}

const byId = (hits: { id: string }[]) => hits.map(({ id }) => id).sort();

describe('a history of sixty memories', () => {
  it.each([1, 2])(
    'is found at each instant as it was found then, as far as it is there to read (seed %i)',
    async (seed) => {
      const taken = await history(seed, true);
      const rows = await d.ports.catalog.find(
        d.tenantId,
        (await d.sql('select id from auren.memories where tenant_id = $1', [d.tenantId])).map(({ id }) => id as string),
        'none',
        '1900-01-01T00:00:00.000Z',
      );

      for (const { at, who, searches, lists } of taken) {
        const caller = callers()[who] ?? d.caller();
        const readable = new Set(rows.filter((row) => mayRead(caller, row)).map(({ id }) => id));
        const again = await snapshotOf(at, who, caller, at);

        const isThere = ({ id }: { id: string }) => readable.has(id);
        expect(again.searches.map(byId)).toEqual(searches.map((hits) => byId(hits.filter(isThere))));
        expect(again.lists).toEqual(lists.map(([order, memories]) => [order, memories.filter(isThere)]));
      }
      expect(taken.flatMap(({ searches }) => searches.flat()).length).toBeGreaterThan(500);
    },
  );

  it('scores alike where nothing has gone since', async () => {
    const taken = (await history(3, false)).filter(({ who }) => who === 'tenant');

    for (const { at, who, searches } of taken) {
      const again = await snapshotOf(at, who, d.caller(), at);
      for (const [index, hits] of searches.entries()) {
        const scores = new Map(again.searches[index]?.map(({ id, score }) => [id, score]));
        expect(scores.size).toBe(hits.length);
        for (const { id, score } of hits) expect(scores.get(id)).toBeCloseTo(score, 9);
      }
    }
  });
});
