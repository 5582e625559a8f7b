/** The events that functions and the authorizer get: payload format 2.0. */
import { describe, expect, it } from 'vitest';
import { KEY, send, trivialGateway } from './trivial-gateway.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the event of a function', () => {
  it('has every field of payload format 2.0', async () => {
    const { port, calls } = await trivialGateway();

    await send(port, {
      method: 'GET',
      path: '/v1/memories/mem%201%2Fa?tag=a&tag=b%26c&note=x+y&empty=',
      headers: [
        'Authorization',
        'Bearer auren_test',
        'Host',
        'localhost:8787',
        'User-Agent',
        'test/1',
        'X-Many',
        'one',
        'x-many',
        'two',
        'Cookie',
        'a=1; b=2',
      ],
    });

    expect(calls.at(-1)?.event).toEqual({
      version: '2.0',
      routeKey: 'GET /v1/memories/{id}',
      rawPath: '/v1/memories/mem%201%2Fa',
      rawQueryString: 'tag=a&tag=b%26c&note=x+y&empty=',
      cookies: ['a=1', 'b=2'],
      headers: {
        authorization: 'Bearer auren_test',
        host: 'localhost:8787',
        'user-agent': 'test/1',
        'x-many': 'one,two',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': String(port),
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { tag: 'a,b&c', note: 'x y', empty: '' },
      pathParameters: { id: 'mem 1/a' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'local',
        authorizer: { lambda: { tenantId: 'a' } },
        domainName: 'localhost:8787',
        domainPrefix: 'localhost:8787',
        http: {
          method: 'GET',
          path: '/v1/memories/mem%201%2Fa',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: 'GET /v1/memories/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  it('leaves out what the request does not have', async () => {
    const { port, calls } = await trivialGateway();

    await send(port, { path: '/v1/health' });

    expect(calls.map(({ name }) => name)).toEqual(['health']);
    const event = calls[0]?.event ?? {};
    for (const absent of ['cookies', 'queryStringParameters', 'pathParameters', 'body'])
      expect(event).not.toHaveProperty(absent);
    expect(event.requestContext).not.toHaveProperty('authorizer');
    expect(event.rawQueryString).toBe('');
  });

  it.each([
    ['application/json', false],
    ['application/problem+json; charset=utf-8', false],
    ['text/plain', false],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    [undefined, true],
  ])('carries a body of type %s with isBase64Encoded %s', async (type, isBase64Encoded) => {
    const { port, calls } = await trivialGateway();
    const body = '{"text":"grün"}';

    await send(
      port,
      { method: 'POST', path: '/v1/memories', headers: { ...KEY, ...(type && { 'content-type': type }) } },
      body,
    );

    expect(calls.at(-1)?.event).toMatchObject({
      isBase64Encoded,
      body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
    });
  });

  it('joins a body that arrives in pieces, cut inside a character', async () => {
    const { port, calls } = await trivialGateway();
    const body = Buffer.from(`{"text":"${'ü'.repeat(100_001)}"}`);

    await send(
      port,
      { method: 'POST', path: '/v1/memories', headers: { ...KEY, ...JSON_TYPE, 'transfer-encoding': 'chunked' } },
      body,
    );

    expect(calls.at(-1)?.event.body).toBe(body.toString('utf8'));
  });

  it('takes names that objects have by birth', async () => {
    const { port, calls } = await trivialGateway();

    await send(port, { path: '/v1/health?constructor=a&toString=b', headers: { constructor: 'c' } });

    expect(calls[0]?.event.queryStringParameters).toEqual({ constructor: 'a', toString: 'b' });
    expect(calls[0]?.event.headers).toMatchObject({ constructor: 'c' });
  });

  it('comes with a Lambda context that counts down the function’s own time', async () => {
    const { port, calls } = await trivialGateway();

    await send(port, { path: '/v1/health' });

    const context = calls[0]?.context;
    expect(context).toMatchObject({ functionName: 'health', memoryLimitInMB: '512', functionVersion: '$LATEST' });
    expect(context?.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context?.getRemainingTimeInMillis()).toBeLessThanOrEqual(1_000);
  });
});

describe('the event of the authorizer', () => {
  it('is the request without its body, and the key as identity source', async () => {
    const { port, calls } = await trivialGateway();

    await send(port, { method: 'POST', path: '/v1/memories?a=1', headers: { ...KEY, ...JSON_TYPE } }, '{}');

    expect(calls[0]?.name).toBe('authorize');
    expect(calls[0]?.event).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeKey: 'POST /v1/memories',
      routeArn: 'arn:aws:execute-api:local:000000000000:local/$default/POST/v1/memories',
      identitySource: ['Bearer auren_test'],
      headers: { authorization: 'Bearer auren_test' },
      queryStringParameters: { a: '1' },
    });
    expect(calls[0]?.event).not.toHaveProperty('body');
  });
});
