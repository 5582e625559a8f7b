/** Values that no client should send, in parameters and in bodies: each is refused by name, and none leaves anything behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { everything } from '../support/hostile.ts';
import { type Answer, type Client, client, expectProblem } from '../support/http.ts';
import { UNKNOWN_MEMORY } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;
let memoryId: string;
let before: Answer['body'];

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
  const memory = await api.post('/v1/memories', { agent_id: 'me', type: 'fact', content: 'The sky is blue.' });
  memoryId = memory.body.id;
  before = await everything(api);
});

afterAll(() => stack.stop());

describe('parameters of lists', () => {
  const LIMITED = ['/v1/memories', '/v1/agents', '/v1/keys', '/v1/events', `/v1/memories/${UNKNOWN_MEMORY}/related`];

  it.each(LIMITED)('%s refuses limits that are none', async (path) => {
    for (const limit of [
      '0',
      '-1',
      '1e3',
      '1001',
      '999999999999999999999',
      'ten',
      '',
      '1.5',
      '0x10',
      '%00',
      'Infinity',
      '1&limit=2',
    ]) {
      expectProblem(await api.get(`${path}?limit=${limit}`), 422, 'invalid_field', 'limit');
    }
  });

  it.each([
    ['/v1/memories', 'cursor'],
    ['/v1/agents', 'cursor'],
    ['/v1/keys', 'cursor'],
    ['/v1/events', 'after'],
    ['/v1/events', 'before'],
  ])('%s refuses a %s that is none', async (path, parameter) => {
    const base64 = (text: string) => Buffer.from(text).toString('base64url');
    const cursors = [
      'abc',
      '',
      'x'.repeat(2_000),
      '%00',
      '%F0%9F%A7%A0',
      base64('{}'),
      base64('null'),
      base64('["a","b"]'),
      base64("x.1'; drop table events; --.1"),
      base64(`${'0'.repeat(32)}.99999999999999999999999999.1`),
      base64(`${'0'.repeat(32)}.-1.-1`),
    ];
    for (const cursor of cursors) {
      expectProblem(await api.get(`${path}?${parameter}=${cursor}`), 422, 'invalid_field', parameter);
    }
  });

  it.each([
    ['/v1/memories', 'created_after'],
    ['/v1/memories', 'created_before'],
    ['/v1/memories', 'as_of'],
    [`/v1/memories/${UNKNOWN_MEMORY}`, 'as_of'],
  ])('%s refuses a %s that is no time', async (path, parameter) => {
    for (const time of [
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-01',
      'now',
      '',
      '0',
      '-1',
      '2026-01-01T25:00:00Z',
      '%00',
      '0001-01-01T00:00:00Z',
    ]) {
      expectProblem(await api.get(`${path}?${parameter}=${time}`), 422, 'invalid_field', parameter);
    }
  });
});

describe('values within bodies', () => {
  const store = (fields: object) => api.post('/v1/memories', { agent_id: 'me', type: 'fact', content: 'x', ...fields });

  it.each(['2026-02-30T00:00:00Z', '2026-01-01', 'yesterday', '', '9999-12-31T23:59:59Z', '1800-01-01T00:00:00Z'])(
    'refuse %s as a time',
    async (time) => {
      expectProblem(await store({ created_at: time }), 422, 'invalid_field', 'created_at');
      if (time.startsWith('9999')) return;
      expectProblem(await api.post('/v1/search', { created_after: time }), 422, 'invalid_field', 'created_after');
      const key = await api.post('/v1/keys', { scopes: ['admin'], expires_at: time });
      expectProblem(key, 422, 'invalid_field', 'expires_at');
    },
  );

  it.each(['agent_id', 'user_id', 'space_id', 'key'])('refuse names that cannot be read in %s', async (field) => {
    for (const name of [
      '',
      ' ',
      ' a',
      'a ',
      '.',
      '..',
      'a\tb',
      'a\u0007',
      '\u200f',
      'x'.repeat(129),
      '\ue000',
      '\u2028',
    ]) {
      expectProblem(await store({ [field]: name }), 422, 'invalid_field', field);
    }
  });

  it('refuse too much metadata, and identity within it', async () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`k${n}`, n]));
    expectProblem(await store({ metadata: many }), 422, 'invalid_field', 'metadata');
    expectProblem(await store({ metadata: { a: 'x'.repeat(513) } }), 422, 'invalid_field', 'metadata.a');
    expectProblem(await store({ metadata: { ['k'.repeat(37)]: 1 } }), 422, 'invalid_field');
    expectProblem(await store({ metadata: { a: { b: 1 } } }), 422, 'invalid_field', 'metadata.a');
    for (const key of ['tenant_id', 'TenantId', 'agent-id', 'user_id', 'visibility']) {
      expectProblem(await store({ metadata: { [key]: 'other' } }), 422, 'invalid_field');
    }
  });

  it('refuse content of more than 16 KB, and of any bytes that only look like less', async () => {
    expectProblem(await store({ content: 'x'.repeat(16_384) }), 422, 'invalid_field', 'content');
    expectProblem(await store({ content: '🗼'.repeat(4_200) }), 422, 'invalid_field', 'content');
  });

  it('refuse an Idempotency-Key that is none', async () => {
    for (const key of ['', 'a b', 'x'.repeat(256), 'a,b', '\u00e9']) {
      const answer = await api.post(
        '/v1/memories',
        { agent_id: 'me', type: 'fact', content: 'x' },
        { headers: { 'idempotency-key': key } },
      );
      expectProblem(answer, 422, 'invalid_field', 'Idempotency-Key');
    }
  });

  it('refuse an If-Match that is none', async () => {
    for (const tag of ['W/"1"', '"a"', '-1', '"1", "2"', '']) {
      const answer = await api.patch(`/v1/memories/${memoryId}`, { priority: 1 }, { headers: { 'if-match': tag } });
      expectProblem(answer, 422, 'invalid_field', 'If-Match');
    }
  });

  it('refuse a space that is not there', async () => {
    expectProblem(await store({ space_id: 'no-such-space' }), 422, 'invalid_field', 'space_id');
  });
});

describe('after all of it', () => {
  it('nothing was written, and everything is as it was', async () => {
    expect(await everything(api)).toEqual(before);
    expect((await api.get('/v1/health')).body.status).toBe('ok');
  });
});
