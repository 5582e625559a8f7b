/** What the gateway refuses by itself, in API Gateway's words. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from '../../../../local/gateway/server.ts';
import { StartError } from '../../../../local/start-error.ts';
import { KEY, send, trivialGateway } from './trivial-gateway.ts';

const MEMORY = { path: '/v1/memories/mem_1', headers: KEY };
const refused = (status: number, message: string) => ({ status, text: JSON.stringify({ message }) });

describe('a request is refused', () => {
  it('with 401 without a key, and the authorizer is not asked', async () => {
    const { port, calls } = await trivialGateway();

    const answer = await send(port, { path: MEMORY.path });

    expect(answer).toMatchObject(refused(401, 'Unauthorized'));
    expect(answer.headers['content-type']).toBe('application/json');
    expect(calls).toEqual([]);
  });

  it('with 403 when the authorizer says no, and the function is not called', async () => {
    const { port, calls } = await trivialGateway({ authorize: () => ({ isAuthorized: false }) });

    expect(await send(port, MEMORY)).toMatchObject(refused(403, 'Forbidden'));
    expect(calls.map(({ name }) => name)).toEqual(['authorize']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no database'))],
    ['answers nothing', () => undefined],
    ['answers a policy', () => ({ principalId: 'x' })],
    ['answers a context that is none', () => ({ isAuthorized: true, context: 'tenant' })],
  ])('with 500 when the authorizer %s', async (_, authorize) => {
    const { port, calls, logged } = await trivialGateway({ authorize });

    expect(await send(port, MEMORY)).toMatchObject(refused(500, 'Internal Server Error'));
    expect(calls.map(({ name }) => name)).toEqual(['authorize']);
    expect(logged.join()).toContain('authorizer');
  });

  it.each([
    ['GET', '/v1/nothing'],
    ['GET', '/v1/memories/'],
    ['GET', '/v1/memories/a/b'],
    ['GET', '/v1/memories/%E0%A4%A'],
    ['DELETE', '/v1/memories/a'],
    ['HEAD', '/v1/health'],
    ['OPTIONS', '/v1/health'],
    ['GET', '//v1/health'],
  ])('with 404 for the unknown route %s %s, key or not', async (method, path) => {
    const { port, calls } = await trivialGateway();

    const answer = await send(port, { method, path });

    expect(answer.status).toBe(404);
    expect(answer.text).toBe(method === 'HEAD' ? '' : '{"message":"Not Found"}');
    expect(calls).toEqual([]);
  });

  it.each(['content-length', 'transfer-encoding'])(
    'with 413 above 10 MB told by %s, though the client is still sending',
    async (how) => {
      const { port, calls } = await trivialGateway();
      const headers = { ...KEY, ...(how === 'transfer-encoding' && { 'transfer-encoding': 'chunked' }) };

      const answer = await send(
        port,
        { method: 'POST', path: '/v1/memories', headers },
        Buffer.alloc(10 * 1_024 * 1_024 + 1),
      );

      expect(answer).toMatchObject(refused(413, 'Request Entity Too Large'));
      expect(calls.map(({ name }) => name)).toEqual(['authorize']);
    },
  );

  it('not at 10 MB exactly', async () => {
    const { port } = await trivialGateway();

    const answer = await send(
      port,
      { method: 'POST', path: '/v1/memories', headers: KEY },
      Buffer.alloc(10 * 1_024 * 1_024),
    );

    expect(answer.status).toBe(200);
  });

  it('with 429 when the bucket is empty, until it has filled again', async () => {
    let nowMs = 0;
    const { port } = await trivialGateway({}, { throttle: { ratePerSecond: 10, burst: 2 }, nowMs: () => nowMs });
    const statuses = async (times: number) => {
      const seen: number[] = [];
      for (let at = 0; at < times; at += 1) seen.push((await send(port, { path: '/v1/health' })).status);
      return seen;
    };

    expect(await statuses(3)).toEqual([200, 200, 429]);
    expect(await send(port, { path: '/v1/health' })).toMatchObject(refused(429, 'Too Many Requests'));
    nowMs = 100;
    expect(await statuses(2)).toEqual([200, 429]);
    nowMs = 60_000;
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  it('with 431 by Node when its headers are oversized', async () => {
    const { port } = await trivialGateway();

    expect((await send(port, { path: '/v1/health', headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431);
  });
});

describe('the server', () => {
  it('answers 503 until there is something to serve', async () => {
    const server = await listen(0, () => undefined);

    const answer = await send(server.port, { path: '/v1/health' });
    await server.close();

    expect(answer).toMatchObject(refused(503, 'Service Unavailable'));
  });

  it('says of a used port what to do', async () => {
    const server = await listen(0, () => undefined);

    const second = listen(server.port, () => undefined);

    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow(`PORT=${server.port + 1}`);
    await server.close();
  });

  it('lets a request under way finish when it closes, and takes no new one', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { port, server, calls } = await trivialGateway({
      health: () => promise.then(() => ({ statusCode: 200, body: 'late' })),
    });
    const underWay = send(port, { path: '/v1/health' });
    while (calls.length === 0) await new Promise((next) => setImmediate(next));

    const closed = server.close();
    resolve();

    expect(await underWay).toMatchObject({ status: 200, text: 'late', headers: { connection: 'close' } });
    await closed;
    await expect(send(port, { path: '/v1/health' })).rejects.toThrow('ECONNREFUSED');
  });

  it('survives a client that goes away in the middle of its body', async () => {
    const { port } = await trivialGateway();
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /v1/memories HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k\r\nContent-Length: 100\r\n\r\n{');
    await new Promise((next) => setTimeout(next, 50));

    socket.destroy();
    await new Promise((next) => setTimeout(next, 50));

    expect((await send(port, { path: '/v1/health' })).status).toBe(200);
  });
});
