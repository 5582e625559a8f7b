/** Who sees what over HTTP: two tenants with a canary in everything the first one has, and keys that are bound to agents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HTTP_ROUTES, type RouteScope } from '../../functions/routes.ts';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { everything } from '../support/hostile.ts';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { uniqueName } from '../support/ids.ts';
import { type About, requestsFor, UNKNOWN_SPACE } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const CANARY = uniqueName('canary');
const SCOPES: RouteScope[] = ['memories:read', 'memories:write', 'control', 'events:read', 'admin'];

let stack: TestStack;
let first: Client;
let second: Client;
let about: About;
let memoryIds: string[];

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  first = client(stack.url, stack.key);
  second = first.as(await stack.tenant('second'));
  const agent = `${CANARY}-agent`;
  const memories = ['2020-01-01T00:00:00Z', '2026-02-01T00:00:00Z', undefined].map((created_at, n) => ({
    agent_id: agent,
    user_id: `${CANARY}-user`,
    key: `${CANARY}-key-${n}`,
    type: 'fact',
    content: { text: `${CANARY} number ${n} in a sentence about tea` },
    metadata: { label: CANARY },
    ...(created_at && { created_at }),
  }));
  const stored = await first.post('/v1/memories/batch', { memories });
  expect(stored.status, stored.text).toBe(201);
  memoryIds = stored.body.memories.map(({ id }: { id: string }) => id);
  const rules = { action: 'set_retention', params: { criteria: { min_priority: 0 } } };
  expect((await first.post(`/v1/agents/${agent}/control`, rules)).status).toBe(200);
  const key = await first.post('/v1/keys', { scopes: ['events:read'], name: CANARY });
  const space = await first.post('/v1/spaces', { name: CANARY, members: [{ agent_id: agent, role: 'writer' }] });
  about = { memoryId: memoryIds[2] ?? '', agentId: agent, keyId: key.body.id, spaceId: space.body.id };
});

afterAll(() => stack.stop());

const everythingSaid = ({ headers, text }: Answer) => `${[...headers].join('\n')}\n${text}`;

describe('a second tenant', () => {
  it('learns nothing of the first, from any route, with the first one’s own ids and names', async () => {
    const before = await everything(first);
    // A tenant of its own: what it writes under the names of the first comes back to it as its own.
    const intruder = first.as(await stack.tenant('intruder'));
    for (const { route, path, body } of requestsFor(about)) {
      if (route.scope === null) continue;
      const sent = JSON.parse(JSON.stringify(body ?? null).replaceAll(about.agentId, 'intruder')) ?? undefined;
      const answer = await intruder.call(route.method, path, sent);

      expect(answer.status, `${route.name}: ${answer.text}`).toBeLessThan(500);
      const said = everythingSaid(answer)
        .replaceAll(encodeURIComponent(about.agentId), '')
        .replaceAll(about.agentId, '');
      expect(said, route.name).not.toContain(CANARY);
      for (const id of memoryIds.slice(0, 2)) expect(said, route.name).not.toContain(id);
      if (route.path.includes('/{id}')) expectProblem(answer, 404, 'not_found');
    }
    expect(await everything(first)).toEqual(before);
  });

  it.each([
    ['GET', '/v1/memories', undefined],
    ['GET', `/v1/memories?user_id=${CANARY}-user`, undefined],
    ['GET', `/v1/memories?key=${CANARY}-key-0`, undefined],
    ['GET', `/v1/memories?metadata.label=${CANARY}&order=priority`, undefined],
    ['GET', '/v1/events', undefined],
    ['GET', '/v1/events?order=desc&events=memory.*', undefined],
    ['GET', `/v1/stats?user_id=${CANARY}-user`, undefined],
    ['GET', '/v1/agents', undefined],
    ['GET', '/v1/keys', undefined],
    ['GET', '/v1/spaces', undefined],
    ['GET', `/v1/patterns?user_id=${CANARY}-user`, undefined],
    ['GET', '/v1/map', undefined],
    ['POST', '/v1/patterns/discover', { min_cluster_size: 2 }],
    ['POST', '/v1/search', { query: 'a sentence about tea' }],
    ['POST', '/v1/search', { query: 'tea', mode: 'semantic', user_id: `${CANARY}-user` }],
    ['POST', '/v1/search', { query: CANARY, mode: 'lexical' }],
    ['POST', '/v1/search', {}],
  ])('sees nothing of it in %s %s %j', async (method, path, body) => {
    const answer = await second.call(method, path, body);

    expect(answer.status, answer.text).toBe(200);
    expect(everythingSaid(answer)).not.toContain(CANARY);
    for (const id of memoryIds) expect(answer.text).not.toContain(id);
    if (path.startsWith('/v1/stats')) expect(answer.body.total_memories).toBe(0);
  });

  it('gets its own memory under the same key, and cannot use the cursors of the first', async () => {
    const draft = {
      agent_id: about.agentId,
      user_id: `${CANARY}-user`,
      key: `${CANARY}-key-0`,
      type: 'fact',
      content: 'mine',
    };
    const stored = await second.post('/v1/memories', draft);
    expect(stored.status).toBe(201);
    expect(memoryIds).not.toContain(stored.body.id);

    const page = await first.get('/v1/memories?limit=1');
    const walked = await second.get(`/v1/memories?limit=10&cursor=${page.body.next_cursor}`);
    const events = await first.get('/v1/events?limit=1');
    const read = await second.get(`/v1/events?after=${events.body.next_cursor}`);
    for (const answer of [walked, read]) for (const id of memoryIds) expect(answer.text).not.toContain(id);
    await second.delete(`/v1/memories/${stored.body.id}`);
  });

  it('is told the same of a memory of another tenant as of one that never was', async () => {
    const never = about.memoryId.replace(/.{4}$/, 'ffff');
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { priority: 1 }],
      ['DELETE', '', undefined],
      ['GET', '/history', undefined],
      ['GET', '/related', undefined],
      ['GET', '/retention', undefined],
    ] as const) {
      const foreign = await second.call(method, `/v1/memories/${about.memoryId}${path}`, body);
      const absent = await second.call(method, `/v1/memories/${never}${path}`, body);
      const withoutIds = ({ body: { request_id: _id, ...problem } }: Answer) =>
        JSON.stringify(problem).replace(/mem_[0-9a-f]{32}/g, 'mem');
      expect(withoutIds(foreign)).toBe(withoutIds(absent));
    }
  });

  it('does not meet the first one’s idempotency keys', async () => {
    const headers = { 'idempotency-key': uniqueName('idem') };
    const one = await first.post('/v1/memories', { agent_id: 'x', type: 'fact', content: CANARY }, { headers });
    const other = await second.post('/v1/memories', { agent_id: 'x', type: 'fact', content: 'tea' }, { headers });
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(other.text).not.toContain(CANARY);
  });
});

describe('scopes', () => {
  it.each(SCOPES)('%s opens its own routes and no other', async (scope) => {
    const key = await second.post('/v1/keys', { scopes: [scope] });
    const holder = second.as(key.body.api_key);
    const nothing = { memoryId: `mem_${'0'.repeat(32)}`, agentId: 'nobody', keyId: 'nope', spaceId: UNKNOWN_SPACE };

    for (const { route, path, body } of requestsFor(nothing)) {
      const answer = await holder.call(route.method, path, body);
      if (route.scope === null || route.scope === scope || scope === 'admin') {
        expect(answer.status, `${route.name}: ${answer.text}`).not.toBe(403);
      } else expectProblem(answer, 403, 'missing_scope');
    }
    expect(HTTP_ROUTES.some((route) => route.scope === scope)).toBe(true);
  });

  it('add up', async () => {
    const key = await second.post('/v1/keys', { scopes: ['memories:read', 'events:read'] });
    const holder = second.as(key.body.api_key);
    expect((await holder.get('/v1/memories')).status).toBe(200);
    expect((await holder.get('/v1/events')).status).toBe(200);
    expectProblem(await holder.get('/v1/keys'), 403, 'missing_scope');
  });
});
