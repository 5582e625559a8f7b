/** Two agents of one tenant, each with a key of its own: what is private stays so, what is shared is read and not changed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const SECRET = uniqueName('secret');

let stack: TestStack;
let admin: Client;
let ann: Client;
let bob: Client;
/** Ann's: one of her own, one about a user that every agent may read. */
let privateId: string;
let sharedId: string;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  admin = client(stack.url, stack.key);
  [ann, bob] = [await boundTo('ann'), await boundTo('bob')];
  privateId = (await store(ann, { content: `${SECRET} of ann about tea` })).id;
  sharedId = (await store(ann, { content: 'Both know about tea.', user_id: 'user_1' })).id;
});

afterAll(() => stack.stop());

async function boundTo(agent: string): Promise<Client> {
  const scopes = ['memories:read', 'memories:write', 'control', 'events:read'];
  return admin.as((await admin.post('/v1/keys', { scopes, agent_id: agent })).body.api_key);
}

async function store(api: Client, fields: object): Promise<Answer['body']> {
  const answer = await api.post('/v1/memories', { type: 'fact', ...fields });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

describe('a bound key', () => {
  it('acts for its agent alone', async () => {
    const fact = { agent_id: 'ann', type: 'fact', content: 'x' };
    expectProblem(await bob.post('/v1/memories', fact), 403, 'agent_mismatch', 'agent_id');
    const batch = { memories: [{ ...fact, agent_id: 'bob' }, fact] };
    expectProblem(await bob.post('/v1/memories/batch', batch), 403, 'agent_mismatch', 'memories[1].agent_id');
    const pin = { action: 'pin', params: { memory_ids: [privateId] } };
    expectProblem(await bob.post('/v1/agents/ann/control', pin), 403, 'agent_mismatch', 'agent_id');
    for (const path of ['policy', 'stats']) {
      expectProblem(await bob.get(`/v1/agents/ann/${path}`), 403, 'agent_mismatch', 'agent_id');
    }
    expectProblem(await bob.delete('/v1/agents/ann/policy'), 403, 'agent_mismatch', 'agent_id');
  });

  it('is not fooled by a field given twice', async () => {
    const raw = '{"agent_id":"bob","type":"fact","content":"x","agent_id":"ann"}';
    expectProblem(await bob.post('/v1/memories', null, { raw }), 403, 'agent_mismatch', 'agent_id');
  });

  it('makes keys for its agent only, where it may make any', async () => {
    const { body } = await admin.post('/v1/keys', { scopes: ['admin'], agent_id: 'bob' });
    const boss = admin.as(body.api_key);

    expectProblem(
      await boss.post('/v1/keys', { scopes: ['admin'], agent_id: 'ann' }),
      403,
      'agent_mismatch',
      'agent_id',
    );
    expect((await boss.post('/v1/keys', { scopes: ['memories:read'] })).body.agent_id).toBe('bob');
    const { body: listed } = await boss.get('/v1/keys');
    expect(listed.keys.every(({ agent_id }: Answer['body']) => agent_id === 'bob')).toBe(true);
  });
});

describe('what is visible to its agent alone', () => {
  it('is found by no other: not by id, list, search, event or count', async () => {
    for (const path of ['', '/history', '/related', '/retention', '?as_of=2100-01-01T00:00:00Z']) {
      expectProblem(await bob.get(`/v1/memories/${privateId}${path}`), 404, 'not_found');
    }
    expectProblem(await bob.patch(`/v1/memories/${privateId}`, { priority: 1 }), 404, 'not_found');
    expectProblem(await bob.delete(`/v1/memories/${privateId}`), 404, 'not_found');
    expect((await bob.post('/v1/memories/get', { ids: [privateId] })).body.missing).toEqual([privateId]);
    const seen = await Promise.all([
      bob.get('/v1/memories'),
      bob.get('/v1/memories?agent_id=ann'),
      bob.get('/v1/events'),
      bob.get(`/v1/events?memory_ids=${privateId}`),
      bob.post('/v1/search', { query: `${SECRET} tea` }),
      bob.post('/v1/search', { query: 'tea', mode: 'semantic', agent_id: 'ann' }),
      bob.post('/v1/search', {}),
      bob.get(`/v1/memories/${sharedId}/related?cross_user=true`),
    ]);
    for (const answer of seen) {
      expect(answer.status, answer.text).toBe(200);
      expect(answer.text).not.toContain(privateId);
      expect(answer.text).not.toContain(SECRET);
    }
    expect((await ann.get(`/v1/memories/${privateId}`)).status).toBe(200);
    expect((await bob.get('/v1/stats')).body).toMatchObject({ total_memories: 1, by_agent: { ann: 1 } });
    expect((await ann.get('/v1/stats')).body).toMatchObject({ total_memories: 2 });
  });

  it('is opened, and closed again, by its visibility', async () => {
    const { id } = await store(ann, { content: 'about user 2', user_id: 'user_2', visibility: 'agent' });
    const status = async () => (await bob.get(`/v1/memories/${id}`)).status;

    const statuses = [await status()];
    for (const visibility of ['user', 'agent']) {
      await ann.patch(`/v1/memories/${id}`, { visibility });
      statuses.push(await status());
    }

    expect(statuses).toEqual([404, 200, 404]);
    await ann.delete(`/v1/memories/${id}`);
  });
});

describe('what is visible to every agent of the tenant', () => {
  it('is read by all and changed by its owner and by unbound keys', async () => {
    const { body: seen } = await bob.get(`/v1/memories/${sharedId}`);
    expect(seen).toMatchObject({ agent_id: 'ann', visibility: 'user' });
    expect((await bob.get('/v1/memories?user_id=user_1')).body.memories).toHaveLength(1);

    expectProblem(await bob.patch(`/v1/memories/${sharedId}`, { priority: 1 }), 403, 'not_owner');
    expectProblem(await bob.delete(`/v1/memories/${sharedId}`), 403, 'not_owner');
    const forget = { action: 'forget', params: { memory_ids: [sharedId, privateId] } };
    const { body } = await bob.post('/v1/agents/bob/control', forget);
    expect(body).toMatchObject({ updated_count: 0 });
    expect(body.skipped).toEqual([
      { id: sharedId, reason: 'not_owner' },
      { id: privateId, reason: 'not_found' },
    ]);

    expect((await ann.patch(`/v1/memories/${sharedId}`, { priority: 6 })).status).toBe(200);
    expect((await admin.patch(`/v1/memories/${sharedId}`, { priority: 7 })).body.priority).toBe(7);
  });
});

describe('idempotency keys of two agents', () => {
  it('do not give one the answer of the other', async () => {
    const headers = { 'idempotency-key': uniqueName('idem') };
    const body = { type: 'fact', content: `${SECRET} again` };

    const one = await ann.post('/v1/memories', body, { headers });
    const other = await bob.post('/v1/memories', body, { headers });

    expect(one.status).toBe(201);
    expectProblem(other, 422, 'idempotency_mismatch');
    await ann.delete(`/v1/memories/${one.body.id}`);
  });
});
