/** What is refused at the door, operation by operation: with which status, code and path. Nothing of it reaches the domain. */
import { describe, expect, it } from 'vitest';
import { CONTRACTS } from '../../../functions/contract/all.ts';
import { HTTP_ROUTES, type RouteName } from '../../../functions/routes.ts';
import { refused } from './support/refused.ts';
import { MEMORY_ID, type RequestOptions } from './support/requests.ts';

const draft = { agent_id: 'a', type: 'fact', content: { text: 'x' } };
const text = (json: string) => ({ text: json });
const control = (action: string, params: unknown) => ({ body: { action, params } });
const retention = (params: unknown) => control('set_retention', params);

type Row = [what: string, request: RequestOptions, status: number, code: string, path?: string];
const invalid = (what: string, request: RequestOptions, path: string): Row => [
  what,
  request,
  422,
  'invalid_field',
  path,
];
const unknown = (what: string, request: RequestOptions, path: string): Row => [
  what,
  request,
  422,
  'unknown_field',
  path,
];

const stored = (what: string, fields: Record<string, unknown>, path: string): Row =>
  invalid(what, { body: { ...draft, ...fields } }, path);

const ROWS: Partial<Record<RouteName, Row[]>> = {
  'store-memory': [
    unknown('an unknown field', { body: { ...draft, tenant_id: 'b' } }, 'tenant_id'),
    unknown('an unknown parameter', { body: draft, query: 'x=1' }, 'x'),
    stored('no agent with an unbound key', { agent_id: undefined }, 'agent_id'),
    stored('a missing type', { type: undefined }, 'type'),
    stored('an unknown type', { type: 'dream' }, 'type'),
    stored('a missing content', { content: undefined }, 'content'),
    stored('a list as content', { content: [] }, 'content'),
    stored('content of 16,385 bytes', { content: { t: 'x'.repeat(16_385 - 8) } }, 'content'),
    stored('content too large in bytes, not characters', { content: { t: 'é'.repeat(8_200) } }, 'content'),
    stored('confidence above 1', { confidence: 1.01 }, 'confidence'),
    stored('priority below 0', { priority: -1 }, 'priority'),
    stored('priority as text', { priority: '5' }, 'priority'),
    stored(
      '25 metadata keys',
      { metadata: Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, i])) },
      'metadata',
    ),
    stored('a metadata key of 37 bytes', { metadata: { ['k'.repeat(37)]: 1 } }, `metadata.${'k'.repeat(37)}`),
    stored('a metadata value of 513 bytes', { metadata: { k: 'x'.repeat(513) } }, 'metadata.k'),
    stored('a nested metadata value', { metadata: { k: {} } }, 'metadata.k'),
    stored('null in metadata', { metadata: { k: null } }, 'metadata.k'),
    ...['tenant_id', 'agent_id', 'user_id', 'space_id', 'tenantId', 'USER-ID'].map((key) =>
      stored(`the identity field ${key} in metadata`, { metadata: { [key]: 'x' } }, `metadata.${key}`),
    ),
    stored('an empty agent', { agent_id: '' }, 'agent_id'),
    stored('an agent of 129 characters', { agent_id: 'a'.repeat(129) }, 'agent_id'),
    stored('a control character in a user', { user_id: 'a\nb' }, 'user_id'),
    stored('a key that is a dot', { key: '..' }, 'key'),
    stored('space visibility without a space', { visibility: 'space' }, 'visibility'),
    stored('user visibility without a user', { visibility: 'user' }, 'visibility'),
    stored('February 30', { created_at: '2024-02-30T00:00:00Z' }, 'created_at'),
    stored('a time without an offset', { created_at: '2024-02-01T00:00:00' }, 'created_at'),
    stored('a time that leaves the year 9999', { created_at: '9999-12-31T23:59:59-12:00' }, 'created_at'),
    stored('ttl 0', { ttl_seconds: 0 }, 'ttl_seconds'),
    stored('ttl above ten years', { ttl_seconds: 315_360_001 }, 'ttl_seconds'),
    stored('a fractional ttl', { ttl_seconds: 1.5 }, 'ttl_seconds'),
    stored('pinned as a number', { pinned: 1 }, 'pinned'),
    invalid(
      'a number beyond floating point',
      text('{"agent_id":"a","type":"fact","content":{"n":1e999}}'),
      'content.n',
    ),
    invalid(
      'an Idempotency-Key given twice',
      { body: draft, headers: { 'idempotency-key': 'a,b' } },
      'Idempotency-Key',
    ),
    invalid(
      'an endless Idempotency-Key',
      { body: draft, headers: { 'idempotency-key': 'k'.repeat(256) } },
      'Idempotency-Key',
    ),
    ['another agent with a bound key', { body: draft, agentId: 'b' }, 403, 'agent_mismatch', 'agent_id'],
  ],
  'store-batch': [
    invalid('no memories', { body: { memories: [] } }, 'memories'),
    invalid('501 memories', { body: { memories: Array.from({ length: 501 }, () => draft) } }, 'memories'),
    invalid(
      'a bad item',
      { body: { memories: [draft, draft, draft, { ...draft, priority: 11 }] } },
      'memories[3].priority',
    ),
    unknown('an unknown field of an item', { body: { memories: [{ ...draft, x: 1 }] } }, 'memories[0].x'),
    invalid(
      'a key used twice',
      { body: { memories: [{ ...draft, key: 'k' }, draft, { ...draft, key: 'k' }] } },
      'memories[2].key',
    ),
    invalid(
      'an item without an agent',
      { body: { memories: [draft, { ...draft, agent_id: undefined }] } },
      'memories[1].agent_id',
    ),
    [
      'another agent in an item',
      { body: { memories: [{ ...draft, agent_id: 'b' }, draft] }, agentId: 'b' },
      403,
      'agent_mismatch',
      'memories[1].agent_id',
    ],
  ],
  'get-memories': [
    invalid('no ids', { body: { ids: [] } }, 'ids'),
    invalid('501 ids', { body: { ids: Array.from({ length: 501 }, () => MEMORY_ID) } }, 'ids'),
    invalid('an id that is none', { body: { ids: [MEMORY_ID, 'mem_x'] } }, 'ids[1]'),
  ],
  'list-memories': [
    invalid('limit 201', { query: 'limit=201' }, 'limit'),
    invalid('limit 0', { query: 'limit=0' }, 'limit'),
    invalid('limit as text', { query: 'limit=ten' }, 'limit'),
    invalid('an unknown order', { query: 'order=size' }, 'order'),
    invalid('an unknown tier', { query: 'tier=lukewarm' }, 'tier'),
    invalid('a parameter given twice', { query: 'user_id=a&user_id=b' }, 'user_id'),
    invalid('bad percent-encoding', { query: 'user_id=%E0%A4%A' }, 'user_id'),
    invalid('NUL in a parameter', { query: 'user_id=a%00' }, 'user_id'),
    invalid('a tenant in the metadata filter', { query: 'metadata.tenant_id=b' }, 'metadata.tenant_id'),
    invalid('a bare metadata parameter', { query: 'metadata=b' }, 'metadata'),
    unknown('an unknown parameter', { query: 'colour=red' }, 'colour'),
    invalid('a blank in a cursor', { query: 'cursor=a%20b' }, 'cursor'),
  ],
  'retrieve-memory': [invalid('a bad time', { query: 'as_of=yesterday' }, 'as_of')],
  'update-memory': [
    invalid('no change', { body: {} }, 'body'),
    invalid('only a reason', { body: { reason: 'r' } }, 'body'),
    unknown('a field that is not to change', { body: { priority: 1, agent_id: 'b' } }, 'agent_id'),
    invalid('a weak ETag', { body: { priority: 1 }, headers: { 'if-match': 'W/"3"' } }, 'If-Match'),
    invalid('two ETags', { body: { priority: 1 }, headers: { 'if-match': '"3","4"' } }, 'If-Match'),
    invalid(
      'space visibility while the space is cleared',
      { body: { visibility: 'space', space_id: null } },
      'visibility',
    ),
  ],
  'delete-memory': [
    unknown('a body', { body: { reason: 'x' } }, 'body'),
    invalid('an endless reason', { query: `reason=${'x'.repeat(501)}` }, 'reason'),
  ],
  'related-memories': [
    invalid('limit 51', { query: 'limit=51' }, 'limit'),
    invalid('cross_user as a number', { query: 'cross_user=1' }, 'cross_user'),
  ],
  'search-memories': [
    invalid('limit 101', { body: { limit: 101 } }, 'limit'),
    invalid('semantic mode without semantics', { body: { include_semantic: false, mode: 'semantic' } }, 'mode'),
    invalid('hybrid mode without semantics', { body: { include_semantic: false, mode: 'hybrid' } }, 'mode'),
    invalid('semantic mode in the past', { body: { as_of: '2024-01-01T00:00:00Z', mode: 'semantic' } }, 'mode'),
    invalid('an unknown tier', { body: { tiers: ['hot', 'tepid'] } }, 'tiers[1]'),
    invalid('a query that is no text', { body: { query: 5 } }, 'query'),
    invalid('an endless query', { body: { query: 'x'.repeat(8_193) } }, 'query'),
  ],
  'control-memories': [
    invalid('an unknown action', control('explode', {}), 'action'),
    invalid('no action', { body: { params: {} } }, 'action'),
    invalid('no params', { body: { action: 'pin' } }, 'params'),
    unknown(
      'an unknown parameter',
      control('pin', { memory_ids: [MEMORY_ID], boost_factor: 2 }),
      'params.boost_factor',
    ),
    invalid('no ids', control('archive', { memory_ids: [] }), 'params.memory_ids'),
    invalid('an id that is none', control('demote', { memory_ids: ['nope'] }), 'params.memory_ids[0]'),
    invalid('factor 0', control('prioritize', { memory_ids: [MEMORY_ID], boost_factor: 0 }), 'params.boost_factor'),
    invalid('no criteria', retention({}), 'params.criteria'),
    invalid('criteria without one', retention({ criteria: {} }), 'params.criteria'),
    invalid('only a threshold', retention({ criteria: { score_threshold: 1 } }), 'params.criteria'),
    invalid(
      'a threshold above the criteria',
      retention({ criteria: { min_priority: 1, score_threshold: 2 } }),
      'params.criteria.score_threshold',
    ),
    invalid(
      'forget without a count',
      retention({ criteria: { min_priority: 1 }, on_fail: 'forget' }),
      'params.confirm_count',
    ),
    invalid(
      'a bad rehearsed query',
      retention({ criteria: { min_priority: 1 }, queries: [{ limit: 0 }] }),
      'params.queries[0].limit',
    ),
    [
      'another agent in the path',
      { ...control('pin', { memory_ids: [MEMORY_ID] }), agentId: 'b' },
      403,
      'agent_mismatch',
      'agent_id',
    ],
  ],
  'get-policy': [['another agent in the path', { agentId: 'b' }, 403, 'agent_mismatch', 'agent_id']],
  'clear-policy': [invalid('an agent with a line break', { path: { agent_id: 'a\nb' } }, 'agent_id')],
  'get-stats': [unknown('an unknown parameter', { query: 'agent_id=a' }, 'agent_id')],
  'list-events': [
    invalid('both directions', { query: 'after=a&before=b' }, 'before'),
    invalid('a live-only event', { query: 'events=memory.retrieved' }, 'events[0]'),
    invalid('limit 1001', { query: 'limit=1001' }, 'limit'),
    invalid('priority 11', { query: 'min_priority=11' }, 'min_priority'),
    invalid('a cursor given twice', { query: 'after=a&after=b' }, 'after'),
  ],
  'create-key': [
    invalid('no scope', { body: { scopes: [] } }, 'scopes'),
    invalid('an unknown scope', { body: { scopes: ['root'] } }, 'scopes[0]'),
    invalid('a scope twice', { body: { scopes: ['admin', 'admin'] } }, 'scopes'),
    [
      'another agent with a bound key',
      { body: { scopes: ['admin'], agent_id: 'a' }, agentId: 'b' },
      403,
      'agent_mismatch',
      'agent_id',
    ],
  ],
  'create-space': [
    invalid('no name', { body: {} }, 'name'),
    invalid('an empty name', { body: { name: '' } }, 'name'),
    invalid('an unknown role', { body: { name: 'n', members: [{ agent_id: 'a', role: 'owner' }] } }, 'members[0].role'),
    invalid('a member without a role', { body: { name: 'n', members: [{ agent_id: 'a' }] } }, 'members[0].role'),
    invalid(
      'an agent twice',
      { body: { name: 'n', members: ['reader', 'writer'].map((role) => ({ agent_id: 'a', role })) } },
      'members',
    ),
    invalid(
      '101 members',
      { body: { name: 'n', members: Array.from({ length: 101 }, (_, n) => ({ agent_id: `a${n}`, role: 'reader' })) } },
      'members',
    ),
    unknown('an id of the caller', { body: { name: 'n', id: 'mine' } }, 'id'),
  ],
  'list-spaces': [invalid('limit 51', { query: 'limit=51' }, 'limit')],
  'set-member': [
    invalid('no role', { body: {} }, 'role'),
    invalid('an unknown role', { body: { role: 'admin' } }, 'role'),
    invalid('an id that is none', { path: { id: 'lab' }, body: { role: 'reader' } }, 'id'),
    invalid('an agent with a line break', { path: { agent_id: 'a\nb' }, body: { role: 'reader' } }, 'agent_id'),
  ],
  'remove-member': [unknown('a body', { body: { role: 'reader' } }, 'body')],
  'delete-space': [invalid('the id of a memory', { path: { id: MEMORY_ID } }, 'id')],
};

const rows = Object.entries(ROWS).flatMap(([name, list]) =>
  list.map((row): [RouteName, ...Row] => [name as RouteName, ...row]),
);

describe('a request that its operation does not take', () => {
  it.each(rows)('%s refuses %s', async (name, _, request, status, code, path) => {
    const answer = await refused(name, request);

    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it('names every fault at once', async () => {
    const answer = await refused('store-memory', {
      body: { type: 'x', content: 1, priority: 99, colour: 'red' },
      query: 'a=1',
    });

    const paths = answer.body.errors.map((error: { path: string }) => error.path);
    expect(paths.sort()).toEqual(['a', 'colour', 'content', 'priority', 'type']);
    expect(answer.body.code).toBe('invalid_field');
  });

  it('names at most 100 faults of a hostile body', async () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 1]));

    const answer = await refused('search-memories', { body });

    expect(answer.body.errors).toHaveLength(100);
  });
});

const withMemoryId = HTTP_ROUTES.map(({ name, path }) => ({ name, path })).filter(({ path }) =>
  path.includes('memories/{id}'),
);

describe('a path that cannot name anything', () => {
  const bad = ['nope', 'mem_123', `mem_${'A'.repeat(32)}`, `${MEMORY_ID} `, '%E0%A4%A', '../x', 'mem_\u0000', ''];
  it.each(withMemoryId.flatMap(({ name }) => bad.map((id) => [name, id] as const)))(
    '%s refuses id "%s"',
    async (name, id) => {
      const body = CONTRACTS[name].body === undefined ? {} : { body: { priority: 1 } };

      const answer = await refused(name, { path: { id }, ...body });

      expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([422, 'invalid_field', 'id']);
    },
  );
});

describe('a key without the scope', () => {
  const scoped = HTTP_ROUTES.filter(({ scope }) => scope !== null);
  it.each(scoped.map(({ name, scope }) => [name, scope] as const))('%s needs %s', async (name, scope) => {
    const others = ['memories:read', 'memories:write', 'control', 'events:read'].filter((other) => other !== scope);

    const answer = await refused(name, { scopes: others.join(' ') });

    expect([answer.status, answer.body.code]).toEqual([403, 'missing_scope']);
    expect(answer.body.detail).toContain(scope);
  });
});
