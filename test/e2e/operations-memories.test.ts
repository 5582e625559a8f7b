/** Storing and reading memories over HTTP: names, statuses, headers and defaults as the contract has them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { UNKNOWN_MEMORY } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
});

afterAll(() => stack.stop());

const FACT = { agent_id: 'me', type: 'fact', content: { text: 'The sky is blue.' } };
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(stack.clock.now().getTime() - days * DAY_MS).toISOString();

async function store(fields: object = {}) {
  const answer = await api.post('/v1/memories', { ...FACT, ...fields });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

describe('POST /v1/memories', () => {
  it('stores with every default and answers the whole memory', async () => {
    const answer = await api.post('/v1/memories', FACT);

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^mem_[0-9a-f]{32}$/),
      agent_id: 'me',
      user_id: null,
      space_id: null,
      visibility: 'agent',
      key: null,
      type: 'fact',
      content: { text: 'The sky is blue.' },
      confidence: 0.7,
      priority: 5,
      metadata: {},
      source: 'agent',
      tier: 'hot',
      dual_stored: false,
      pinned: false,
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: answer.body.created_at,
      last_accessed_at: null,
      access_count: 0,
      expires_at: null,
    });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('x-memory-tier')).toBe('hot');
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
    const timing = answer.headers.get('server-timing') ?? '';
    for (const part of ['redis', 'pg', 'chroma', 'embed', 'total'])
      expect(timing).toMatch(new RegExp(`${part};dur=\\d`));
  });

  it.each(['fact', 'analysis', 'recommendation', 'hypothesis', 'insight', 'conversation', 'decision', 'knowledge'])(
    'takes the type %s in any case',
    async (type) => {
      expect((await store({ type: type.toUpperCase() })).type).toBe(type);
    },
  );

  it('takes a string as its text and keeps every field it is given', async () => {
    const given = {
      user_id: 'user_1',
      visibility: 'agent',
      key: uniqueName('key'),
      confidence: 0.25,
      priority: 7.5,
      metadata: { session_id: 's1', turns: 3, urgent: true },
      source: 'import',
    };

    const memory = await store({ ...given, content: 'Grüße an 東京 🗼', ttl_seconds: 60 });

    expect(memory).toMatchObject({ ...given, content: { text: 'Grüße an 東京 🗼' } });
    expect(Date.parse(memory.expires_at) - Date.parse(memory.created_at)).toBe(60_000);
    expect((await api.get(`/v1/memories/${memory.id}`)).body.content).toEqual({ text: 'Grüße an 東京 🗼' });
  });

  it('is seen by every agent where it is about a user, else by its own', async () => {
    expect((await store({ user_id: 'user_1' })).visibility).toBe('user');
    expect((await store()).visibility).toBe('agent');
  });

  it.each([
    [0, 'hot'],
    [29, 'hot'],
    [240, 'warm'],
    [730, 'cold'],
  ])('puts what is %d days old into the tier of its age: %s', async (days, tier) => {
    const memory = await store({ created_at: daysAgo(days) });

    const read = await api.get(`/v1/memories/${memory.id}`);

    expect(memory.tier).toBe(tier);
    expect(read.headers.get('x-memory-tier')).toBe(tier);
    expect(read.body).toMatchObject({ tier, content: FACT.content, created_at: memory.created_at });
  });

  it('stores twice what is important, and once what is not', async () => {
    expect((await store({ priority: 8 })).dual_stored).toBe(true);
    expect((await store({ confidence: 0.9 })).dual_stored).toBe(true);
    expect((await store({ priority: 7.9, confidence: 0.89 })).dual_stored).toBe(false);
    expect((await store({ priority: 10, created_at: daysAgo(100) })).dual_stored).toBe(false);
  });

  it('replaces under a key: 201 then 200, the same id and created_at, the version counts', async () => {
    const keyed = { ...FACT, user_id: 'user_1', key: uniqueName('key') };
    const first = await api.post('/v1/memories', { ...keyed, metadata: { a: 1 }, priority: 9 });

    const second = await api.post('/v1/memories', { ...keyed, content: { text: 'Grey.' }, metadata: { b: 2 } });

    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.headers.get('etag')).toBe('"2"');
    expect(second.body).toMatchObject({
      id: first.body.id,
      created_at: first.body.created_at,
      version: 2,
      content: { text: 'Grey.' },
      metadata: { b: 2 },
      priority: 5,
    });
    expect((await api.get(`/v1/memories?key=${keyed.key}`)).body.memories).toHaveLength(1);
  });

  it('holds a key apart by agent and by user', async () => {
    const key = uniqueName('key');
    const ids = [
      (await store({ key })).id,
      (await store({ key, agent_id: 'another' })).id,
      (await store({ key, user_id: 'user_1' })).id,
    ];
    expect(new Set(ids).size).toBe(3);
  });
});

describe('POST /v1/memories/batch', () => {
  it('stores all of them in the order given', async () => {
    const memories = [1, 2, 3].map((n) => ({ ...FACT, content: `Number ${n}`, priority: n }));

    const answer = await api.post('/v1/memories/batch', { memories });

    expect(answer.status).toBe(201);
    expect(answer.body.memories.map(({ priority }: { priority: number }) => priority)).toEqual([1, 2, 3]);
  });

  it('stores none of them where one is bad, and names it by index', async () => {
    const agent = uniqueName('agent');
    const good = { ...FACT, agent_id: agent };

    const answer = await api.post('/v1/memories/batch', { memories: [good, { ...good, priority: 11 }, good] });

    expectProblem(answer, 422, 'invalid_field', 'memories[1].priority');
    expect((await api.get(`/v1/memories?agent_id=${agent}`)).body.memories).toEqual([]);
  });

  it('refuses a key twice in one batch', async () => {
    const keyed = { ...FACT, key: uniqueName('key') };
    expectProblem(
      await api.post('/v1/memories/batch', { memories: [keyed, keyed] }),
      422,
      'invalid_field',
      'memories[1].key',
    );
  });

  it('takes 500 and not 501', async () => {
    const many = (count: number) => ({
      memories: Array.from({ length: count }, () => ({ ...FACT, agent_id: 'many' })),
    });

    expect((await api.post('/v1/memories/batch', many(500))).body.memories).toHaveLength(500);
    expectProblem(await api.post('/v1/memories/batch', many(501)), 422, 'invalid_field', 'memories');
  });
});

describe('reading by id', () => {
  it('counts a retrieval as a use, exactly while hot', async () => {
    const { id } = await store();

    await api.get(`/v1/memories/${id}`);
    const second = await api.get(`/v1/memories/${id}`);

    expect(second.status).toBe(200);
    expect(second.headers.get('etag')).toBe('"1"');
    expect(second.body.access_count).toBe(2);
    expect(second.body.last_accessed_at).not.toBeNull();
  });

  it('gives a memory as it was', async () => {
    const { id, updated_at } = await store();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await api.patch(`/v1/memories/${id}`, { content: 'The sky is grey.' });

    const then = await api.get(`/v1/memories/${id}?as_of=${updated_at}`);

    expect(then.body).toMatchObject({ id, version: 1, content: FACT.content });
    expectProblem(await api.get(`/v1/memories/${id}?as_of=2001-01-01T00:00:00Z`), 404, 'not_found');
  });

  it('gives many, and says which are missing', async () => {
    const [one, other] = [await store(), await store({ created_at: daysAgo(100) })];

    const answer = await api.post('/v1/memories/get', { ids: [other.id, UNKNOWN_MEMORY, one.id, one.id] });

    expect(answer.status).toBe(200);
    expect(answer.body.memories.map(({ id }: { id: string }) => id)).toEqual([other.id, one.id]);
    expect(answer.body).toMatchObject({ missing: [UNKNOWN_MEMORY], remaining: [] });
  });
});
