/** Keys, health, the OpenAPI document and its page; and of every route of the table: it succeeds, with the headers all answers have. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HTTP_ROUTES } from '../../functions/routes.ts';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { type Answer, type Client, client, expectProblem, walk } from '../support/http.ts';
import { requestsFor } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;

/** Promised for the local run; the poll adds its own interval. */
const REVOKED_WITHIN_MS = 6_000;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
});

afterAll(() => stack.stop());

const FACT = { type: 'fact', content: 'The sky is blue.' };

describe('every route of the table', () => {
  it('succeeds once, with a request id, its timing and no cache', async () => {
    const memory = await api.post('/v1/memories', { ...FACT, agent_id: 'toured', user_id: 'user_1' });
    const key = await api.post('/v1/keys', { scopes: ['memories:read'] });
    const space = await api.post('/v1/spaces', { name: 'Lab', members: [{ agent_id: 'toured', role: 'reader' }] });
    const about = { memoryId: memory.body.id, agentId: 'toured', keyId: key.body.id, spaceId: space.body.id };

    const requests = requestsFor(about);
    for (const { route, path, body, status } of requests) {
      const answer = await api.call(route.method, path, body, route.scope === null ? { key: null } : {});

      expect(answer.status, `${route.name}: ${answer.text}`).toBe(status);
      expect(answer.headers.get('x-request-id'), route.name).toBeTruthy();
      expect(answer.headers.get('server-timing'), route.name).toMatch(/^redis;dur=.*total;dur=\d+\.\d$/);
      if (route.name !== 'openapi' && route.name !== 'docs')
        expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect(requests.map(({ route }) => route.name).sort()).toEqual(HTTP_ROUTES.map(({ name }) => name).sort());
  });

  it('is known to the gateway alone where it is not in the table', async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['PUT', '/v1/memories'],
      ['GET', '/nothing'],
      ['GET', '/v1/memories/'],
    ] as const) {
      const answer = await api.call(method, path);
      expect([answer.status, answer.body]).toEqual([404, { message: 'Not Found' }]);
    }
  });
});

describe('keys', () => {
  it('are made, shown once, listed without the secret', async () => {
    const made = await api.post('/v1/keys', {
      scopes: ['memories:read', 'memories:write'],
      agent_id: 'bound',
      name: 'a name',
    });

    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      api_key: expect.stringMatching(/^auren_local_/),
      scopes: ['memories:read', 'memories:write'],
      agent_id: 'bound',
      name: 'a name',
      created_at: expect.any(String),
      expires_at: null,
      revoked_at: null,
    });
    const { api_key: secret, ...view } = made.body;
    const { items } = await walk(api, '/v1/keys?limit=1', 'keys');
    expect(items).toContainEqual(view);
    expect(JSON.stringify(items)).not.toContain(secret);
    expect((await api.get('/v1/events?events=key.*')).text).not.toContain(secret);
  });

  it('act for the agent they are bound to, without naming it', async () => {
    const made = await api.post('/v1/keys', { scopes: ['memories:read', 'memories:write'], agent_id: 'bound' });
    const bound = api.as(made.body.api_key);

    const stored = await bound.post('/v1/memories', FACT);

    expect(stored.status, stored.text).toBe(201);
    expect(stored.body.agent_id).toBe('bound');
    expectProblem(await bound.post('/v1/memories', { ...FACT, agent_id: 'other' }), 403, 'agent_mismatch', 'agent_id');
    expectProblem(await api.post('/v1/memories', FACT), 422, 'invalid_field', 'agent_id');
  });

  it('end at their time, and none is made that has ended', async () => {
    const soon = new Date(stack.clock.now().getTime() + 1_500).toISOString();
    const made = await api.post('/v1/keys', { scopes: ['memories:read'], expires_at: soon });
    const brief = api.as(made.body.api_key);
    expect((await brief.get('/v1/memories')).status).toBe(200);

    await expect.poll(async () => (await brief.get('/v1/memories')).status, { timeout: 8_000 }).toBe(403);

    const past = await api.post('/v1/keys', { scopes: ['memories:read'], expires_at: '2001-01-01T00:00:00Z' });
    expectProblem(past, 422, 'invalid_field', 'expires_at');
  });

  it('open nothing any more soon after they are revoked', async () => {
    const made = await api.post('/v1/keys', { scopes: ['memories:read'] });
    const revoked = api.as(made.body.api_key);
    expect((await revoked.get('/v1/memories')).status).toBe(200);

    const answer = await api.delete(`/v1/keys/${made.body.id}`);

    expect([answer.status, answer.text]).toEqual([204, '']);
    const status = async () => (await revoked.get('/v1/memories')).status;
    await expect.poll(status, { timeout: REVOKED_WITHIN_MS, interval: 200 }).toBe(403);
    const { items } = await walk(api, '/v1/keys', 'keys');
    expect(items.find(({ id }) => id === made.body.id).revoked_at).not.toBeNull();
  });
});

describe('GET /v1/health', () => {
  it('tells of each engine, without a key', async () => {
    const { status, body } = await api.get('/v1/health', { key: null });

    expect(status).toBe(200);
    const engine = { ok: true, latency_ms: expect.any(Number) };
    expect(body).toEqual({ status: 'ok', engines: { postgres: engine, redis: engine, chroma: engine } });
  });
});

describe('GET /openapi.json and /docs', () => {
  it('list every route of the table, with the scope it needs and the problems it may answer', async () => {
    const { body, headers } = await api.get('/openapi.json', { key: null });

    expect(headers.get('content-type')).toContain('application/json');
    expect(body.openapi).toMatch(/^3\.1/);
    const documented = Object.entries<Answer['body']>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(HTTP_ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it('are a page whose anchors are the types of the problems', async () => {
    const page = await api.get('/docs', { key: null });
    const problem = await api.get('/v1/memories?nonsense=1');

    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const { path } of HTTP_ROUTES) expect(page.text).toContain(path);
    const [, anchor] = problem.body.type.split('#');
    expect(page.text).toContain(`id="${anchor}"`);
  });
});
