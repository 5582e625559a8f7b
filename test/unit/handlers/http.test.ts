/** Every HTTP route end to end: a key through the authorizer, the handler, its use case, ports in memory, an answer by the contract. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONTRACTS } from '../../../functions/contract/all.ts';
import { HTTP_ROUTES, type RouteName } from '../../../functions/routes.ts';
import { SCOPES } from '../../../layers/memory/model/caller.ts';
import { type Answer, aWorld, type Request, routeOf, type World } from './world.ts';

const AGENT = 'neuroscientist';
const DRAFT = { agent_id: AGENT, user_id: 'user_123', type: 'analysis', content: { text: 'deep sleep after coffee' } };
const UNKNOWN_ID = `mem_${'0'.repeat(32)}`;

/** What is there before each request. */
interface Seed {
  id: string;
  keyId: string;
  spaceId: string;
}

interface Case {
  request?: (seed: Seed) => Request;
  status?: number;
  /** Part of the body, or all of what `see` looks into. */
  body?: (seed: Seed) => unknown;
  see?: (answer: Answer) => unknown;
}

const byId = { request: ({ id }: Seed) => ({ path: { id } }) };
const byAgent = { request: () => ({ path: { agent_id: AGENT } }) };
const policy = { action: 'set_retention', params: { criteria: { min_priority: 1 } } };

const CASES: Record<RouteName, Case> = {
  'store-memory': {
    request: () => ({ body: { ...DRAFT, priority: 8 } }),
    status: 201,
    body: () => ({ ...DRAFT, priority: 8, dual_stored: true, tier: 'hot', version: 1 }),
  },
  'store-batch': {
    request: () => ({ body: { memories: [DRAFT, { ...DRAFT, type: 'FACT' }] } }),
    status: 201,
    body: () => ({ memories: [{ type: 'analysis' }, { type: 'fact' }] }),
  },
  'get-memories': {
    request: ({ id }) => ({ body: { ids: [id, UNKNOWN_ID] } }),
    body: ({ id }) => ({ memories: [{ id }], missing: [UNKNOWN_ID], remaining: [] }),
  },
  'list-memories': {
    request: () => ({ query: 'user_id=user_123&type=analysis&metadata.turn=1' }),
    body: ({ id }) => ({ memories: [{ id }], next_cursor: null }),
  },
  'retrieve-memory': {
    ...byId,
    body: ({ id }) => ({ status: 200, etag: '"1"', tier: 'hot', id }),
    see: ({ status, headers, body }) => ({ status, etag: headers.etag, tier: headers['x-memory-tier'], id: body.id }),
  },
  'update-memory': {
    request: ({ id }) => ({ path: { id }, body: { priority: 9 }, headers: { 'if-match': '"1"' } }),
    body: ({ id }) => ({ id, priority: 9, version: 2 }),
  },
  'delete-memory': { request: ({ id }) => ({ path: { id }, query: 'reason=outdated' }), status: 204 },
  'memory-history': {
    ...byId,
    body: ({ id }) => ({
      verified: true,
      events: [{ type: 'memory.stored', memory_id: id }, { type: 'memory.retained' }],
    }),
  },
  'related-memories': {
    ...byId,
    body: () => ({ results: [{ memory: { type: 'insight' }, score: expect.any(Number) }] }),
  },
  'find-patterns': {
    request: () => ({ body: { min_cluster_size: 2 } }),
    body: () => ({
      patterns: [{ size: 2, cross_domain: true, users: ['user_123'], terms: ['deep', 'sleep', 'coffee'] }],
    }),
  },
  'list-patterns': {
    request: () => ({ query: 'user_id=user_123' }),
    body: () => ({ patterns: [], next_cursor: null }),
  },
  'get-map': {
    body: ({ id }) => ({
      points: expect.arrayContaining([expect.objectContaining({ memory_id: id, x: 0, pattern_id: null })]),
    }),
  },
  'memory-retention': { ...byId, body: () => ({ score: expect.any(Number), parts: { priority: 2.5 } }) },
  'search-memories': {
    request: () => ({ body: { query: 'deep sleep', user_id: 'user_123', explain: true } }),
    body: ({ id }) => ({
      results: expect.arrayContaining([expect.objectContaining({ memory: expect.objectContaining({ id }) })]),
      degraded: [],
    }),
  },
  'control-memories': {
    request: ({ id }) => ({
      path: { agent_id: AGENT },
      body: { action: 'pin', params: { memory_ids: [id, UNKNOWN_ID] } },
    }),
    body: () => ({ action: 'pin', updated_count: 1, skipped: [{ id: UNKNOWN_ID, reason: 'not_found' }] }),
  },
  'get-policy': { ...byAgent, body: () => ({ criteria: { min_priority: 1 }, on_fail: 'demote' }) },
  'clear-policy': { ...byAgent, status: 204 },
  'get-stats': {
    request: () => ({ query: 'user_id=user_123' }),
    body: () => ({ total_memories: 2, tier_distribution: { hot: 2, warm: 0, cold: 0 }, index: { pending: 0 } }),
  },
  'get-agent-stats': { ...byAgent, body: () => ({ total_memories: 2, by_agent: { [AGENT]: 2 } }) },
  'list-agents': { body: () => ({ agents: [{ id: AGENT, total_memories: 2 }], next_cursor: null }) },
  'erase-user': {
    request: () => ({ path: { user_id: 'user_123' }, query: 'reason=asked' }),
    body: () => ({
      erased: { hot: 2, index: 2, events: 2 },
      certificate: { user_id: 'user_123', chain: { verified: true } },
    }),
  },
  'export-user': {
    request: () => ({ path: { user_id: 'user_123' }, query: 'limit=1' }),
    see: ({ headers, body }) => ({
      ...JSON.parse(body),
      type: headers['content-type'],
      next: headers['x-next-cursor'],
    }),
    body: ({ id }) => ({ kind: 'memory', id, type: 'application/x-ndjson', next: expect.any(String) }),
  },
  'list-events': {
    request: () => ({ query: 'events=memory.stored&limit=1' }),
    body: ({ id }) => ({ events: [{ type: 'memory.stored', memory_id: id }], next_cursor: expect.any(String) }),
  },
  'create-key': {
    request: () => ({ body: { scopes: ['memories:read'], agent_id: AGENT } }),
    status: 201,
    body: () => ({ api_key: expect.stringMatching(/^auren_test_/), agent_id: AGENT }),
  },
  'list-keys': { body: ({ keyId }) => ({ keys: expect.arrayContaining([expect.objectContaining({ id: keyId })]) }) },
  'revoke-key': { request: ({ keyId }) => ({ path: { id: keyId } }), status: 204 },
  'create-ticket': { status: 201, body: () => ({ ticket: expect.stringMatching(/^[\w-]{43}$/) }) },
  'create-space': {
    request: () => ({ body: { name: 'Lab', members: [{ agent_id: AGENT, role: 'writer' }] } }),
    status: 201,
    body: () => ({ id: expect.stringMatching(/^spc_[0-9a-f]{32}$/), members: [{ agent_id: AGENT, role: 'writer' }] }),
  },
  'list-spaces': { body: ({ spaceId }) => ({ spaces: [{ id: spaceId, name: 'Team' }], next_cursor: null }) },
  'set-member': {
    request: ({ spaceId }) => ({ path: { id: spaceId, agent_id: 'coach' }, body: { role: 'reader' } }),
    body: () => ({ agent_id: 'coach', role: 'reader' }),
  },
  'remove-member': { request: ({ spaceId }) => ({ path: { id: spaceId, agent_id: AGENT } }), status: 204 },
  'delete-space': { request: ({ spaceId }) => ({ path: { id: spaceId } }), status: 204 },
  health: {
    body: () => ({ status: 'ok', engines: { postgres: { ok: true }, redis: { ok: true }, chroma: { ok: true } } }),
  },
  openapi: { body: () => ({ openapi: expect.stringMatching(/^3\.1/), paths: { '/v1/memories': expect.anything() } }) },
  docs: { see: ({ body }) => ({ isPage: String(body).startsWith('<!doctype html>') }), body: () => ({ isPage: true }) },
};

let world: World;
let seed: Seed;

beforeEach(async () => {
  world = await aWorld();
  const stored = await world.call('store-memory', { body: { ...DRAFT, metadata: { turn: 1 } } });
  await world.call('store-memory', { body: { ...DRAFT, type: 'insight' } });
  await world.call('control-memories', { path: { agent_id: AGENT }, body: policy });
  const key = await world.call('create-key', { body: { scopes: ['memories:read'] } });
  const members = [{ agent_id: AGENT, role: 'reader' }];
  const space = await world.call('create-space', { body: { name: 'Team', members } });
  seed = { id: stored.body.id, keyId: key.body.id, spaceId: space.body.id };
  expect(await world.deliver()).toBe(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the table of cases', () => {
  it('has one for every route, and no other', () => {
    expect(Object.keys(CASES).sort()).toEqual(HTTP_ROUTES.map(({ name }) => name).sort());
  });
});

describe.each(HTTP_ROUTES.map(({ name, method, path }) => [name, method, path] as const))('%s (%s %s)', (name) => {
  const { request = () => ({}), status = 200, body, see = (answer: Answer) => answer.body }: Case = CASES[name];

  it('answers what the contract says', async () => {
    const answer = await world.call(name, request(seed));

    expect([answer.status, answer.status < 400 ? '' : answer.body]).toEqual([status, '']);
    if (body) expect(see(answer)).toMatchObject(body(seed) as object);
    const schema = CONTRACTS[name].answer;
    if (schema !== null && answer.body !== undefined) expect(schema.safeParse(answer.body).error).toBeUndefined();
    expect(answer.headers['x-request-id']).toBeTruthy();
    expect(answer.headers['server-timing']).toContain('total;dur=');
  });

  const { scope } = routeOf(name);
  if (scope === null) {
    it('needs no key', async () => {
      expect((await world.call(name, { ...request(seed), apiKey: null })).status).toBe(status);
    });
    return;
  }

  it(`is open to a key with the scope ${scope} alone, and to none with all the others`, async () => {
    const keyWith = async (scopes: readonly string[]): Promise<string> =>
      (await world.call('create-key', { body: { scopes } })).body.api_key;
    const others = SCOPES.filter((one) => one !== scope && one !== 'admin');

    const refused = await world.call(name, { ...request(seed), apiKey: await keyWith(others) });
    const allowed = await world.call(name, { ...request(seed), apiKey: await keyWith([scope]) });

    expect([refused.status, refused.body.code]).toEqual([403, 'missing_scope']);
    expect(allowed.status).toBe(status);
  });

  it('lets nobody in without a key, with a broken one, or with a revoked one', async () => {
    const made = await world.call('create-key', { body: { scopes: ['admin'] } });
    await world.call('revoke-key', { path: { id: made.body.id } });
    const statuses = [];
    for (const apiKey of [null, `${world.apiKey}x`, made.body.api_key])
      statuses.push((await world.call(name, { ...request(seed), apiKey })).status);

    expect(statuses).toEqual([401, 403, 403]);
  });
});

describe('a tenant', () => {
  const OF_ONE_MEMORY = (Object.keys(CASES) as RouteName[]).filter((name) =>
    routeOf(name).path.includes('/memories/{id}'),
  );

  it.each(OF_ONE_MEMORY)('reaches nothing of another through %s', async (name) => {
    const { handler } = await import('../../../functions/deploy/create-tenant.ts');
    const other = await handler({ tenant_id: 'tenant-b' });

    const answer = await world.call(name, { ...CASES[name].request?.(seed), apiKey: other.api_key });

    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    expect((await world.call('retrieve-memory', { path: { id: seed.id } })).body.version).toBe(1);
  });
});
