/**
 * Requests that no client should send, to every route of the table: each is refused with a 4xx that names what is wrong, none
 * is a fault of ours, and none leaves anything behind.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_BYTES_MAX, HTTP_ROUTES } from '../../functions/routes.ts';
import { fakeEmbedder } from '../support/fake-embedder.ts';
import { damaged, everything } from '../support/hostile.ts';
import { type Answer, type Client, client, expectProblem, rawRequest } from '../support/http.ts';
import { type About, type RouteRequest, requestsFor, UNKNOWN_MEMORY, UNKNOWN_SPACE } from '../support/requests.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let api: Client;
let about: About;
let before: Answer['body'];

const GATEWAY_BYTES_MAX = 10 * 1_024 * 1_024;

beforeAll(async () => {
  stack = await startStack({ embedder: fakeEmbedder() });
  api = client(stack.url, stack.key);
  const memory = await api.post('/v1/memories', {
    agent_id: 'me',
    type: 'fact',
    content: 'The sky is blue.',
    user_id: 'u',
  });
  const key = await api.post('/v1/keys', { scopes: ['events:read'] });
  const space = await api.post('/v1/spaces', { name: 'Lab', members: [{ agent_id: 'me', role: 'reader' }] });
  about = { memoryId: memory.body.id, agentId: 'me', keyId: key.body.id, spaceId: space.body.id };
  before = await everything(api);
});

afterAll(async () => {
  await stack.stop();
});

/** Routes by name; what they are about is known only when the stack runs. */
const NAMES = HTTP_ROUTES.map(({ name }) => name);
const WITH_BODY = requestsFor({ memoryId: UNKNOWN_MEMORY, agentId: 'x', keyId: 'x', spaceId: UNKNOWN_SPACE })
  .filter(({ body }) => body !== undefined)
  .map(({ route }) => route.name);
const namesWith = (part: string) => HTTP_ROUTES.filter(({ path }) => path.includes(part)).map(({ name }) => name);
const GUARDED = HTTP_ROUTES.filter(({ scope }) => scope !== null).map(({ name }) => name);

function request(name: string, target: About = about): RouteRequest {
  const found = requestsFor(target).find(({ route }) => route.name === name);
  if (found === undefined) throw new Error(`no request for ${name}`);
  return found;
}

const send = ({ route, path, body }: RouteRequest, options = {}) => api.call(route.method, path, body, options);
const sendText = ({ route, path }: RouteRequest, raw: string | Uint8Array<ArrayBuffer>, headers = {}) =>
  api.call(route.method, path, undefined, { raw, headers });

describe('every route', () => {
  it.each(NAMES)('%s refuses a query parameter that it does not know, and one that is no UTF-8', async (name) => {
    const { path, ...rest } = request(name);

    expectProblem(await send({ ...rest, path: `${path}?surprise=1` }), 422, 'unknown_field', 'surprise');
    expectProblem(await send({ ...rest, path: `${path}?__proto__=1` }), 422, 'invalid_field', '__proto__');
    for (const query of [
      '%zz=1',
      '%ff=1',
      'a=%c3%28',
      '%00=1',
      'a[b]=1',
      'surprise=1&surprise=2',
      '=',
      `${'a'.repeat(5_000)}=1`,
    ]) {
      const answer = await rawRequest(api, rest.route.method, `${path}?${query}`, rest.body);
      expect(answer.status, `${query}: ${answer.text}`).toBe(422);
      expect(answer.body.errors.length, query).toBeGreaterThan(0);
    }
  });

  it.each(NAMES.filter((name) => !WITH_BODY.some((other) => other === name)))('%s refuses a body', async (name) => {
    const { route, path } = request(name);
    expectProblem(await rawRequest(api, route.method, path, { a: 1 }), 422, 'unknown_field', 'body');
  });
});

describe('every route with a key in front', () => {
  it.each(GUARDED)('%s lets nobody in without one, or with a wrong one', async (name) => {
    const none = await send(request(name), { key: null });
    expect([none.status, none.body]).toEqual([401, { message: 'Unauthorized' }]);
    const wrong = [
      'nonsense',
      `auren_local_${'A'.repeat(49)}`,
      `${stack.key}x`,
      stack.key.slice(0, -1),
      '\u00e9',
      'a b',
    ];
    for (const key of wrong) {
      const answer = await send(request(name), { key });
      expect([answer.status, answer.body]).toEqual([403, { message: 'Forbidden' }]);
    }
    const basic = await send(request(name), { key: null, headers: { authorization: `Basic ${stack.key}` } });
    expect(basic.status).toBe(403);
  });
});

describe('every route with a body', () => {
  it.each(WITH_BODY)('%s says of each damaged field which one it is', async (name) => {
    const sample = request(name);
    const cases = damaged(sample.body ?? {});
    expect(cases.length).toBeGreaterThanOrEqual(10);
    for (const { text, path, what } of cases) {
      const answer = await sendText(sample, text);
      expect(answer.status, `${path} as ${what}: ${answer.text}`).toBe(422);
      const paths = answer.body.errors.map(({ path: at }: { path: string }) => at);
      expect(
        paths.some((at: string) => at.startsWith(path)),
        `${path} as ${what}: ${answer.text}`,
      ).toBe(true);
    }
  });

  it.each(WITH_BODY)('%s refuses fields that it does not know', async (name) => {
    const sample = request(name);
    expectProblem(await send({ ...sample, body: { ...sample.body, surprise: 1 } }), 422, 'unknown_field', 'surprise');
    const text = JSON.stringify(sample.body);
    expectProblem(await sendText(sample, `${text.slice(0, -1)},"__proto__":{}}`), 422, 'invalid_field', '__proto__');
  });

  it.each(WITH_BODY)('%s takes a JSON object in UTF-8 and nothing else', async (name) => {
    const sample = request(name);
    for (const text of ['{', 'x', '{"a":}', "{'a': 1}", '\u0000', '{"a":1}{"b":2}', '{"a":1,}', 'NaN', '  ']) {
      expectProblem(await sendText(sample, text), 400, 'malformed_json');
    }
    for (const text of ['[]', 'null', '"text"', '42', 'true', '[{}]']) {
      expectProblem(await sendText(sample, text), 422, 'invalid_field', 'body');
    }
    expectProblem(await rawRequest(api, sample.route.method, sample.path), 400, 'malformed_json');
    const invalid = new Uint8Array([...Buffer.from('{"a":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
    expectProblem(await sendText(sample, invalid), 400, 'malformed_json');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'multipart/form-data',
    ]) {
      const refused = await sendText(sample, JSON.stringify(sample.body), { 'content-type': type });
      expectProblem(refused, 415, 'unsupported_media_type');
    }
  });

  it.each(WITH_BODY)('%s is too small for 3 MB', async (name) => {
    const text = (bytes: number) => `{"a":"${'x'.repeat(bytes)}"}`;
    expectProblem(await sendText(request(name), text(BODY_BYTES_MAX)), 413, 'too_large');
  });

  it('leaves more than 10 MB to the gateway', async () => {
    const answer = await sendText(request('store-memory'), 'x'.repeat(GATEWAY_BYTES_MAX + 1));
    expect([answer.status, answer.body]).toEqual([413, { message: 'Request Entity Too Large' }]);
  });
});

describe('every route with a name in its path', () => {
  it.each(namesWith('/memories/{id}'))('%s refuses what is no id, and knows no other', async (name) => {
    for (const memoryId of [
      'nope',
      'mem_',
      UNKNOWN_MEMORY.toUpperCase(),
      `${UNKNOWN_MEMORY}0`,
      '1 or 1=1',
      '../keys',
      '\u0000',
    ]) {
      expectProblem(await send(request(name, { ...about, memoryId })), 422, 'invalid_field', 'id');
    }
    expectProblem(await send(request(name, { ...about, memoryId: UNKNOWN_MEMORY })), 404, 'not_found');
  });

  it.each(namesWith('/spaces/{id}'))('%s refuses what is no id of a space, and knows no other', async (name) => {
    for (const spaceId of [
      'nope',
      'spc_',
      UNKNOWN_MEMORY,
      UNKNOWN_SPACE.toUpperCase(),
      `${UNKNOWN_SPACE}0`,
      '\u0000',
    ]) {
      expectProblem(await send(request(name, { ...about, spaceId })), 422, 'invalid_field', 'id');
    }
    expectProblem(await send(request(name, { ...about, spaceId: UNKNOWN_SPACE })), 404, 'not_found');
  });

  it.each(namesWith('{agent_id}'))('%s refuses what is no name', async (name) => {
    for (const agentId of [' ', ' a', 'a\n', '\u0000', '\u202e', 'x'.repeat(129)]) {
      expectProblem(await send(request(name, { ...about, agentId })), 422, 'invalid_field', 'agent_id');
    }
  });

  it.each(namesWith('{'))('%s is not found under a path that is garbage', async (name) => {
    const { route, body } = request(name);
    for (const segment of ['%', '%zz', '%ff', '%c3%28', '%ed%a0%80', '', 'a/b', '%2', '..']) {
      const target = route.path.replace(/\{\w+\}/, segment);
      const answer = await rawRequest(api, route.method, target, body);
      expect(answer.status, `${target}: ${answer.text}`).toBeOneOf([404, 422]);
    }
  });

  it('refuses to revoke what is no key', async () => {
    for (const keyId of ['nope', UNKNOWN_MEMORY]) {
      expectProblem(await send(request('revoke-key', { ...about, keyId })), 404, 'not_found');
    }
  });
});

describe('after all of it', () => {
  it('nothing was written, and everything is as it was', async () => {
    expect(await everything(api)).toEqual(before);
    expect((await api.get('/v1/health')).body.status).toBe('ok');
  });
});
