/** Search, related and retention over HTTP with the real model: modes, filters, explanations, and nothing where nothing matches. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { UNKNOWN_MEMORY } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;
let ids: Record<keyof typeof MEMORIES, string>;

const DAY_MS = 86_400_000;
const WITHIN = { timeout: 20_000, interval: 100 };

const MEMORIES = {
  breathing: {
    user_id: 'ann',
    type: 'analysis',
    content: 'Slow breathing raises heart rate variability.',
    priority: 7,
    confidence: 0.85,
    metadata: { session: 's1' },
  },
  coffee: { user_id: 'ann', type: 'fact', content: 'Coffee in the evening delays sleep.', priority: 3, days: 100 },
  magnesium: {
    user_id: 'ann',
    type: 'decision',
    content: 'We chose magnesium over melatonin to help her fall asleep.',
    days: 800,
  },
  invoice: {
    agent_id: 'accountant',
    user_id: 'bob',
    type: 'fact',
    content: 'The invoice of March was paid late.',
    confidence: 0.4,
  },
  tax: { agent_id: 'accountant', type: 'knowledge', content: 'Value added tax is due on the tenth.', priority: 10 },
} as const;

beforeAll(async () => {
  stack = await startStack();
  api = client(stack.url, stack.key);
  const memories = Object.values(MEMORIES).map((fields) => {
    const { days = 0, ...memory } = { days: 0, ...fields };
    const created_at = new Date(stack.clock.now().getTime() - days * DAY_MS).toISOString();
    return { agent_id: 'neuroscientist', created_at, ...memory };
  });
  const { body, status, text } = await api.post('/v1/memories/batch', { memories });
  expect(status, text).toBe(201);
  ids = Object.fromEntries(Object.keys(MEMORIES).map((name, n) => [name, body.memories[n].id])) as typeof ids;
  await vi.waitFor(async () => {
    expect((await api.get('/v1/stats')).body.index.pending).toBe(0);
    // The first query of a process may come before its model is loaded.
    expect((await api.post('/v1/search', { query: 'ready' })).body.degraded).toEqual([]);
  }, WITHIN);
});

afterAll(() => stack.stop());

async function search(body: object): Promise<Answer> {
  const answer = await api.post('/v1/search', body);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}
const found = ({ body }: Answer): string[] => body.results.map(({ memory }: Answer['body']) => memory.id);

describe('POST /v1/search', () => {
  it('finds by words and by meaning, best first, every score in 0..1', async () => {
    const answer = await search({ query: 'breathing and heart rate variability' });

    expect(found(answer)[0]).toBe(ids.breathing);
    const scores = answer.body.results.map(({ score }: Answer['body']) => score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
    for (const score of scores) expect(score).toSatisfy((value: number) => value > 0 && value <= 1);
    expect(answer.body).toMatchObject({ took_ms: expect.any(Number), degraded: [], truncated: false });
    expect(answer.body.results[0]).not.toHaveProperty('explain');
    expect(answer.body.results[0].memory).toMatchObject({ content: { text: MEMORIES.breathing.content }, tier: 'hot' });
  });

  it('finds by meaning alone what shares no word with the query', async () => {
    const query = 'insomnia remedy';
    expect(found(await search({ query, mode: 'lexical' }))).toEqual([]);
    const semantic = await search({ query, mode: 'semantic', user_id: 'ann' });
    expect(found(semantic).slice(0, 2)).toContain(ids.magnesium);
  });

  it('serves all tiers in one ranking, each content from its tier', async () => {
    const { body } = await search({ query: 'sleep asleep breathing', user_id: 'ann' });

    const seen = body.results.map(({ memory }: Answer['body']) => [memory.tier, memory.content.text]);
    expect(seen.toSorted()).toEqual([
      ['cold', MEMORIES.magnesium.content],
      ['hot', MEMORIES.breathing.content],
      ['warm', MEMORIES.coffee.content],
    ]);
  });

  it('takes a score apart where it is asked to: the parts are the score', async () => {
    const { body } = await search({ query: 'coffee', explain: true });

    const [first] = body.results;
    const parts = Object.values(first.explain as Record<string, number>);
    expect(Object.keys(first.explain)).toEqual(expect.arrayContaining(['lexical', 'semantic', 'retention', 'recency']));
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(first.score, 6);
  });

  it.each([
    ['user_id', { user_id: 'bob' }, ['invoice']],
    ['agent_id', { agent_id: 'accountant' }, ['invoice', 'tax']],
    ['types', { types: ['FACT', 'decision'] }, ['coffee', 'invoice', 'magnesium']],
    ['tiers', { tiers: ['warm', 'cold'] }, ['coffee', 'magnesium']],
    ['metadata', { metadata: { session: 's1' } }, ['breathing']],
    ['min_confidence', { min_confidence: 0.8 }, ['breathing']],
    ['min_priority', { min_priority: 7 }, ['breathing', 'tax']],
    ['created_after', { created_after: '2100-01-01T00:00:00Z' }, []],
    ['created_before', { created_before: '2100-01-01T00:00:00Z', types: ['knowledge'] }, ['tax']],
    ['limit', { limit: 1 }, ['tax']],
  ] as const)('keeps to %s, whatever is asked', async (_name, filter, names) => {
    const wanted = names.map((name) => ids[name]).sort();
    const everyWord = 'breathing coffee magnesium invoice tax';

    expect(found(await search(filter)).sort()).toEqual(wanted);
    const answer = found(await search({ query: everyWord, mode: 'lexical', ...filter }));
    expect(answer.length).toBe(wanted.length);
    if (!('limit' in filter)) expect(answer.sort()).toEqual(wanted);
    for (const id of found(await search({ query: everyWord, ...filter }))) {
      if (!('limit' in filter)) expect(wanted).toContain(id);
    }
  });

  it('lists by priority, then recency, where nothing in particular is asked', async () => {
    const { body } = await search({ query: '' });
    const order = body.results.map(({ memory }: Answer['body']) => [-memory.priority, -Date.parse(memory.created_at)]);
    expect(order).toHaveLength(5);
    expect(order).toEqual(
      order.toSorted((a: number[], b: number[]) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0)),
    );
  });

  it.each(['hybrid', 'lexical', 'semantic'])('finds nothing for what nothing matches (%s)', async (mode) => {
    expect((await search({ query: 'zxqv wubbel grmpf', mode })).body.results).toEqual([]);
  });

  it('takes include_semantic false as lexical, and refuses a contradiction', async () => {
    expect(found(await search({ query: 'invoices', include_semantic: false }))).toEqual([ids.invoice]);
    for (const mode of ['hybrid', 'semantic']) {
      expectProblem(
        await api.post('/v1/search', { query: 'x', mode, include_semantic: false }),
        422,
        'invalid_field',
        'mode',
      );
    }
  });

  it('counts as a use what an agent found, and nothing that a person listed', async () => {
    const key = await api.post('/v1/keys', { scopes: ['memories:read'], agent_id: 'accountant' });
    const uses = async () => (await api.get(`/v1/memories/${ids.tax}`)).body.access_count;
    const before = await uses();

    await search({ query: 'value added tax' });
    const afterAdmin = await uses();
    await api.as(key.body.api_key).post('/v1/search', { query: 'value added tax' });

    expect(afterAdmin - before).toBe(1);
    expect((await uses()) - afterAdmin).toBe(2);
  });

  it('counts nothing for who only looks on, and wants to be told so plainly', async () => {
    const asked = (value: string) => ({ headers: { 'x-auren-observe': value } });
    const uses = async () => (await api.get(`/v1/memories/${ids.invoice}`, asked('true'))).body.access_count;
    const query = { query: 'invoice of March', agent_id: 'accountant' };
    const before = await uses();

    const seen = await api.post('/v1/search', query, asked('true'));
    await api.post('/v1/memories/get', { ids: [ids.invoice] }, asked('true'));
    const afterLooking = await uses();
    await api.post('/v1/search', query, asked('false'));

    expect(found(seen)).toEqual([ids.invoice]);
    expect([afterLooking - before, (await uses()) - before]).toEqual([0, 1]);
    expectProblem(await api.post('/v1/search', query, asked('yes')), 422, 'invalid_field', 'X-Auren-Observe');
  });

  it('searches as of a time: by the words of then, without meaning, and what was deleted since is absent', async () => {
    const memory = (content: string) => ({ agent_id: 'historian', user_id: 'eve', type: 'fact', content });
    const drafts = ['The treaty was signed in Vienna.', 'The treaty was broken in Prague.'].map(memory);
    const { body } = await api.post('/v1/memories/batch', { memories: drafts });
    const [kept, gone] = body.memories;
    const stored = stack.clock.now().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await api.patch(`/v1/memories/${kept.id}`, { content: 'The treaty was signed in Paris.' });
    const at = (query: string, more = {}) => search({ query, user_id: 'eve', as_of: stored, ...more });

    expect(found(await at('treaties')).sort()).toEqual([kept.id, gone.id].sort());
    const vienna = await at('Vienna', { explain: true });
    expect(vienna.body).toMatchObject({ degraded: [], truncated: false, took_ms: expect.any(Number) });
    expect(vienna.body.results).toMatchObject([
      { memory: { id: kept.id, version: 1, content: { text: drafts[0]?.content } }, explain: { semantic: 0 } },
    ]);
    expect(found(await at('Paris'))).toEqual([]);
    expect(found(await at('Vienna', { as_of: '2020-01-01T00:00:00Z' }))).toEqual([]);
    await api.delete(`/v1/memories/${gone.id}`);
    expect(found(await at('treaties'))).toEqual([kept.id]);
    const semantic = await api.post('/v1/search', { query: 'x', mode: 'semantic', as_of: stored });
    expectProblem(semantic, 422, 'invalid_field', 'mode');
    await api.delete(`/v1/memories/${kept.id}`);
  });
});

describe('GET /v1/memories/{id}/related', () => {
  it('finds the nearest by meaning, of the same user only unless told otherwise', async () => {
    const { body, status } = await api.get(`/v1/memories/${ids.coffee}/related?limit=5`);

    expect(status).toBe(200);
    expect(body.results.length).toBeGreaterThan(0);
    expect(body.results[0].memory.id).toBe(ids.magnesium);
    for (const { memory, score } of body.results) {
      expect(memory.user_id).toBe('ann');
      expect(memory.id).not.toBe(ids.coffee);
      expect(score).toSatisfy((value: number) => value > 0 && value <= 1);
    }
    const one = await api.get(`/v1/memories/${ids.coffee}/related?limit=1&cross_user=true`);
    expect(one.body.results).toHaveLength(1);
  });

  it('knows nothing of what is not there', async () => {
    expectProblem(await api.get(`/v1/memories/${UNKNOWN_MEMORY}/related`), 404, 'not_found');
  });
});

describe('GET /v1/memories/{id}/retention', () => {
  it('tells the score, its parts, and how it fades', async () => {
    const { body, status } = await api.get(`/v1/memories/${ids.breathing}/retention`);

    const parts = Object.values(body.parts as Record<string, number>);
    expect(status).toBe(200);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(body.score, 9);
    const scores = body.points.map(({ score }: Answer['body']) => score);
    expect(scores.length).toBeGreaterThan(5);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
  });

  it('rises with priority', async () => {
    const score = async () => (await api.get(`/v1/memories/${ids.invoice}/retention`)).body;
    const before = (await score()).parts.priority;
    await api.patch(`/v1/memories/${ids.invoice}`, { priority: 9 });
    expect((await score()).parts.priority).toBeGreaterThan(before);
  });
});
