/** A person is erased: whatever was stored about them, in whatever way, is in no answer, no engine and no file afterwards. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { core, postgres } from '@auren/memory/adapters.ts';
import { INDEX_CONSUMER } from '@auren/memory/feed/names.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesHolding, tablesHolding } from '../support/byte-search.ts';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { hasRedisServer } from '../support/redis-server.ts';
import { startStack, type TestStack } from '../support/stack.ts';

/** Stands in everything of the person who is erased, and in nothing else. One word, so that patterns are named by it. */
const SECRET = uniqueName('secret').replace('-', '');
/** The same of the others. */
const OTHER = uniqueName('other');
const USER = 'erased_user';
const YEAR_MS = 365 * 86_400_000;
const ERASED_WITHIN_MS = 60_000;

let stack: TestStack;
let api: Client;
let elsewhere: Client;
/** Ids of the person's memories, by what is special about each. */
let ids: Record<'hot' | 'warm' | 'cold' | 'changed' | 'repeated' | 'deleted', string>;
let otherIds: string[];

beforeAll(async () => {
  const env = { AUREN_QUERY_LOG: 'on' };
  stack = await startStack({ engines: 'own', embedder: fakeEmbedder(), env });
  api = client(stack.url, stack.key);
  elsewhere = api.as(await stack.tenant('elsewhere'));
});

afterAll(() => stack.stop());

const ago = (ms: number) => new Date(stack.clock.now().getTime() - ms).toISOString();

async function store(by: Client, word: string, fields: object = {}, headers: Record<string, string> = {}) {
  const memory = {
    agent_id: 'neuroscientist',
    user_id: USER,
    type: 'fact',
    content: { text: `${word} sleeps badly after coffee` },
    metadata: { session: word },
    ...fields,
  };
  const answer = await by.post('/v1/memories', memory, { headers });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + ERASED_WITHIN_MS;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`not within ${ERASED_WITHIN_MS} ms`);
    await sleep(100);
  }
}

const isIndexed = async (by: Client) => (await by.get('/v1/stats')).body.index.pending === 0;

/** As an agent does: its queries are logged. */
const search = () =>
  api.post('/v1/search', { query: `${SECRET} coffee`, user_id: USER, agent_id: 'neuroscientist', limit: 1 });
const sweep = () => api.post('/_local/run/migrate-tiers', {}, { key: null });

/** What the person's memories have in common, told in a memory that is about nobody. */
async function discover(): Promise<void> {
  await until(() => isIndexed(api));
  const found = await api.post('/v1/patterns/discover', { store_insights: true });
  expect(found.body.patterns, found.text).toMatchObject([{ terms: expect.arrayContaining([SECRET]) }]);
  await until(() => isIndexed(api));
}

async function storeEverywhere(): Promise<void> {
  const repeat = { 'idempotency-key': `${SECRET}-once` };
  const stored = {
    hot: await store(api, SECRET, { key: SECRET }),
    warm: await store(api, SECRET, { created_at: ago(0.7 * YEAR_MS), agent_id: 'coach', visibility: 'agent' }),
    cold: await store(api, SECRET, { created_at: ago(2 * YEAR_MS), priority: 2 }),
    changed: await store(api, SECRET, { priority: 9, metadata: {} }),
    repeated: await store(api, SECRET, {}, repeat),
    deleted: await store(api, SECRET, {}),
  };
  ids = Object.fromEntries(Object.entries(stored).map(([what, { id }]) => [what, id])) as typeof ids;
  await api.patch(`/v1/memories/${ids.changed}`, { content: { text: 'harmless now' } });
  await api.delete(`/v1/memories/${ids.deleted}`);
  await search();
  await api.get(`/v1/memories/${ids.hot}`);
  const [event] = (await api.get(`/v1/memories/${ids.hot}/history`)).body.events;
  const { consumers } = await core();
  for (let tries = 0; tries < 5; tries += 1) {
    await consumers.failed(INDEX_CONSUMER, stack.tenantId, event.id, `cannot embed "${SECRET}"`);
  }
}

/** Every answer that could tell of the person. */
async function answers(): Promise<Answer[]> {
  const paths = [
    '/v1/memories',
    `/v1/memories?user_id=${USER}`,
    `/v1/memories?as_of=${new Date(Date.now() + YEAR_MS).toISOString()}`,
    `/v1/memories?metadata.session=${SECRET}`,
    '/v1/events?limit=1000',
    '/v1/stats',
    `/v1/stats?user_id=${USER}`,
    '/v1/agents',
    '/v1/patterns',
    '/v1/memories?type=insight',
    `/v1/users/${USER}/export?limit=500`,
    ...Object.values(ids).flatMap((id) =>
      ['', '/history', '/retention', '/related'].map((of) => `/v1/memories/${id}${of}`),
    ),
  ];
  const searches = ['hybrid', 'lexical', 'semantic'].map((mode) => ({ query: 'sleeps badly after coffee', mode }));
  return await Promise.all([
    ...paths.map((path) => api.get(path)),
    ...searches.map((search) => api.post('/v1/search', search)),
    api.post('/v1/search', { query: SECRET, user_id: USER }),
    api.post('/v1/memories/get', { ids: Object.values(ids) }),
  ]);
}

/** All lines, page by page. */
async function exported(by: Client, limit: number): Promise<Answer['body'][]> {
  const lines: Answer['body'][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await by.get(`/v1/users/${USER}/export?limit=${limit}${after}`);
    expect([page.status, page.headers.get('content-type')], page.text).toEqual([200, 'application/x-ndjson']);
    const found = page.text.split('\n').slice(0, -1);
    expect(found.length).toBeLessThanOrEqual(limit);
    lines.push(...found.map((line) => JSON.parse(line)));
    cursor = page.headers.get('x-next-cursor');
  }
  return lines;
}

describe('exporting a person', { timeout: 2 * ERASED_WITHIN_MS }, () => {
  it('gives everything, from whichever tier, in pages, and leaves no event', async () => {
    await storeEverywhere();
    await discover();
    await sweep();
    const before = await api.get(`/v1/memories/${ids.warm}/history`);

    const lines = await exported(api, 3);

    const of = (kind: string) => lines.filter((line) => line.kind === kind);
    const living = Object.entries(ids).filter(([what]) => what !== 'deleted');
    expect(
      of('memory')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(living.map(([, id]) => id).sort());
    expect(of('memory').find(({ id }) => id === ids.cold)).toMatchObject({
      tier: 'cold',
      content: { text: `${SECRET} sleeps badly after coffee` },
      metadata: { session: SECRET },
    });
    const changed = of('event').filter(({ memory_id }) => memory_id === ids.changed);
    expect(changed.map(({ payload }) => payload.content.text)).toEqual([
      `${SECRET} sleeps badly after coffee`,
      'harmless now',
    ]);
    const deleted = of('event').filter(({ memory_id }) => memory_id === ids.deleted);
    expect(deleted.map(({ payload }) => payload)).toEqual([null, null]);
    expect(of('idempotency')).toMatchObject([{ key: `${SECRET}-once`, reply: { memories: [{ id: ids.repeated }] } }]);
    expect(of('query')).toMatchObject([{ agent_id: 'neuroscientist', query: { query: `${SECRET} coffee` } }]);
    expect(of('access_pattern').length).toBeGreaterThan(0);
    const [pattern] = of('pattern');
    expect([pattern.terms, living.map(([, id]) => id)]).toEqual([
      expect.arrayContaining([SECRET]),
      expect.arrayContaining(pattern.memory_ids),
    ]);
    expect(await exported(api, 500)).toEqual(lines);
    expect((await api.get(`/v1/memories/${ids.warm}/history`)).body).toEqual(before.body);
    expect(await exported(elsewhere, 500)).toEqual([]);
  });
});

const directory = (engine: string) => join(stack.stack.dataDir, engine);
/** The in-process Redis keeps nothing on disk. */
const inRedisFiles = () => (hasRedisServer ? filesHolding(directory('redis'), SECRET) : []);

describe('erasing a person', { timeout: 2 * ERASED_WITHIN_MS }, () => {
  let erased: Answer;

  it('needs a key with the scope admin that is bound to no agent', async () => {
    const scopes = ['memories:read', 'memories:write', 'control', 'events:read'];
    const { body: weak } = await api.post('/v1/keys', { scopes });
    const { body: bound } = await api.post('/v1/keys', { scopes: ['admin'], agent_id: 'coach' });

    for (const [method, path] of [
      ['DELETE', `/v1/users/${USER}`],
      ['GET', `/v1/users/${USER}/export`],
    ] as const) {
      expectProblem(await api.call(method, path, undefined, { key: weak.api_key }), 403, 'missing_scope');
      expectProblem(await api.call(method, path, undefined, { key: bound.api_key }), 403, 'agent_mismatch');
    }
  });

  it('counts what was there, in a signed certificate', async () => {
    otherIds = [(await store(api, OTHER, { user_id: 'another' })).id, (await store(elsewhere, OTHER)).id];
    await store(api, OTHER, { user_id: 'another', created_at: ago(2 * YEAR_MS) });
    await until(async () => (await isIndexed(api)) && (await isIndexed(elsewhere)));
    await sweep();
    // Waits in Redis when the erasure begins.
    await search();
    const before = {
      tables: await tablesHolding(await postgres(), SECRET),
      redis: inRedisFiles(),
    };

    erased = await api.delete(`/v1/users/${USER}?reason=asked`);

    expect(before.tables).toEqual(['consumer_failures', 'events', 'idempotency', 'memories', 'patterns', 'query_log']);
    if (hasRedisServer) expect(before.redis).not.toEqual([]);
    expect(erased.status, erased.text).toBe(200);
    const { certificate } = erased.body;
    expect(erased.body.erased).toEqual({
      ...{ hot: 3, warm: 1, cold: 1, index: 5, events: 6 },
      ...{ queries: 1, patterns: 1, idempotency: 1 },
    });
    expect(certificate).toMatchObject({
      user_id: USER,
      counts: erased.body.erased,
      chain: { verified: true, memories: 6 },
      signature: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(certificate.does_not_cover.length).toBeGreaterThan(3);
  });

  it('leaves nothing in any answer, but that it happened', async () => {
    for (const answer of await answers()) expect(answer.text).not.toContain(SECRET);
    const list = await api.get(`/v1/memories?user_id=${USER}`);
    const history = await api.get(`/v1/memories/${ids.hot}/history`);
    const repeated = await api.post('/v1/memories/get', { ids: Object.values(ids) });
    const insights = await api.get('/v1/memories?type=insight');
    expect([list.body.memories, insights.body.memories]).toEqual([[], []]);
    expect(repeated.body).toMatchObject({ memories: [], missing: Object.values(ids) });
    expect(history.body).toMatchObject({ verified: true });
    const { erasure_id: id } = history.body.events.at(-1).data;
    expect(history.body.events.at(-1)).toMatchObject({ type: 'memory.erased', data: { reason: 'asked' } });
    expect(id).toBe(erased.body.certificate.id);
  });

  it('leaves nothing in the database, nor in the files of Redis and Chroma', async () => {
    await until(async () => inRedisFiles().length === 0);
    await until(async () => (await tablesHolding(await postgres(), SECRET)).length === 0);
    expect(filesHolding(directory('chroma'), SECRET)).toEqual([]);
    // The others' are there: the search would have found the person's.
    expect(await tablesHolding(await postgres(), OTHER)).toContain('memories');
  });

  it('touches neither other persons nor the same id in another tenant', async () => {
    const own = await api.get('/v1/memories?user_id=another');
    const same = await elsewhere.get(`/v1/memories?user_id=${USER}`);

    expect(own.body.memories.map((memory: Answer['body']) => memory.content.text)).toEqual(
      Array(2).fill(`${OTHER} sleeps badly after coffee`),
    );
    expect(same.body.memories).toMatchObject([{ id: otherIds[1], metadata: { session: OTHER } }]);
    const found = await elsewhere.post('/v1/search', {
      query: `${OTHER} sleeps badly after coffee`,
      mode: 'semantic',
      user_id: USER,
    });
    expect(found.body.results).toHaveLength(1);
  });

  it('answers the same certificate again, and begins anew where something came since', async () => {
    const again = await api.delete(`/v1/users/${USER}`);
    const { id } = await store(api, OTHER, { created_at: ago(2 * YEAR_MS) });
    await until(() => isIndexed(api));
    const whole = await api.get(`/v1/memories/${id}`);
    const anew = await api.delete(`/v1/users/${USER}`);

    expect(again.body).toEqual(erased.body);
    expect(whole.body.content).toEqual({ text: `${OTHER} sleeps badly after coffee` });
    expect(anew.body.erased).toMatchObject({ hot: 0, cold: 1, index: 1, events: 1, idempotency: 0 });
    expect(anew.body.certificate.id).not.toBe(erased.body.certificate.id);
  });

  it('erases one of whom nothing is known with counts of 0', async () => {
    const { status, body } = await api.delete('/v1/users/nobody');

    expect([status, Object.values(body.erased)]).toEqual([200, Array(8).fill(0)]);
    expect(body.certificate.chain).toEqual({ verified: true, memories: 0 });
  });
});
