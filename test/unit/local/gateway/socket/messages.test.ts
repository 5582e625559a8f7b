/** Messages to `$default`, and what ends a connection: the client, limits, time, the end of the run. */
import { describe, expect, it } from 'vitest';
import { open } from '../../../../support/socket-client.ts';
import { trivialSockets } from './trivial-sockets.ts';

const FRAME_MAX = 32_768;
const MESSAGE_MAX = 131_072;

describe('a message', () => {
  it('reaches $default as it is, with the context of the handshake', async () => {
    const { url, called, connectionId } = await trivialSockets({
      message: () => ({ statusCode: 200, body: '{"kind":"pong"}' }),
    });
    const client = await open(url);

    client.socket.send('no JSON, Grüße');
    const answer = await client.next();

    expect(answer).toBe('{"kind":"pong"}');
    expect(called('message')).toEqual([
      expect.objectContaining({
        body: 'no JSON, Grüße',
        isBase64Encoded: false,
        requestContext: expect.objectContaining({
          routeKey: '$default',
          eventType: 'MESSAGE',
          connectionId: connectionId(),
          messageId: expect.any(String),
          authorizer: { tenant_id: 'a', principalId: 'key_1' },
        }),
      }),
    ]);
    expect(called('message')[0]).not.toHaveProperty('headers');
  });

  it('that is answered without a body is answered with nothing', async () => {
    let answers = 0;
    const { url } = await trivialSockets({
      message: () => {
        answers += 1;
        return answers === 1 ? { statusCode: 200 } : { statusCode: 200, body: 'second' };
      },
    });
    const client = await open(url);

    client.socket.send('1');
    await expect.poll(() => answers).toBe(1);
    client.socket.send('2');

    expect(await client.next()).toBe('second');
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no redis'))],
    ['answers without a status', () => ({ body: 'hello' })],
    ['answers a body that is no text', () => ({ statusCode: 200, body: { a: 1 } })],
  ])("is answered in the gateway's own words where the function %s", async (_, answer) => {
    const { url, connectionId, logged } = await trivialSockets({ message: answer });
    const client = await open(url);

    client.socket.send('{}');

    expect(JSON.parse(await client.next())).toEqual({
      message: 'Internal server error',
      connectionId: connectionId(),
      requestId: expect.any(String),
    });
    expect(logged.join()).toContain('$default');
  });

  it('beyond the throttle is refused, and the connection stays', async () => {
    const { url, called } = await trivialSockets(
      { message: () => ({ statusCode: 200, body: 'ok' }) },
      { throttle: { ratePerSecond: 0, burst: 1 } },
    );
    const client = await open(url);

    client.socket.send('1');
    const first = await client.next();
    client.socket.send('2');
    const second = await client.next();

    expect([first, JSON.parse(second).message]).toEqual(['ok', 'Too Many Requests']);
    expect(called('message')).toHaveLength(1);
  });
});

describe('the size of a message', () => {
  it(`may be ${MESSAGE_MAX} bytes in frames of ${FRAME_MAX}`, async () => {
    const { url, called } = await trivialSockets({ message: () => ({ statusCode: 200, body: 'got it' }) });
    const client = await open(url);

    const frames = MESSAGE_MAX / FRAME_MAX;
    for (let frame = 1; frame <= frames; frame += 1) {
      client.socket.send('x'.repeat(FRAME_MAX), { fin: frame === frames });
    }

    expect(await client.next()).toBe('got it');
    expect(called('message')[0]?.body).toHaveLength(MESSAGE_MAX);
  });

  it('closes with 1009 where one frame is larger', async () => {
    const { url, called } = await trivialSockets();
    const client = await open(url);

    client.socket.send('x'.repeat(FRAME_MAX + 1));

    expect((await client.closed).code).toBe(1009);
    expect(called('message')).toEqual([]);
  });

  it('closes with 1009 where the frames together are larger', async () => {
    const { url, called } = await trivialSockets();
    const client = await open(url);

    for (let frame = 0; frame <= MESSAGE_MAX / FRAME_MAX; frame += 1) {
      client.socket.send('x'.repeat(FRAME_MAX), { fin: false });
    }

    expect((await client.closed).code).toBe(1009);
    expect(called('message')).toEqual([]);
  });

  it('counts each frame by itself, however the bytes arrive', async () => {
    const { url, called } = await trivialSockets();
    const client = await open(url);

    for (let message = 0; message < 20; message += 1) client.socket.send('x'.repeat(FRAME_MAX - message * 1_000));

    await expect.poll(() => called('message').length).toBe(20);
  });

  it('of bytes instead of text closes with 1003', async () => {
    const { url, called } = await trivialSockets();
    const client = await open(url);

    client.socket.send(Buffer.from([1, 2, 3]));

    expect((await client.closed).code).toBe(1003);
    expect(called('message')).toEqual([]);
  });
});

describe('the end of a connection', () => {
  it('is told to $disconnect with its code and reason', async () => {
    const { url, called, connectionId } = await trivialSockets();
    const client = await open(url);

    client.socket.close(4_000, 'enough');

    await expect.poll(() => called('disconnect').length).toBe(1);
    expect(called('disconnect')[0]?.requestContext).toMatchObject({
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      connectionId: connectionId(),
      disconnectStatusCode: 4_000,
      disconnectReason: 'enough',
      authorizer: { tenant_id: 'a' },
    });
  });

  it('is told in the log where $disconnect fails, and that is all', async () => {
    const { url, logged } = await trivialSockets({ disconnect: () => Promise.reject(new Error('no redis')) });
    const client = await open(url);

    client.socket.close();

    await expect.poll(() => logged.join()).toContain('no redis');
  });

  it('comes with 1001 after 10 minutes without a message, not before', async () => {
    const { url, clock, called } = await trivialSockets();
    const [idle, used] = [await open(url), await open(url)];

    clock.advance({ seconds: 599 });
    used.socket.send('still here');
    await expect.poll(() => called('message').length).toBe(1);
    clock.advance({ seconds: 1 });
    const end = await idle.closed;

    expect(end).toEqual({ code: 1001, reason: 'Going away' });
    expect(used.socket.readyState).toBe(used.socket.OPEN);
  });

  it('comes with 1001 after 2 hours, used or not', async () => {
    const { url, clock, called } = await trivialSockets();
    const client = await open(url);
    for (let minutes = 5; minutes < 120; minutes += 5) {
      clock.advance({ seconds: 300 });
      client.socket.send('still here');
      await expect.poll(() => called('message').length).toBe(minutes / 5);
    }

    clock.advance({ seconds: 300 });

    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  });

  it('comes with 1001 when the run stops, which waits for $disconnect', async () => {
    let isTold = false;
    const { url, sockets } = await trivialSockets({
      disconnect: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        isTold = true;
        return { statusCode: 200 };
      },
    });
    const client = await open(url);

    await sockets.close();

    expect(isTold).toBe(true);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  });
});
