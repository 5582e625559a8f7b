/** Patterns over HTTP: found, listed, drawn, kept from strangers, and honest about an index that is down. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem, walk } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const INDEXED_WITHIN_MS = 20_000;
const SCOPES = ['memories:read', 'memories:write', 'control', 'events:read'];

let stack: TestStack;
let admin: Client;
let ann: Client;
let bob: Client;
/** Ids of the memories of each topic. */
let topics: Record<'open' | 'anns' | 'both', string[]>;

async function indexed(api: Client): Promise<void> {
  const deadline = Date.now() + INDEXED_WITHIN_MS;
  while ((await api.get('/v1/stats')).body.index.pending > 0) {
    if (Date.now() > deadline) throw new Error(`not indexed within ${INDEXED_WITHIN_MS} ms`);
    await sleep(50);
  }
}

async function store(api: Client, words: string, drafts: object[]): Promise<string[]> {
  const memories = drafts.map((draft, n) => ({ type: 'fact', content: `${words} number${n}`, ...draft }));
  const { status, text, body } = await api.post('/v1/memories/batch', { memories });
  expect(status, text).toBe(201);
  return body.memories.map(({ id }: Answer['body']) => id);
}

const boundTo = async (agent_id: string, scopes = SCOPES): Promise<Client> =>
  admin.as((await admin.post('/v1/keys', { scopes, agent_id })).body.api_key);

const discover = async (api: Client, body: object = {}): Promise<Answer['body'][]> => {
  const answer = await api.post('/v1/patterns/discover', body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.patterns;
};
const memoriesIn = ({ memories }: Answer['body']): string[] => memories.map(({ id }: Answer['body']) => id).sort();
const listedBy = async (api: Client): Promise<string[][]> =>
  (await walk(api, '/v1/patterns', 'patterns')).items.map(memoriesIn);

beforeAll(async () => {
  stack = await startStack({ engines: 'own', embedder: fakeEmbedder() });
  admin = client(stack.url, stack.key);
  [ann, bob] = [await boundTo('ann'), await boundTo('bob')];
  const of = (agent_id: string, more = {}) => ({ agent_id, ...more });
  topics = {
    open: await store(
      admin,
      'green tea',
      Array.from({ length: 4 }, () => of('ann', { user_id: 'u1' })),
    ),
    anns: await store(
      admin,
      'deep sleep',
      Array.from({ length: 3 }, () => of('ann')),
    ),
    both: await store(admin, 'red wine', [of('ann'), of('ann'), of('bob', { type: 'analysis' })]),
  };
  await indexed(admin);
});

afterAll(() => stack.stop());

describe('POST /v1/patterns/discover', () => {
  it('answers what the memories have in common', async () => {
    const patterns = await discover(admin);

    expect(patterns.map(memoriesIn).sort()).toEqual(
      Object.values(topics)
        .map((ids) => ids.sort())
        .sort(),
    );
    const both = patterns.find((pattern) => memoriesIn(pattern).includes(topics.both[0] ?? ''));
    expect(both).toMatchObject({
      id: expect.stringMatching(/^pat_[0-9a-f]{32}$/),
      size: 3,
      label: expect.stringContaining('wine'),
      terms: expect.arrayContaining(['red', 'wine']),
      dominant_type: 'fact',
      average_confidence: 0.7,
      agents: ['ann', 'bob'],
      users: [],
      cross_domain: true,
      discovered_at: expect.any(String),
    });
    expect(both.cohesion).toBeGreaterThan(0.7);
  });

  it('is what the schedule does: the patterns stay the same, and are said once', async () => {
    const before = (await admin.get('/v1/patterns')).body;

    const run = await admin.post('/_local/run/discover-patterns', {});

    expect(run.body).toMatchObject({
      tenants: { discovered: expect.any(Number), failed: 0, left: 0 },
      patterns: { found: 3, new: 0, changed: 0, dropped: 0 },
    });
    expect((await admin.get('/v1/patterns')).body).toEqual(before);
    const { events } = (await admin.get('/v1/events?events=pattern.discovered')).body;
    expect(events).toHaveLength(before.patterns.length);
    for (const { id, size } of before.patterns) {
      expect(events).toContainEqual(expect.objectContaining({ data: { pattern_id: id, size }, memory_id: null }));
    }
  });

  it('answers a repeated request as the first time', async () => {
    const headers = { 'idempotency-key': uniqueName('idem') };

    const [first, again] = [
      await admin.post('/v1/patterns/discover', { user_id: 'u1' }, { headers }),
      await admin.post('/v1/patterns/discover', { user_id: 'u1' }, { headers }),
    ];

    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 200, 'true']);
    expect(again.body).toEqual(first.body);
    expect(first.body.patterns.map(memoriesIn)).toEqual([topics.open]);
    const other = await admin.post('/v1/patterns/discover', { user_id: 'u2' }, { headers });
    expectProblem(other, 422, 'idempotency_mismatch');
  });

  it.each([
    [{ min_cluster_size: 1 }, 'min_cluster_size'],
    [{ min_cluster_size: 2.5 }, 'min_cluster_size'],
    [{ min_similarity: 1.1 }, 'min_similarity'],
    [{ min_similarity: '0.7' }, 'min_similarity'],
    [{ store_insights: 'yes' }, 'store_insights'],
    [{ user_id: '' }, 'user_id'],
  ])('refuses %j', async (body, path) => {
    expectProblem(await admin.post('/v1/patterns/discover', body), 422, 'invalid_field', path);
  });

  it('stores insights where the key may store at all', async () => {
    const reader = await boundTo('ann', ['control']);
    expectProblem(await reader.post('/v1/patterns/discover', { store_insights: true }), 403, 'missing_scope');

    await discover(ann, { store_insights: true });
    await discover(ann, { store_insights: true });

    const { memories } = (await admin.get('/v1/memories?type=insight')).body;
    expect(memories).toHaveLength(2);
    for (const memory of memories) {
      expect(memory).toMatchObject({
        agent_id: 'ann',
        visibility: 'agent',
        key: expect.stringMatching(/^pattern:pat_/),
      });
      expect((await bob.get(`/v1/memories/${memory.id}`)).status).toBe(404);
    }
  });
});

describe('GET /v1/patterns', () => {
  it('goes page by page, and keeps to a user or an agent', async () => {
    const { items, pages } = await walk(admin, '/v1/patterns?limit=1', 'patterns');

    expect(pages).toBe(items.length);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    const ofBob = (await admin.get('/v1/patterns?agent_id=bob')).body.patterns;
    expect(ofBob.map(memoriesIn)).toEqual([topics.both]);
    const ofUser = (await admin.get('/v1/patterns?user_id=u1')).body.patterns;
    expect(new Set(ofUser.flatMap(memoriesIn))).toEqual(new Set(topics.open));
    expect((await admin.get('/v1/patterns?user_id=nobody')).body).toEqual({ patterns: [], next_cursor: null });
  });

  it('shows a bound key what it may read whole, as do the events', async () => {
    const [byAnn, byBob] = [await listedBy(ann), await listedBy(bob)];

    expect(byAnn).toEqual(expect.arrayContaining([topics.open, topics.anns]));
    expect(byAnn).not.toContainEqual(topics.both);
    expect(new Set(byBob.flat())).toEqual(new Set(topics.open));
    const told = (await bob.get('/v1/events?events=pattern.*')).text;
    for (const { id, memories } of (await walk(admin, '/v1/patterns', 'patterns')).items) {
      if (!topics.open.includes(memories[0].id)) expect(told).not.toContain(id);
    }
  });

  it('leaves deleted memories out', async () => {
    const gone = (await store(admin, 'green tea', [{ agent_id: 'bob', user_id: 'u2' }]))[0] ?? '';
    await indexed(admin);
    await discover(admin, { user_id: 'u2', min_cluster_size: 2 });
    const grown = (await discover(admin)).find((pattern) => memoriesIn(pattern).includes(gone));
    expect(grown).toMatchObject({ size: 5, users: ['u1', 'u2'] });

    await admin.delete(`/v1/memories/${gone}`);

    const answer = await admin.get('/v1/patterns');
    expect(answer.text).not.toContain(gone);
    expect(answer.text).not.toContain('u2');
    const left = answer.body.patterns.find(({ id }: Answer['body']) => id === grown.id);
    expect(left).toMatchObject({ size: 4, users: ['u1'] });
  });
});

describe('GET /v1/map', () => {
  it('draws every memory that the key may read, with its pattern', async () => {
    const whole = (await admin.get('/v1/map')).body.points;
    const ofBob = (await bob.get('/v1/map')).body.points;

    const ids = (points: Answer['body'][]) => points.map(({ memory_id }) => memory_id);
    expect(ids(whole)).toEqual(expect.arrayContaining(Object.values(topics).flat()));
    expect(new Set(ids(ofBob))).toEqual(new Set([...topics.open, topics.both[2]]));
    for (const { x, y } of whole) expect([Math.abs(x) <= 1, Math.abs(y) <= 1]).toEqual([true, true]);
    const patterns = new Set(whole.map(({ pattern_id }: Answer['body']) => pattern_id));
    expect(patterns.size).toBeGreaterThanOrEqual(3);
    expect((await admin.get('/v1/map?user_id=u1')).body.points).toHaveLength(topics.open.length);
  });
});

describe('another tenant', () => {
  it('finds, lists and draws nothing of the first one’s', async () => {
    const other = admin.as(await stack.tenant('other'));
    const { next_cursor: cursor } = (await admin.get('/v1/patterns?limit=1')).body;

    expect(await discover(other)).toEqual([]);
    expect(await discover(other, { user_id: 'u1', min_cluster_size: 2 })).toEqual([]);
    for (const path of ['/v1/patterns', '/v1/patterns?user_id=u1', `/v1/patterns?cursor=${cursor}`]) {
      expect((await other.get(path)).body, path).toEqual({ patterns: [], next_cursor: null });
    }
    expect((await other.get('/v1/map')).body).toEqual({ points: [] });
  });
});

describe('with Chroma down', () => {
  it('asks to come back for what needs vectors, still lists what was found, and recovers', async () => {
    await stack.engines.chroma.kill();
    const down = [await admin.post('/v1/patterns/discover', {}), await admin.get('/v1/map')];
    const list = await admin.get('/v1/patterns');
    await stack.engines.chroma.revive();

    for (const answer of down) {
      expectProblem(answer, 503, 'engine_unavailable');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(list.status).toBe(200);
    expect((await discover(admin)).length).toBe(3);
    expect((await admin.get('/v1/map')).status).toBe(200);
  });
});
