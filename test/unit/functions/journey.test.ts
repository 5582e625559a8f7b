/** Every HTTP function with its real use case on in-memory ports: what one stores the others find, and answers keep the contract. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CONTRACTS } from '../../../functions/contract/all.ts';
import type { RouteName } from '../../../functions/routes.ts';
import { usePorts } from '../../../layers/memory/compose.ts';
import { inMemoryPorts } from '../../support/in-memory/index.ts';
import { handlerOf, type RequestOptions, read, requestTo } from './support/requests.ts';

beforeAll(() => usePorts(inMemoryPorts()));

/** Sends a request and checks the answer against the contract. */
async function call(name: RouteName, options: RequestOptions = {}) {
  const answer = read(await (await handlerOf(name))(requestTo(name, options)));
  const { answer: schema, status, alsoStatus = {} } = CONTRACTS[name];
  expect([status, ...Object.keys(alsoStatus).map(Number)], JSON.stringify(answer.body)).toContain(answer.status);
  if (schema !== null) expect(schema.safeParse(answer.body).error).toBeUndefined();
  return answer;
}

const draft = {
  agent_id: 'neuroscientist',
  user_id: 'user_123',
  type: 'analysis',
  content: 'HRV fell for three nights',
};

describe('a memory through the functions', () => {
  it('is stored, found, changed, governed and deleted', async () => {
    const stored = await call('store-memory', { body: draft, headers: { 'idempotency-key': 'one' } });
    const again = await call('store-memory', { body: draft, headers: { 'idempotency-key': 'one' } });
    const path = { id: stored.body.id };

    expect(again.body.id).toBe(stored.body.id);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(stored.body).toMatchObject({
      confidence: 0.7,
      priority: 5,
      tier: 'hot',
      dual_stored: false,
      visibility: 'user',
    });
    expect((await call('retrieve-memory', { path })).body.content).toEqual({ text: 'HRV fell for three nights' });

    const changed = await call('update-memory', { path, body: { priority: 9 }, headers: { 'if-match': '"1"' } });
    expect(changed.body).toMatchObject({ priority: 9, version: 2, dual_stored: true });
    expect(changed.headers.etag).toBe('"2"');

    const found = await call('search-memories', { body: { query: 'HRV nights', user_id: 'user_123', explain: true } });
    expect(found.body.results[0].memory.id).toBe(path.id);
    expect((await call('list-memories', { query: 'user_id=user_123' })).body.memories).toHaveLength(1);
    expect((await call('get-memories', { body: { ids: [path.id] } })).body.memories).toHaveLength(1);
    await call('related-memories', { path });
    await call('memory-retention', { path });

    const pinned = await call('control-memories', { body: { action: 'pin', params: { memory_ids: [path.id] } } });
    expect(pinned.body.updated_count).toBe(1);
    const criteria = { min_priority: 7 };
    await call('control-memories', { body: { action: 'set_retention', params: { criteria } } });
    expect((await call('get-policy')).body).toMatchObject({ criteria: { min_priority: 7, score_threshold: 1 } });
    await call('clear-policy');

    expect((await call('get-stats')).body.total_memories).toBe(1);
    expect((await call('get-agent-stats')).body.total_memories).toBe(1);
    expect((await call('list-agents')).body.agents[0].id).toBe('neuroscientist');
    const history = await call('memory-history', { path });
    expect(history.body).toMatchObject({ verified: true });
    expect(history.body.events[0]).toMatchObject({ type: 'memory.stored', memory_id: path.id });

    expect((await call('delete-memory', { path })).status).toBe(204);
    const gone = read(await (await handlerOf('retrieve-memory'))(requestTo('retrieve-memory', { path })));
    expect([gone.status, gone.body.code]).toEqual([404, 'not_found']);
    const events = await call('list-events', { query: 'events=memory.deleted' });
    expect(events.body.events.map((event: { memory_id: string }) => event.memory_id)).toEqual([path.id]);
  });

  it('comes in batches, all or none', async () => {
    const batch = { memories: [draft, { ...draft, created_at: '2124-01-01T00:00:00Z' }] };

    const refused = read(await (await handlerOf('store-batch'))(requestTo('store-batch', { body: batch })));
    const stored = await call('store-batch', { body: { memories: [draft, draft] } });

    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'memories[1].created_at']);
    expect(stored.body.memories).toHaveLength(2);
  });
});

describe('a key through the functions', () => {
  it('is made, listed without its secret, and revoked', async () => {
    const made = await call('create-key', { body: { scopes: ['memories:read'], name: 'reader' } });
    const listed = await call('list-keys');
    await call('revoke-key', { path: { id: made.body.id } });

    expect(made.body.api_key).toMatch(/^auren_/);
    expect(JSON.stringify(listed.body)).not.toContain(made.body.api_key);
    expect(listed.body.keys.map((key: { id: string }) => key.id)).toContain(made.body.id);
  });
});

describe('health', () => {
  it('answers without a key', async () => {
    expect((await call('health')).body.status).toBeDefined();
  });
});
