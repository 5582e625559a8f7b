/** How a function's answer, or the lack of one, reaches the client. */
import { describe, expect, it } from 'vitest';
import { KEY, route, send, trivialGateway } from './trivial-gateway.ts';

const HEALTH = { path: '/v1/health' };
const MB = 1_024 * 1_024;

describe('an answer', () => {
  it('keeps status, headers in lower case, cookies and body', async () => {
    const { port } = await trivialGateway({
      health: () => ({
        statusCode: 201,
        headers: { ETag: '"3"', 'X-Count': 2 },
        cookies: ['a=1', 'b=2'],
        body: 'grün',
      }),
    });

    const answer = await send(port, HEALTH);

    expect(answer).toMatchObject({ status: 201, text: 'grün' });
    expect(answer.headers).toMatchObject({
      etag: '"3"',
      'x-count': '2',
      'set-cookie': ['a=1', 'b=2'],
      'content-length': '5',
    });
    expect(answer.headers['apigw-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('without a body has neither length nor type', async () => {
    const { port } = await trivialGateway({ health: () => ({ statusCode: 204 }) });

    const { status, headers, text } = await send(port, HEALTH);

    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers).not.toHaveProperty('content-type');
    expect(headers).not.toHaveProperty('content-length');
  });

  it('in base64 is decoded', async () => {
    const body = Buffer.from('zip').toString('base64');
    const { port } = await trivialGateway({ health: () => ({ statusCode: 200, body, isBase64Encoded: true }) });

    expect((await send(port, HEALTH)).text).toBe('zip');
  });

  it('without statusCode is the JSON body of a 200', async () => {
    const { port } = await trivialGateway({ health: () => ({ ok: true }) });

    expect(await send(port, HEALTH)).toMatchObject({
      status: 200,
      text: '{"ok":true}',
      headers: { 'content-type': 'application/json' },
    });
  });

  it.each<[string, () => unknown]>([
    ['throws', () => Promise.reject(new Error('secret detail'))],
    [
      'throws before it awaits',
      () => {
        throw new Error('secret detail');
      },
    ],
    ['answers nothing', () => undefined],
    ['answers a status that is none', () => ({ statusCode: 'fine', body: '' })],
    ['answers an object as body', () => ({ statusCode: 200, body: { a: 1 } })],
    ['answers a header that is no text', () => ({ statusCode: 200, headers: { a: ['b'] } })],
    ['answers more than 6 MB', () => ({ statusCode: 200, body: 'x'.repeat(6 * MB) })],
    ['answers 3.5 MB that take 7 MB in JSON', () => ({ statusCode: 200, body: '"'.repeat(3.5 * MB) })],
    ['runs longer than its own time', () => new Promise((resolve) => setTimeout(resolve, 1_500, { statusCode: 200 }))],
  ])('of a function that %s is a bare 500, and the log says why', async (_, health) => {
    const { port, logged } = await trivialGateway({ health });

    expect(await send(port, HEALTH)).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' });
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('GET /v1/health');
  });

  it('of just under 6 MB passes', async () => {
    const { port } = await trivialGateway({ health: () => ({ statusCode: 200, body: 'x'.repeat(6 * MB - 100) }) });

    expect((await send(port, HEALTH)).status).toBe(200);
  });

  it('that takes longer than the integration may is a 503', async () => {
    const health = () => new Promise((resolve) => setTimeout(resolve, 300, { statusCode: 200 }));
    const { port } = await trivialGateway({ health }, { integrationTimeoutMs: 50 });

    expect(await send(port, HEALTH)).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' });
  });
});

describe('routing', () => {
  it('prefers a literal segment to a parameter', async () => {
    const routes = [
      route('GET', '/v1/{a}/{b}', null, 'both'),
      route('GET', '/v1/{a}/stats', null, 'stats'),
      route('GET', '/v1/x/y', null, 'exact'),
    ];
    const named = (name: string) => () => ({ statusCode: 200, body: name });
    const { port } = await trivialGateway(
      { both: named('both'), stats: named('stats'), exact: named('exact') },
      { routes },
    );

    const bodies = await Promise.all(
      ['/v1/x/y', '/v1/x/stats', '/v1/x/z'].map(async (path) => (await send(port, { path })).text),
    );

    expect(bodies).toEqual(['exact', 'stats', 'both']);
  });
});

describe('CORS', () => {
  const preflight = {
    method: 'OPTIONS',
    path: '/v1/memories',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  };

  it('answers the preflight of an allowed origin without asking the authorizer', async () => {
    const { port, calls } = await trivialGateway({}, { corsOrigins: ['https://app.example'] });

    const { status, headers } = await send(port, preflight);

    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-max-age': '3600',
    });
    expect(headers['access-control-allow-methods']?.split(',')).toContain('PATCH');
    expect(headers['access-control-allow-headers']?.split(',')).toContain('idempotency-key');
    expect(calls).toEqual([]);
  });

  it('marks refusals too, so that a page can read their status', async () => {
    const { port } = await trivialGateway({}, { corsOrigins: ['*'] });

    const { status, headers } = await send(port, {
      path: '/v1/memories/a',
      headers: { origin: 'https://other.example' },
    });

    expect(status).toBe(401);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toContain('etag');
  });

  it('gives a stranger nothing', async () => {
    const { port } = await trivialGateway({}, { corsOrigins: ['https://app.example'] });
    const headers = { ...KEY, origin: 'https://evil.example' };

    const [asked, answered] = [
      await send(port, { ...preflight, headers }),
      await send(port, { path: '/v1/memories/a', headers }),
    ];

    expect(asked.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answered).toMatchObject({ status: 200 });
    expect(answered.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('is off without origins: OPTIONS is an unknown route', async () => {
    const { port } = await trivialGateway();

    expect((await send(port, preflight)).status).toBe(404);
  });
});
