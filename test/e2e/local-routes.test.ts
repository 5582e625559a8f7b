/** What only the local run can do, on the real domain: move the clock, run a function by hand, make tenants. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;

beforeAll(async () => {
  // Engines of its own: on the shared ones a sweep would go through the tenants of every other test.
  stack = await startStack({ engines: 'own' });
});

afterAll(() => stack.stop());

async function call(method: string, path: string, body?: object, key = stack.key) {
  const answer = await fetch(`${stack.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const FACT = { agent_id: 'me', type: 'fact', content: 'The sky is blue.' };

describe('POST /_local/tenants', () => {
  it('makes a tenant that sees nothing of another', async () => {
    const stored = await call('POST', '/v1/memories', FACT);
    const made = await call('POST', '/_local/tenants', { tenant_id: `${stack.tenantId}-b` });

    const seen = await call('GET', `/v1/memories/${stored.body.id}`, undefined, made.body.api_key);
    const listed = await call('GET', '/v1/memories', undefined, made.body.api_key);

    expect(made.body).toEqual({ tenant_id: `${stack.tenantId}-b`, api_key: expect.stringMatching(/^auren_local_/) });
    expect(seen.status).toBe(404);
    expect(listed.body.memories).toEqual([]);
  });

  it('refuses one that exists and a name that none can have', async () => {
    expect((await call('POST', '/_local/tenants', { tenant_id: stack.tenantId })).status).toBe(409);
    expect((await call('POST', '/_local/tenants', { tenant_id: 'Not A Name' })).status).toBe(422);
  });
});

describe('POST /_local/run/{function}', () => {
  it('runs a scheduled function and answers its report', async () => {
    const { status, body } = await call('POST', '/_local/run/heal-consumers');

    expect(status).toBe(200);
    expect(body).toMatchObject({ tenants: expect.any(Number) });
  });

  it('runs the migration again without harm', async () => {
    expect(await call('POST', '/_local/run/migrate')).toEqual({ status: 200, body: { applied: [] } });
  });
});

describe('migrate-tiers', () => {
  it('moves a memory by its age, though nobody asked: from hot to warm, and to cold', async () => {
    const stored = await call('POST', '/v1/memories', { ...FACT, content: { text: 'ages', n: 1 } });
    const afterDays = async (days: number, tier: string) => {
      await call('POST', '/_local/clock', { advance_days: days });
      // The local schedule may be at it already: then it is that run which moves.
      await expect
        .poll(
          async () => {
            const run = await call('POST', '/_local/run/migrate-tiers');
            const listed = await call('GET', `/v1/memories?tier=${tier}`);
            return [run.status, listed.body.memories.some((memory: { id: string }) => memory.id === stored.body.id)];
          },
          { timeout: 20_000, interval: 100 },
        )
        .toEqual([200, true]);
      return (await call('GET', `/v1/memories/${stored.body.id}`)).body;
    };

    const read = [await afterDays(31, 'warm'), await afterDays(335, 'cold')];

    const { created_at, content } = stored.body;
    expect(read.map((memory) => [memory.tier, memory.content, memory.created_at])).toEqual([
      ['warm', content, created_at],
      ['cold', content, created_at],
    ]);
    const history = await call('GET', `/v1/memories/${stored.body.id}/history`);
    expect(history.body.verified).toBe(true);
    expect(history.body.events.slice(1).map((event: { data: object }) => event.data)).toMatchObject([
      { from: 'hot', to: 'warm', reason: 'age' },
      { from: 'warm', to: 'cold', reason: 'age' },
    ]);
  });
});

describe('POST /_local/clock', () => {
  it('lets a memory come to its end before its time', async () => {
    const stored = await call('POST', '/v1/memories', { ...FACT, ttl_seconds: 86_400 });
    const path = `/v1/memories/${stored.body.id}`;
    expect((await call('GET', path)).status).toBe(200);

    await call('POST', '/_local/clock', { advance_days: 2 });

    expect((await call('GET', path)).status).toBe(404);
  });
});

describe('a second stack', () => {
  it('is refused in the same process', async () => {
    await expect(startStack()).rejects.toThrow('one stack');
  });
});
