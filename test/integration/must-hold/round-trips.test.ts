/** How often an operation asks each engine, and in which order: counted at the HTTP requests that leave the process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { type Domain, domain, idsOf } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';

type Party = 'postgres' | 'redis' | 'chroma' | 'poke';
interface Span {
  party: Party;
  from: number;
  to: number;
}

const AGENT = 'neuroscientist';
const POKE_MS = 40;

let d: Domain;
let spans: Span[] = [];
/** What each engine's answers are held back by, to see who waits for whom. */
const delays: Partial<Record<Party, number>> = {};

async function recorded<T>(party: Party, work: () => Promise<T>): Promise<T> {
  const span: Span = { party, from: performance.now(), to: Number.POSITIVE_INFINITY };
  spans.push(span);
  try {
    const answer = await work();
    await sleep(delays[party] ?? 0);
    return answer;
  } finally {
    span.to = performance.now();
  }
}

beforeAll(async () => {
  const { AUREN_NEON_ENDPOINT, UPSTASH_REDIS_REST_URL, CHROMA_URL } = sharedEngines();
  const addresses: [Party, string][] = [
    ['postgres', AUREN_NEON_ENDPOINT],
    ['redis', UPSTASH_REDIS_REST_URL],
    ['chroma', CHROMA_URL],
  ];
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (...[input, init]: Parameters<typeof fetch>) => {
    const url = input instanceof Request ? input.url : String(input);
    const party = addresses.find(([, address]) => url.startsWith(address))?.[0];
    return party === undefined ? fetch(input, init) : recorded(party, () => fetch(input, init));
  });
  d = await domain(sharedEngines(), { ports: { poke: { poke: () => recorded('poke', () => sleep(POKE_MS)) } } });
  // The first calls of a process load the scripts into Redis and make the tenant's collection.
  const [hot, cold] = [await d.store({ userId: 'ada' }), await d.store({ createdAt: daysAfter(NOON, -730) })];
  await d.drain();
  for (const { id } of [hot, cold]) await d.memory.retrieve(d.caller(), id, {});
  await d.memory.delete(d.caller(), cold.id, {});
  await d.memory.search(d.caller(AGENT), aSearch('heart', { userId: 'ada' }));
  await d.authenticate(d.apiKey);
});
afterAll(() => {
  vi.unstubAllGlobals();
});
beforeEach(async () => {
  for (const party of Object.keys(delays)) delete delays[party as Party];
  // On a busy machine the batch of 500 may have made Redis late, and then nobody asks it for a second.
  await vi.waitFor(() => d.ports.hot.count(d.tenantId), { timeout: 5_000 });
});

async function counted<T>(operation: () => Promise<T>) {
  spans = [];
  const answer = await operation();
  const counts: Partial<Record<Party, number>> = {};
  for (const { party } of spans) counts[party] = (counts[party] ?? 0) + 1;
  return { answer, counts, spans: (party: Party) => spans.filter((span) => span.party === party) };
}

const one = (all: readonly Span[]): Span => {
  const [only] = all;
  if (only === undefined || all.length !== 1) throw new Error(`one request was expected, ${all.length} were made`);
  return only;
};

describe('a store', () => {
  it.each([
    ['of one', 1],
    ['of a batch of 500', 500],
  ])('%s asks PostgreSQL once, and then Redis and the poke side by side', async (_, size) => {
    Object.assign(delays, { redis: POKE_MS });
    const drafts = Array.from({ length: size }, (_, n) => ({ agentId: AGENT, type: 'fact' as const, content: { n } }));

    const { counts, spans } = await counted<unknown>(() =>
      drafts.length === 1 ? d.store() : d.memory.storeBatch(d.caller(), drafts),
    );

    expect(counts).toEqual({ postgres: 1, redis: 1, poke: 1 });
    const [postgres, redis, poke] = [one(spans('postgres')), one(spans('redis')), one(spans('poke'))];
    expect(Math.min(redis.from, poke.from)).toBeGreaterThanOrEqual(postgres.to);
    expect(poke.from).toBeLessThan(redis.to);
    expect(redis.from).toBeLessThan(poke.to);
  });

  it('with a key looks first, and with an idempotency key needs no look', async () => {
    const keyed = await counted(() => d.store({ key: 'round-trip' }));
    const idempotent = await counted(() => d.store({}, { key: 'round-trip', fingerprint: 'f' }));

    expect(keyed.counts).toEqual({ postgres: 2, redis: 1, poke: 1 });
    expect(idempotent.counts).toEqual({ postgres: 1, redis: 1, poke: 1 });
  });
});

describe('a change', () => {
  it.each([
    ['update', (id: string) => d.memory.update(d.caller(), id, { priority: 6 }, {})],
    ['delete', (id: string) => d.memory.delete(d.caller(), id, {})],
    ['demote', (id: string) => d.memory.control(d.caller(), AGENT, { action: 'demote', memoryIds: [id] }, {})],
  ])('(%s) reads and commits, then tells Redis and the consumers', async (_, change) => {
    const { id } = await d.store();

    const { counts } = await counted<unknown>(() => change(id));

    expect(counts).toEqual({ postgres: 2, redis: 1, poke: 1 });
  });
});

describe('a retrieve', () => {
  it('of a hot memory asks Redis once and nobody else', async () => {
    const { id } = await d.store();
    await d.drain();

    const { answer, counts } = await counted(() => d.memory.retrieve(d.caller(), id, {}));

    expect([answer.tier, counts]).toEqual(['hot', { redis: 1 }]);
  });

  it('of a warm memory asks Redis, the catalog, and counts the use', async () => {
    const { id } = await d.store({ createdAt: daysAfter(NOON, -240) });
    await d.drain();

    const { answer, counts } = await counted(() => d.memory.retrieve(d.caller(), id, {}));

    expect([answer.tier, counts]).toEqual(['warm', { redis: 2, postgres: 1 }]);
  });

  it('of a cold memory asks Chroma on top', async () => {
    const { id } = await d.store({ createdAt: daysAfter(NOON, -730) });
    await d.drain();

    const { answer, counts } = await counted(() => d.memory.retrieve(d.caller(), id, {}));

    expect([answer.tier, counts]).toEqual(['cold', { redis: 2, postgres: 1, chroma: 1 }]);
  });

  it('of a hundred hot memories asks Redis once', async () => {
    const drafts = Array.from({ length: 100 }, (_, n) => ({ agentId: AGENT, type: 'fact' as const, content: { n } }));
    const { memories } = await d.memory.storeBatch(d.caller(), drafts);
    await d.drain();

    const { answer, counts } = await counted(() => d.memory.getMany(d.caller(), idsOf(memories), 1e6));

    expect([answer.memories.length, answer.missing, counts]).toEqual([100, [], { redis: 1 }]);
  });
});

describe('a search', () => {
  const query = aSearch('cortisol', { userId: 'ada' });
  let s: Domain;
  beforeAll(async () => {
    s = await domain(sharedEngines());
    const ages = [0, -240, -730].flatMap((days) => [days, days]);
    for (const days of ages) {
      await s.store({ userId: 'ada', createdAt: daysAfter(NOON, days), content: { text: `cortisol ${days}` } });
    }
    await s.drain();
    await s.memory.search(s.caller(AGENT), query);
  });

  it('asks PostgreSQL and Chroma side by side, then each tier at most once', async () => {
    Object.assign(delays, { postgres: 30, chroma: 30 });

    const { answer, counts, spans } = await counted(() => s.memory.search(s.caller(AGENT), query));

    expect(answer.degraded).toEqual([]);
    expect(new Set(answer.results.map(({ memory }) => memory.tier))).toEqual(new Set(['hot', 'warm', 'cold']));
    const [words] = spans('postgres');
    const [meaning] = spans('chroma');
    expect(meaning?.from).toBeLessThan(words?.to ?? 0);
    expect(words?.from).toBeLessThan(meaning?.to ?? 0);
    // Words; members of the partition that gave fewer hits than wanted.  Vectors; cold contents.  Hot contents with the uses.
    expect(counts).toEqual({ postgres: 2, chroma: 2, redis: 1 });
  });

  it('by words alone, of warm memories, asks PostgreSQL once, and Redis for the uses', async () => {
    const { counts } = await counted(() =>
      s.memory.search(s.caller(AGENT), { ...query, mode: 'lexical', tiers: ['warm'] }),
    );

    expect(counts).toEqual({ postgres: 1, redis: 1 });
  });
});

describe('a search whose query is logged', () => {
  it('asks nobody more often: the query goes to Redis with the uses', async () => {
    const logging = await domain(sharedEngines(), { settings: { AUREN_QUERY_LOG: 'on' } });
    await logging.store({ content: { text: 'cortisol' }, createdAt: daysAfter(NOON, -240) });

    const { counts } = await counted(() =>
      logging.memory.search(logging.caller(AGENT), aSearch('cortisol', { mode: 'lexical' })),
    );

    expect(counts).toEqual({ postgres: 1, redis: 1 });
    expect((await logging.ports.hot.pendingQueries(logging.tenantId)).size).toBe(1);
  });
});

describe('a key check', () => {
  it('asks Redis and PostgreSQL the first time, and nobody the second', async () => {
    const { apiKey } = await d.memory.createKey(d.caller(), { scopes: ['memories:read'] });

    const first = await counted(() => d.authenticate(apiKey));
    const second = await counted(() => d.authenticate(apiKey));
    const malformed = await counted(() => d.authenticate('auren_local_guess'));

    expect(first.answer).toMatchObject({ tenantId: d.tenantId });
    expect(second.answer).toEqual(first.answer);
    expect([second.counts, malformed.counts, malformed.answer]).toEqual([{}, {}, null]);
    expect(first.counts).toEqual({ redis: 2, postgres: 1 });
  });
});
