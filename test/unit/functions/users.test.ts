/** A person's data over HTTP: what an erasure answers while it goes on, and what an export looks like. */
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../functions/shared/openapi/document.ts';
import { fakeMemory } from './support/fake-memory.ts';
import { send } from './support/requests.ts';

const NONE = { hot: 0, warm: 0, cold: 0, index: 0, events: 0, queries: 0, patterns: 0, idempotency: 0 };

describe('DELETE /v1/users/{user_id}', () => {
  it('answers 202 and when to come back while more remains', async () => {
    const fake = fakeMemory({ erase: async () => ({ erased: { ...NONE, hot: 7 }, certificate: null }) });

    const { status, headers, body } = await send('erase-user', {}, fake);

    expect([status, headers['retry-after']]).toEqual([202, '1']);
    expect(body).toEqual({ erased: { ...NONE, hot: 7 }, certificate: null });
  });

  it('hands on until when another step may begin, well before the function ends', async () => {
    const fake = fakeMemory();

    await send('erase-user', {}, fake);

    const options = fake.calls[0]?.arguments[2] as { deadline: Date };
    const leftMs = options.deadline.getTime() - Date.now();
    expect(leftMs).toBeGreaterThan(1_000);
    expect(leftMs).toBeLessThanOrEqual(5_000);
  });
});

describe('GET /v1/users/{user_id}/export', () => {
  it('answers lines of JSON, each with its kind and in the names of the contract', async () => {
    const { status, headers, body } = await send('export-user');

    const lines = String(body).split('\n');
    expect([status, headers['content-type'], headers['x-next-cursor']]).toEqual([200, 'application/x-ndjson', 'next']);
    expect(lines.at(-1)).toBe('');
    expect(lines.slice(0, -1).map((line) => JSON.parse(line))).toMatchObject([
      { kind: 'memory', agent_id: 'neuroscientist', content: expect.any(Object) },
      { kind: 'event', type: 'policy.set', payload: { expires_at: expect.any(String) } },
      { kind: 'usage', access_count: 1 },
    ]);
  });

  it('says no cursor on the last page, and nothing where there is nothing', async () => {
    const fake = fakeMemory({ exportPerson: async () => ({ items: [], nextCursor: null }) });

    const { headers, body } = await send('export-user', {}, fake);

    expect(headers).not.toHaveProperty('x-next-cursor');
    expect(body).toBe('');
  });

  it('is described with its media type and its header', () => {
    const answer = openApiDocument().paths['/v1/users/{user_id}/export']?.get?.responses['200'];

    expect(answer).toMatchObject({
      content: { 'application/x-ndjson': { schema: { type: 'string' } } },
      headers: { 'X-Next-Cursor': { schema: { type: 'string' } } },
    });
  });
});
