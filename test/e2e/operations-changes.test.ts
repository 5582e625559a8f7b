/** Changing and deleting memories over HTTP, and the history that both leave. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
});

afterAll(() => stack.stop());

const FACT = { agent_id: 'me', type: 'fact', content: { text: 'The sky is blue.' } };

async function store(fields: object = {}) {
  const answer = await api.post('/v1/memories', { ...FACT, ...fields });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

describe('PATCH /v1/memories/{id}', () => {
  it('replaces content, merges metadata, removes with null', async () => {
    const { id } = await store({ metadata: { keep: 1, change: 'old', drop: true } });

    const answer = await api.patch(`/v1/memories/${id}`, {
      content: { only: 'this' },
      metadata: { change: 'new', drop: null, added: 2 },
      type: 'Insight',
      priority: 9,
    });

    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(answer.body).toMatchObject({ version: 2, type: 'insight', priority: 9, dual_stored: true });
    expect(answer.body.content).toEqual({ only: 'this' });
    expect(answer.body.metadata).toEqual({ keep: 1, change: 'new', added: 2 });
    const read = await api.get(`/v1/memories/${id}`);
    expect(read.body).toMatchObject({
      content: { only: 'this' },
      metadata: answer.body.metadata,
      priority: 9,
      version: 2,
    });
  });

  it('sets and clears the time to live', async () => {
    const { id } = await store();

    const set = await api.patch(`/v1/memories/${id}`, { ttl_seconds: 60 });
    const cleared = await api.patch(`/v1/memories/${id}`, { ttl_seconds: null });

    expect(set.body.expires_at).not.toBeNull();
    expect(cleared.body.expires_at).toBeNull();
  });

  it('changes under the version it is given, and refuses a stale one', async () => {
    const { id } = await store();

    const fresh = await api.patch(`/v1/memories/${id}`, { priority: 1 }, { headers: { 'if-match': '"1"' } });
    const stale = await api.patch(`/v1/memories/${id}`, { priority: 2 }, { headers: { 'if-match': '"1"' } });

    expect(fresh.status).toBe(200);
    expectProblem(stale, 412, 'stale_version');
    expect((await api.get(`/v1/memories/${id}`)).body.priority).toBe(1);
  });

  it('changes nothing where nothing differs', async () => {
    const { id } = await store();
    expect((await api.patch(`/v1/memories/${id}`, { priority: 5 })).body.version).toBe(1);
  });

  it('loses none of ten changes at once', async () => {
    const { id } = await store();

    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => api.patch(`/v1/memories/${id}`, { metadata: { [`n${n}`]: n } })),
    );

    const done = answers.filter(({ status }) => status === 200).length;
    const { body } = await api.get(`/v1/memories/${id}`);
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect(Object.keys(body.metadata)).toHaveLength(done);
    expect(body.version).toBe(1 + done);
  });

  it('refuses a visibility that has nobody to show it to', async () => {
    const { id } = await store();
    expectProblem(await api.patch(`/v1/memories/${id}`, { visibility: 'user' }), 422, 'invalid_field', 'visibility');
  });
});

describe('DELETE /v1/memories/{id}', () => {
  it('answers 204; afterwards no way of reading finds it, and the history keeps the events alone', async () => {
    const secret = uniqueName('secret');
    const { id, key } = await store({ content: `It was ${secret}.`, key: uniqueName('key') });
    await api.patch(`/v1/memories/${id}`, { priority: 6, reason: 'first thought' });

    const deleted = await api.delete(`/v1/memories/${id}?reason=asked+to`);

    expect([deleted.status, deleted.text]).toEqual([204, '']);
    for (const path of ['', '/related', '/retention'])
      expect((await api.get(`/v1/memories/${id}${path}`)).status).toBe(404);
    expectProblem(await api.patch(`/v1/memories/${id}`, { priority: 1 }), 404, 'not_found');
    expectProblem(await api.delete(`/v1/memories/${id}`), 404, 'not_found');
    expect((await api.post('/v1/memories/get', { ids: [id] })).body.missing).toEqual([id]);
    expect((await api.get(`/v1/memories?key=${key}`)).body.memories).toEqual([]);
    expect((await api.post('/v1/search', { query: secret, mode: 'lexical' })).body.results).toEqual([]);
    const history = await api.get(`/v1/memories/${id}/history`);
    expect(history.body.verified).toBe(true);
    expect(history.body.events.map(({ type }: { type: string }) => type)).toEqual([
      'memory.stored',
      'memory.updated',
      'memory.deleted',
    ]);
    expect(history.body.events[2].data).toMatchObject({ reason: 'asked to' });
    expect(history.text).not.toContain(secret);
  });
});

describe('a memory whose time is over', () => {
  it('is gone from every way of reading, and its key is free again', async () => {
    const [agent, word] = [uniqueName('agent'), uniqueName('word')];
    const keyed = { agent_id: agent, key: 'k', content: word, ttl_seconds: 1 };
    const { id, expires_at } = await store(keyed);
    expect((await api.get(`/v1/memories/${id}`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(expires_at) - stack.clock.now().getTime() + 1));

    for (const path of ['', '/related', '/retention']) {
      expectProblem(await api.get(`/v1/memories/${id}${path}`), 404, 'not_found');
    }
    expectProblem(await api.patch(`/v1/memories/${id}`, { ttl_seconds: null }), 404, 'not_found');
    expect((await api.post('/v1/memories/get', { ids: [id] })).body.missing).toEqual([id]);
    expect((await api.get(`/v1/memories?agent_id=${agent}`)).body.memories).toEqual([]);
    expect((await api.post('/v1/search', { query: word, mode: 'lexical' })).body.results).toEqual([]);
    expect((await api.get(`/v1/agents/${agent}/stats`)).body.total_memories).toBe(0);

    const again = await store(keyed);

    expect(again.id).not.toBe(id);
    expect(again.version).toBe(1);
    const { body } = await api.get(`/v1/memories/${id}/history`);
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual(['memory.stored', 'memory.expired']);
    expect(body.verified).toBe(true);
  });
});

describe('GET /v1/memories/{id}/history', () => {
  it('tells each change under the names of the wire', async () => {
    const { id } = await store({ metadata: { a: 1 } });
    await api.patch(`/v1/memories/${id}`, { priority: 6, ttl_seconds: 60, metadata: { a: null }, reason: 'why' });

    const { body } = await api.get(`/v1/memories/${id}/history`);

    expect(body.verified).toBe(true);
    expect(body.events.map(({ seq, version }: { seq: number; version: number }) => [seq, version])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(body.events[1]).toMatchObject({
      type: 'memory.updated',
      memory_id: id,
      memory_type: 'fact',
      agent_id: 'me',
      data: { reason: 'why' },
      changes: {
        priority: { from: 5, to: 6 },
        metadata: { from: { a: 1 }, to: {} },
        expires_at: { from: null, to: expect.any(String) },
      },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(body.events[1].data.fields.toSorted()).toEqual(['expires_at', 'metadata', 'priority']);
    expect(JSON.stringify(body.events.map(({ data }: { data: unknown }) => data))).not.toContain('sky');
  });
});
