/** What every answer carries, whatever the operation. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { retrieveMemory } from '../../../functions/contract/retrieval.ts';
import { operation } from '../../../functions/shared/operation.ts';
import { ok } from '../../../functions/shared/reply.ts';
import { timed } from '../../../layers/memory/timing.ts';
import { aMemory } from '../../support/builders.ts';
import { fakeMemory } from './support/fake-memory.ts';
import { handlerOf, MEMORY_ID, read, requestTo, send } from './support/requests.ts';

const draft = { agent_id: 'a', type: 'fact', content: 'x' };
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('headers of an answer', () => {
  it('give version and tier of a memory', async () => {
    const { headers } = await send('retrieve-memory');

    expect(headers).toMatchObject({ etag: '"3"', 'x-memory-tier': 'warm', 'cache-control': 'no-store' });
  });

  it('say how long each engine took', async () => {
    const retrieve = async () => {
      await timed('redis', () => sleep(15));
      return aMemory();
    };

    const { headers } = await send('retrieve-memory', {}, fakeMemory({ retrieve }));

    expect(headers['server-timing']).toMatch(
      /^redis;dur=[\d.]+, pg;dur=0.0, chroma;dur=0.0, embed;dur=0.0, total;dur=[\d.]+$/,
    );
    expect(Number(/redis;dur=([\d.]+)/.exec(headers['server-timing'] ?? '')?.[1])).toBeGreaterThan(10);
  });

  it('keep the timings of concurrent requests apart', async () => {
    const slow = fakeMemory({ retrieve: () => timed('pg', () => sleep(20)).then(() => aMemory()) });

    const [, fast] = await Promise.all([send('retrieve-memory', {}, slow), send('retrieve-memory')]);

    expect(fast?.headers['server-timing']).toContain('pg;dur=0.0');
  });

  it.each([
    ['client-7', 'client-7'],
    ['bad id\n', 'gateway-1'],
    ['x'.repeat(129), 'gateway-1'],
  ])('name the request: %j gives %s', async (given, expected) => {
    const answer = await send('retrieve-memory', { headers: { 'x-request-id': given } });
    const refused = await send('retrieve-memory', { query: 'x=1', headers: { 'x-request-id': given } });

    expect(answer.headers['x-request-id']).toBe(expected);
    expect(refused.headers['x-request-id']).toBe(expected);
    expect(refused.body.request_id).toBe(expected);
  });

  it('mark an answer that repeats an earlier one', async () => {
    const fake = fakeMemory({ store: async () => ({ memory: aMemory(), created: true, replayed: true }) });

    const answer = await send('store-memory', { body: draft }, fake);

    expect(answer.status).toBe(201);
    expect(answer.headers['idempotency-replayed']).toBe('true');
  });

  it('answer 200 where a key replaced a memory', async () => {
    const fake = fakeMemory({ store: async () => ({ memory: aMemory(), created: false, replayed: false }) });

    expect((await send('store-memory', { body: draft }, fake)).status).toBe(200);
  });

  it('answer 503 where nothing works', async () => {
    const engine = { ok: false, latencyMs: 5, hint: 'Start it.' };
    const fake = fakeMemory({
      health: async () => ({ status: 'down', engines: { postgres: engine, redis: engine, chroma: engine } }),
    });

    const answer = await send('health', {}, fake);

    expect(answer.status).toBe(503);
    expect(answer.body.engines.redis).toEqual({ ok: false, latency_ms: 5, hint: 'Start it.' });
  });
});

describe('an Idempotency-Key', () => {
  const fingerprintOf = async (body: unknown, options: object = {}) => {
    const fake = fakeMemory();
    await send('store-memory', { body, headers: { 'idempotency-key': 'k1' }, ...options }, fake);
    return fake.calls[0]?.arguments[2] as { key: string; fingerprint: string };
  };

  it('stands for the request whatever the order of its fields', async () => {
    const first = await fingerprintOf(draft);
    const turned = await fingerprintOf({ content: 'x', type: 'fact', agent_id: 'a' });

    expect(first).toEqual({ key: 'k1', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(turned).toEqual(first);
  });

  it('tells other bodies and other bound agents apart', async () => {
    const prints = await Promise.all([
      fingerprintOf(draft),
      fingerprintOf({ ...draft, priority: 1 }),
      fingerprintOf({ type: 'fact', content: 'x' }, { agentId: 'a' }),
      fingerprintOf({ type: 'fact', content: 'x' }, { agentId: 'b' }),
    ]);

    expect(new Set(prints.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  it('is not honored where the route does not say so', async () => {
    const fake = fakeMemory();

    const answer = await send('search-memories', { body: {}, headers: { 'idempotency-key': 'a b' } }, fake);

    expect(answer.status).toBe(200);
    expect(fake.calls[0]?.arguments).toHaveLength(2);
  });
});

describe('an operation', () => {
  const answering = (body: unknown) =>
    operation(
      retrieveMemory,
      async () => ({}),
      async () => ok(body),
    );

  it('refuses to send more than 4 MB', async () => {
    const answer = read(await answering({ text: 'x'.repeat(4_000_000) })(requestTo('retrieve-memory')));

    expect([answer.status, answer.body.code]).toEqual([413, 'too_large']);
  });

  it('composes anew after a failure', async () => {
    const handler = await handlerOf('retrieve-memory');
    let tries = 0;
    const flaky = handler.with(async () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return fakeMemory().memory;
    });

    const statuses = [await flaky(requestTo('retrieve-memory')), await flaky(requestTo('retrieve-memory'))];

    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([500, 200]);
  });

  it('answers before Lambda cuts it off', async () => {
    const stuck = operation(
      retrieveMemory,
      async () => ({}),
      () => new Promise(() => undefined),
    );

    const answer = read(await stuck(requestTo('retrieve-memory'), { getRemainingTimeInMillis: () => 320 }));

    expect([answer.status, answer.body.code]).toEqual([503, 'engine_unavailable']);
  });

  it.each([
    ['no context', {}],
    ['no tenant', { lambda: { key_id: 'k', scopes: 'admin' } }],
    ['scopes that are no text', { lambda: { tenant_id: 't', key_id: 'k', scopes: ['admin'] } }],
    ['roles that are no JSON', { lambda: { tenant_id: 't', key_id: 'k', scopes: 'admin', space_roles: '{' } }],
  ])('lets nobody in where the authorizer gave %s', async (_, authorizer) => {
    const event = requestTo('retrieve-memory');
    event.requestContext.authorizer = authorizer;
    const fake = fakeMemory();
    const handler = await handlerOf('retrieve-memory');

    const answer = await handler.with(async () => fake.memory)(event);

    expect(answer.statusCode).toBe(500);
    expect(fake.calls).toEqual([]);
  });

  it('takes a bound key for its own agent', async () => {
    const fake = fakeMemory();

    await send('store-memory', { body: draft, agentId: 'a' }, fake);
    await send('retrieve-memory', { agentId: 'a', path: { id: MEMORY_ID } }, fake);

    expect(fake.calls.map(({ arguments: [caller] }) => (caller as { agentId: string }).agentId)).toEqual(['a', 'a']);
  });
});
