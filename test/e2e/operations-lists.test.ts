/** Lists, agents, stats and events over HTTP: filters, orders, cursor walks, and counts that equal a recount. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem, walk } from '../support/http.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;
/** As stored, oldest first. */
let seeded: Answer['body'][];

const DAY_MS = 86_400_000;
const TYPES = ['fact', 'analysis', 'insight'];
const AGES_DAYS = [800, 400, 200, 100, 40, 20, 10, 5, 3, 2, 1, 0];
const daysAgo = (days: number) => new Date(stack.clock.now().getTime() - days * DAY_MS).toISOString();
const idsOf = (memories: { id: string }[]) => memories.map(({ id }) => id);

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
  const memories = AGES_DAYS.map((days, n) => ({
    agent_id: n % 2 === 0 ? 'even' : 'odd',
    user_id: n % 3 === 0 ? 'user_3' : null,
    type: TYPES[n % 3],
    content: `Number ${n}`,
    priority: (n * 7) % 11,
    metadata: { n, parity: n % 2 === 0 ? 'even' : 'odd', third: n % 3 === 0, text: String(n) },
    created_at: daysAgo(days),
  }));
  const answer = await api.post('/v1/memories/batch', { memories });
  expect(answer.status, answer.text).toBe(201);
  seeded = answer.body.memories;
});

afterAll(() => stack.stop());

describe('GET /v1/memories', () => {
  it('lists the youngest first, at most 50', async () => {
    const { status, body } = await api.get('/v1/memories');

    expect(status).toBe(200);
    expect(idsOf(body.memories)).toEqual(idsOf(seeded).reverse());
    expect(body.next_cursor).toBeNull();
    expect(body.memories[0]).toEqual(seeded.at(-1));
  });

  it.each([
    ['agent_id=even', (memory: Answer['body']) => memory.agent_id === 'even'],
    ['user_id=user_3', (memory: Answer['body']) => memory.user_id === 'user_3'],
    ['type=INSIGHT', (memory: Answer['body']) => memory.type === 'insight'],
    ['tier=warm', (memory: Answer['body']) => memory.tier === 'warm'],
    ['tier=cold', (memory: Answer['body']) => memory.tier === 'cold'],
    ['metadata.n=3', (memory: Answer['body']) => memory.metadata.n === 3],
    ['metadata.text=%223%22', (memory: Answer['body']) => memory.metadata.text === '3'],
    ['metadata.third=true', (memory: Answer['body']) => memory.metadata.third],
    [
      'metadata.parity=odd&metadata.third=true',
      ({ metadata }: Answer['body']) => metadata.third && metadata.parity === 'odd',
    ],
    [
      'agent_id=even&type=fact&tier=hot',
      ({ agent_id, type, tier }: Answer['body']) => `${agent_id} ${type} ${tier}` === 'even fact hot',
    ],
    ['metadata.n=3x', () => false],
    ['key=nobody-has-it', () => false],
    ['agent_id=eve', () => false],
  ])('filters by %s', async (query, keeps) => {
    const { body } = await api.get(`/v1/memories?order=created_at&${query}`);
    expect(idsOf(body.memories)).toEqual(idsOf(seeded.filter(keeps)));
  });

  it('filters by time', async () => {
    const [from, to] = [seeded[3].created_at, seeded[8].created_at];

    const { body } = await api.get(`/v1/memories?order=created_at&created_after=${from}&created_before=${to}`);

    const inside = idsOf(seeded.slice(4, 8));
    expect(idsOf(body.memories)).toEqual(expect.arrayContaining(inside));
    expect(body.memories.length).toBeLessThanOrEqual(inside.length + 2);
  });

  it.each(['created_at', '-created_at', 'updated_at', '-updated_at', 'priority', '-priority'])(
    'walks by %s in pages of 5 and meets each memory once',
    async (order) => {
      const { items, pages } = await walk(api, `/v1/memories?limit=5&order=${order}`, 'memories');

      const field = order.replace('-', '');
      const values = items.map((memory) => memory[field]);
      const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(values).toEqual(order.startsWith('-') ? sorted.reverse() : sorted);
      expect(idsOf(items).sort()).toEqual(idsOf(seeded).sort());
      expect(pages).toBe(3);
    },
  );

  it('refuses the cursor of another order', async () => {
    const { body } = await api.get('/v1/memories?limit=2&order=priority');
    expectProblem(await api.get(`/v1/memories?limit=2&cursor=${body.next_cursor}`), 422, 'invalid_field', 'cursor');
  });

  it('counts no use', async () => {
    await api.get('/v1/memories');
    const { body } = await api.get('/v1/memories');
    expect(body.memories.map(({ access_count }: Answer['body']) => access_count)).toEqual(seeded.map(() => 0));
  });

  it('lists as of a time: what was there then, as it was, in pages', async () => {
    const draft = { agent_id: 'historian', user_id: 'eve', type: 'fact' };
    const memories = Array.from({ length: 5 }, (_, n) => ({ ...draft, content: `Year ${n}`, priority: n }));
    const { body } = await api.post('/v1/memories/batch', { memories });
    const stored = body.memories as Answer['body'][];
    const then = stack.clock.now().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const changed = await api.patch(`/v1/memories/${stored[0].id}`, { priority: 10, content: 'Year zero' });
    await api.delete(`/v1/memories/${stored[4].id}`);
    const later = await api.post('/v1/memories', { ...draft, content: 'Later' });
    const path = `/v1/memories?user_id=eve&order=-priority&limit=2&as_of=${then}`;

    const { items, pages } = await walk(api, path, 'memories');

    expect(items).toEqual([stored[3], stored[2], stored[1], stored[0]]);
    expect(pages).toBe(2);
    const before = await api.get('/v1/memories?user_id=eve&as_of=2020-01-01T00:00:00Z');
    expect(before.body).toEqual({ memories: [], next_cursor: null });
    const now = await api.get(`/v1/memories?user_id=eve&order=-priority&as_of=${stack.clock.now().toISOString()}`);
    expect(now.body.memories[0]).toEqual(changed.body);
    for (const { id } of [...stored.slice(0, 4), later.body]) await api.delete(`/v1/memories/${id}`);
  });
});

describe('GET /v1/agents', () => {
  it('tells each agent with its counts, a page at a time', async () => {
    const { items, pages } = await walk(api, '/v1/agents?limit=1', 'agents');

    const counted = (agent: string) => seeded.filter(({ agent_id }) => agent_id === agent);
    const inTier = (agent: string, tier: string) => counted(agent).filter((memory) => memory.tier === tier).length;
    expect(pages).toBe(2);
    expect(items.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      ['even', 'odd'].map((id) => ({
        id,
        total_memories: counted(id).length,
        tier_distribution: { hot: inTier(id, 'hot'), warm: inTier(id, 'warm'), cold: inTier(id, 'cold') },
        last_active_at: expect.any(String),
      })),
    );
  });
});

describe('GET /v1/stats', () => {
  const recount = (memories: Answer['body'][]) => {
    const count = (field: string) =>
      memories.reduce((sums: Record<string, number>, memory) => {
        sums[memory[field]] = (sums[memory[field]] ?? 0) + 1;
        return sums;
      }, {});
    return {
      total_memories: memories.length,
      tier_distribution: { hot: 0, warm: 0, cold: 0, ...count('tier') },
      by_type: count('type'),
      by_agent: count('agent_id'),
      dual_stored: memories.filter(({ dual_stored }) => dual_stored).length,
      pinned: memories.filter(({ pinned }) => pinned).length,
    };
  };

  it('equals a recount, of all, of a user and of an agent, after stores, changes, moves and deletes', async () => {
    const made = (
      await api.post('/v1/memories/batch', {
        memories: [1, 2, 3, 4].map((n) => ({
          agent_id: 'counted',
          user_id: 'user_c',
          type: 'fact',
          content: `Count ${n}`,
        })),
      })
    ).body.memories;
    const [changed, moved, gone, pinned] = idsOf(made);
    await api.patch(`/v1/memories/${changed}`, { type: 'decision', priority: 9 });
    const control = (action: string, id: string | undefined) =>
      api.post('/v1/agents/counted/control', { action, params: { memory_ids: [id] } });
    await control('demote', moved);
    await control('pin', pinned);
    await api.delete(`/v1/memories/${gone}`);

    const [all, ofUser, ofAgent] = await Promise.all([
      api.get('/v1/stats'),
      api.get('/v1/stats?user_id=user_c'),
      api.get('/v1/agents/counted/stats'),
    ]);

    const { items } = await walk(api, '/v1/memories?limit=5', 'memories');
    const counted = items.filter(({ agent_id }) => agent_id === 'counted');
    expect(counted).toHaveLength(3);
    expect(all.body).toMatchObject(recount(items));
    expect(ofUser.body).toMatchObject(recount(counted));
    expect(ofAgent.body).toMatchObject(recount(counted));
    expect(ofAgent.body.tier_distribution).toEqual({ hot: 2, warm: 1, cold: 0 });
    expect(all.body.flow).toEqual({ hot_to_warm: 1, warm_to_cold: 0, promoted: 0, expired: 0 });
  });

  it('has every part that the contract names', async () => {
    const { body } = await api.get('/v1/stats');

    expect(body).toMatchObject({
      hot: {
        capacity: 10_000,
        count: body.tier_distribution.hot,
        pressure: expect.any(Number),
        used_bytes: expect.any(Number),
      },
      warm: { count: body.tier_distribution.warm, bytes: expect.any(Number) },
      cold: { count: body.tier_distribution.cold, bytes: expect.any(Number) },
      access_patterns: expect.any(Array),
      prediction: expect.any(Object),
      index: { pending: expect.any(Number), model: expect.any(String) },
      feed: expect.any(Object),
      latency: expect.any(Object),
    });
  });
});

describe('GET /v1/events', () => {
  it('walks the log forward and backward to the same events', async () => {
    const forward = await follow('asc', 'after');
    const backward = await follow('desc', 'before');

    expect(forward.length).toBeGreaterThan(seeded.length);
    expect(backward.toReversed()).toEqual(forward);
    expect(new Set(forward.map(({ id }) => id)).size).toBe(forward.length);
  });

  it('goes on from where a reader stood, and tells nothing twice', async () => {
    const [last] = (await api.get('/v1/events?order=desc&limit=1')).body.events;
    expect((await api.get(`/v1/events?after=${last.cursor}`)).body).toEqual({ events: [], next_cursor: null });

    const { body: memory } = await api.post('/v1/memories', { agent_id: 'late', type: 'fact', content: 'News.' });

    await expect
      .poll(async () => (await api.get(`/v1/events?after=${last.cursor}`)).body.events)
      .toEqual([expect.objectContaining({ type: 'memory.stored', memory_id: memory.id, agent_id: 'late', seq: 1 })]);
  });

  it.each([
    ['events=memory.stored', ({ type }: Answer['body']) => type === 'memory.stored'],
    ['events=memory.*', ({ type }: Answer['body']) => type.startsWith('memory.')],
    ['events=key.*', ({ type }: Answer['body']) => type.startsWith('key.')],
    ['agent_ids=even,counted', ({ agent_id }: Answer['body']) => ['even', 'counted'].includes(agent_id)],
    ['agent_ids=even&agent_ids=counted', ({ agent_id }: Answer['body']) => ['even', 'counted'].includes(agent_id)],
    ['user_ids=user_3', ({ user_id }: Answer['body']) => user_id === 'user_3'],
    ['types=Insight', ({ memory_type }: Answer['body']) => memory_type === 'insight'],
    [
      'tiers=cold&events=memory.stored',
      ({ tier, type }: Answer['body']) => tier === 'cold' && type === 'memory.stored',
    ],
    [
      'events=memory.stored&min_priority=7',
      ({ data, type }: Answer['body']) => type === 'memory.stored' && data.priority >= 7,
    ],
    ['events=memory.stored&min_confidence=0.8', ({ data }: Answer['body']) => data.confidence >= 0.8],
  ])('filters by %s', async (query, keeps) => {
    const all = await api.get('/v1/events?limit=1000');

    const { body } = await api.get(`/v1/events?limit=1000&${query}`);

    expect(body.events.map(({ id }: Answer['body']) => id)).toEqual(idsOf(all.body.events.filter(keeps)));
  });

  it('filters by memory, and holds no content', async () => {
    const { text, body } = await api.get(`/v1/events?memory_ids=${seeded[0].id}`);

    expect(body.events.map(({ type }: Answer['body']) => type)).toEqual(['memory.stored']);
    expect(text).not.toContain('Number 0');
  });

  async function follow(order: 'asc' | 'desc', parameter: 'after' | 'before'): Promise<Answer['body'][]> {
    const events: Answer['body'][] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? '' : `&${parameter}=${encodeURIComponent(cursor)}`;
      const { body, status, text } = await api.get(`/v1/events?limit=4&order=${order}${from}`);
      expect(status, text).toBe(200);
      events.push(...body.events);
      cursor = body.next_cursor;
    } while (cursor !== null);
    return events;
  }
});
