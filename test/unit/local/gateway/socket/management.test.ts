/** `@connections` with the SDK's own client, unmodified. */
import {
  DeleteConnectionCommand,
  ForbiddenException,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, it } from 'vitest';
import { open } from '../../../../support/socket-client.ts';
import { trivialSockets } from './trivial-sockets.ts';

const MESSAGE_MAX = 131_072;

async function connected(options: Parameters<typeof trivialSockets>[1] = {}) {
  const gateway = await trivialSockets({}, options);
  const client = await open(gateway.url);
  return { ...gateway, client, ConnectionId: gateway.connectionId() };
}

describe('a function', () => {
  it('posts text and bytes, which the client gets as text and in order', async () => {
    const { aws, client, ConnectionId } = await connected();
    const api = aws();

    await api.send(new PostToConnectionCommand({ ConnectionId, Data: 'Grüße' }));
    await api.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from('second') }));

    expect([await client.next(), await client.next()]).toEqual(['Grüße', 'second']);
  });

  it(`posts up to ${MESSAGE_MAX} bytes`, async () => {
    const { aws, client, ConnectionId } = await connected();

    await aws().send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(MESSAGE_MAX) }));
    const tooLarge = aws().send(new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(MESSAGE_MAX + 1) }));

    expect(await client.next()).toHaveLength(MESSAGE_MAX);
    await expect(tooLarge).rejects.toBeInstanceOf(PayloadTooLargeException);
  });

  it('sees who is connected and since when', async () => {
    const { aws, clock, client, ConnectionId, called } = await connected();
    clock.advance({ seconds: 60 });
    client.socket.send('hello');
    await expect.poll(() => called('message').length).toBe(1);

    const seen = await aws().send(new GetConnectionCommand({ ConnectionId }));

    expect(seen).toMatchObject({
      ConnectedAt: new Date('2026-03-01T12:00:00Z'),
      LastActiveAt: new Date('2026-03-01T12:01:00Z'),
      Identity: { SourceIp: '127.0.0.1', UserAgent: '' },
    });
  });

  it('keeps a connection in use by posting', async () => {
    const { aws, clock, client, ConnectionId } = await connected();
    clock.advance({ seconds: 599 });
    await aws().send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    clock.advance({ seconds: 599 });

    await new Promise((resolve) => setTimeout(resolve, 1_100));

    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('closes a connection', async () => {
    const { aws, client, ConnectionId, called } = await connected();

    await aws().send(new DeleteConnectionCommand({ ConnectionId }));

    expect((await client.closed).code).toBe(1000);
    await expect.poll(() => called('disconnect').length).toBe(1);
  });

  it.each([
    ['post to', (ConnectionId: string) => new PostToConnectionCommand({ ConnectionId, Data: 'x' })],
    ['look at', (ConnectionId: string) => new GetConnectionCommand({ ConnectionId })],
    ['close', (ConnectionId: string) => new DeleteConnectionCommand({ ConnectionId })],
  ] as const)('is told with 410 that a connection to %s is gone', async (_, command) => {
    const { aws, client, ConnectionId, called } = await connected();
    client.socket.close();
    await expect.poll(() => called('disconnect').length).toBe(1);

    const outcome = aws().send(command(ConnectionId) as PostToConnectionCommand);

    await expect(outcome).rejects.toBeInstanceOf(GoneException);
    await expect(outcome).rejects.toMatchObject({ $metadata: { httpStatusCode: 410 } });
  });

  it('is told with 429 that it posts too fast', async () => {
    const { aws, ConnectionId } = await connected({ postThrottle: { ratePerSecond: 0, burst: 1 } });
    const post = () => aws().send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));
    await post();

    await expect(post()).rejects.toBeInstanceOf(LimitExceededException);
  });

  it('is told with 429 that a client does not read what it is sent', async () => {
    const { aws, client, ConnectionId } = await connected();
    client.socket.pause();
    const api = aws();
    const Data = Buffer.alloc(MESSAGE_MAX, 'x');
    const flood = async () => {
      // Beyond what the kernel's buffers of both ends hold (some MB) and the gateway's own.
      for (let posts = 0; posts < 1_000; posts += 1)
        await api.send(new PostToConnectionCommand({ ConnectionId, Data }));
    };

    await expect(flood()).rejects.toBeInstanceOf(LimitExceededException);
  });
});

describe('whoever is not one of our functions', () => {
  it.each([
    ['another key', 'their-key'],
    ['a longer key', 'our-key-2'],
  ])('is refused with %s', async (_, accessKeyId) => {
    const { aws, client, ConnectionId } = await connected();

    const outcome = aws(accessKeyId).send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));

    await expect(outcome).rejects.toBeInstanceOf(ForbiddenException);
    expect(client.messages).toEqual([]);
  });

  it('is refused without a signature', async () => {
    const { port, client, ConnectionId } = await connected();

    const answer = await fetch(`http://127.0.0.1:${port}/@connections/${encodeURIComponent(ConnectionId)}`, {
      method: 'POST',
      body: 'x',
    });

    expect(answer.status).toBe(403);
    expect(client.messages).toEqual([]);
  });
});
