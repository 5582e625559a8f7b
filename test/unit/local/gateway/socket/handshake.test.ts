/** Who may open a WebSocket, and what authorizer and `$connect` see and say, as with API Gateway. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it } from 'vitest';
import { open, refusalOf } from '../../../../support/socket-client.ts';
import { policy, trivialSockets } from './trivial-sockets.ts';

describe('a handshake', () => {
  it('is shown to the authorizer and to $connect with its headers as they were written', async () => {
    const { url, called, connectionId } = await trivialSockets({
      'authorize-socket': policy('Allow', { tenant_id: 'a', rank: 3, is_admin: true }),
    });

    await open(`${url}?a=1`, [], { headers: { 'X-Thing': 'b', Authorization: 'Bearer k' } });

    const [asked] = called('authorize-socket');
    const [connected] = called('connect');
    expect(asked).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringMatching(/^arn:aws:execute-api:.*\$connect$/),
      headers: { 'X-Thing': 'b', Authorization: 'Bearer k' },
      multiValueHeaders: { 'X-Thing': ['b'] },
      queryStringParameters: { a: '1' },
      requestContext: { eventType: 'CONNECT', routeKey: '$connect', connectionId: connectionId() },
    });
    expect(connected).toMatchObject({
      headers: { 'X-Thing': 'b' },
      isBase64Encoded: false,
      requestContext: {
        routeKey: '$connect',
        eventType: 'CONNECT',
        messageDirection: 'IN',
        connectedAt: Date.parse('2026-03-01T12:00:00Z'),
        requestTimeEpoch: Date.parse('2026-03-01T12:00:00Z'),
        connectionId: expect.stringMatching(/^[\w-]{15}=$/),
        identity: { sourceIp: '127.0.0.1' },
        authorizer: { tenant_id: 'a', rank: '3', is_admin: 'true', principalId: 'key_1' },
      },
    });
  });

  it('is refused with 401 where the authorizer throws Unauthorized', async () => {
    const { url, called, logged } = await trivialSockets({
      'authorize-socket': () => Promise.reject(new Error('Unauthorized')),
    });

    const refused = await refusalOf(open(url));

    expect(refused).toMatchObject({ status: 401, body: { message: 'Unauthorized', connectionId: expect.any(String) } });
    expect(called('connect')).toEqual([]);
    expect(logged).toEqual([]);
  });

  it.each([
    ['denies', policy('Deny')],
    ['allows something else', () => answerFor('arn:aws:execute-api:local:1:other/*', 'execute-api:Invoke')],
    ['allows another action', () => answerFor('*', 's3:GetObject')],
    ['has no statement', () => ({ principalId: 'x', policyDocument: { Statement: [] } })],
  ])('is refused with 403 where the policy %s', async (_, authorize) => {
    const { url, called } = await trivialSockets({ 'authorize-socket': authorize });

    const refused = await refusalOf(open(url));

    expect(refused).toMatchObject({ status: 403, body: { message: 'Forbidden' } });
    expect(called('connect')).toEqual([]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no database'))],
    ['answers nothing', () => undefined],
    ['answers as for HTTP', () => ({ isAuthorized: true, context: {} })],
    ['has a list in its context', policy('Allow', { scopes: ['a'] })],
  ])('is refused with 500 where the authorizer %s', async (_, authorize) => {
    const { url, called, logged } = await trivialSockets({ 'authorize-socket': authorize });

    const refused = await refusalOf(open(url));

    expect(refused).toMatchObject({ status: 500, body: { message: 'Internal server error' } });
    expect(called('connect')).toEqual([]);
    expect(logged.join()).toContain('authorizer');
  });

  it('takes a policy with wildcards and lists', async () => {
    const { url, called } = await trivialSockets({
      'authorize-socket': () => answerFor(['arn:aws:other', 'arn:aws:execute-api:*/$c?nnect'], ['execute-api:*']),
    });

    await open(url);

    expect(called('connect')).toHaveLength(1);
  });

  it('is refused with the status of $connect', async () => {
    const { url } = await trivialSockets({ connect: () => ({ statusCode: 403 }) });

    expect(await refusalOf(open(url))).toMatchObject({ status: 403, body: { message: 'Forbidden' } });
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no redis'))],
    ['answers without a status', () => ({})],
  ])('is refused with 502 where $connect %s', async (_, answer) => {
    const { url, logged } = await trivialSockets({ connect: answer });

    expect(await refusalOf(open(url))).toMatchObject({ status: 502, body: { message: 'Internal server error' } });
    expect(logged.join()).toContain('$connect');
  });

  it('anywhere else on the port is refused with 404', async () => {
    const { port, calls } = await trivialSockets();

    expect((await refusalOf(open(`ws://127.0.0.1:${port}/other`))).status).toBe(404);
    expect(calls).toEqual([]);
  });

  it('beyond the rate of new connections is refused with 429', async () => {
    const { url } = await trivialSockets({}, { connectThrottle: { ratePerSecond: 0, burst: 1 } });
    await open(url);

    expect((await refusalOf(open(url))).status).toBe(429);
  });

  it('that the client breaks off ends with $disconnect, as $connect has been called', async () => {
    const { port, called, sockets } = await trivialSockets({
      connect: async () => {
        raw.destroy();
        await once(raw, 'close');
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { statusCode: 200 };
      },
    });
    const raw = connect(port, '127.0.0.1');

    raw.write(
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );

    await expect.poll(() => called('disconnect').length).toBe(1);
    await sockets.close();
    expect(called('disconnect')[0]?.requestContext.connectionId).toBe(
      called('connect')[0]?.requestContext.connectionId,
    );
  });
});

describe('a subprotocol', () => {
  const PROTOCOLS = ['auren.v1', 'ticket.abc'];

  it('is echoed where $connect names it', async () => {
    const { url, called } = await trivialSockets({
      connect: () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'auren.v1' } }),
    });

    const { socket } = await open(url, PROTOCOLS);

    expect(socket.protocol).toBe('auren.v1');
    expect(called('authorize-socket')[0]?.headers).toMatchObject({ 'Sec-WebSocket-Protocol': 'auren.v1,ticket.abc' });
  });

  it('is not chosen by the gateway: without the answer of $connect a client that offers some goes away', async () => {
    const { url } = await trivialSockets();

    await expect(open(url, PROTOCOLS)).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('a connection', () => {
  it('cannot be posted to before $connect has answered', async () => {
    let failure: unknown;
    const gateway = await trivialSockets({
      connect: async (event) => {
        const { connectionId } = (event as { requestContext: { connectionId: string } }).requestContext;
        const post = new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'early' });
        failure = await gateway
          .aws()
          .send(post)
          .catch((error: unknown) => error);
        return { statusCode: 200 };
      },
    });

    const client = await open(gateway.url);

    expect(failure).toBeInstanceOf(GoneException);
    expect(client.messages).toEqual([]);
  });
});

const answerFor = (resource: string | string[], action: string | string[]) => ({
  principalId: 'x',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: action, Effect: 'Allow', Resource: resource }] },
});
