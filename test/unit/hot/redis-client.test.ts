/** The Redis client against an endpoint that hangs, fails or forgets, since a healthy one does not do so on request. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createRedis, type RedisClient } from '../../../layers/memory/clients/redis.ts';
import { script, textList } from '../../../layers/memory/clients/redis-script.ts';
import { EngineUnavailable } from '../../../layers/memory/errors.ts';

/** Answers come within it also on a busy machine. */
const DEADLINE_MS = 250;
const SECRET = 'the content of a memory';

type Reply = { status?: number; body: unknown } | 'hang' | 'reset';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** An endpoint that answers each command as told, and what it was asked. */
async function prepare(answer: (command: string[]) => Reply) {
  const commands: string[][] = [];
  const respond = (response: ServerResponse, body: string) => {
    const asked = JSON.parse(body) as string[][];
    commands.push(...asked);
    const replies = asked.map(answer);
    if (replies.includes('hang')) return;
    if (replies.includes('reset')) return response.destroy();
    const status = replies
      .map((reply) => (typeof reply === 'string' ? 200 : (reply.status ?? 200)))
      .find((s) => s !== 200);
    const bodies = replies.map((reply) => (typeof reply === 'string' ? null : reply.body));
    response.writeHead(status ?? 200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(status === undefined ? bodies : bodies[0]));
  };
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => respond(response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  let now = 0;
  const config = { redisUrl: `http://127.0.0.1:${address.port}`, redisToken: 'token' };
  const redis = createRedis(config, { deadlineMs: DEADLINE_MS, elapsedMs: () => now });
  return { redis, commands, advance: (ms: number) => (now += ms) };
}

const get = (redis: RedisClient) => redis.call((client) => client.get<string>('name'));
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('it answered')),
    (error: unknown) => error,
  );

describe('the Redis client', () => {
  it('leaves text that looks like a number as it is', async () => {
    const { redis } = await prepare(() => ({ body: { result: '42' } }));

    expect(await get(redis)).toBe('42');
  });

  it('gives up at its deadline, asks once only, and says which engine it was', async () => {
    const { redis, commands } = await prepare(() => 'hang');
    const start = performance.now();

    const error = await failureOf(get(redis));

    expect(error).toBeInstanceOf(EngineUnavailable);
    expect(error).toMatchObject({ engine: 'redis', code: 'engine_unavailable' });
    expect(performance.now() - start).toBeLessThan(DEADLINE_MS * 10);
    expect(commands).toHaveLength(1);
  });

  it('skips a hanging Redis for a second, then tries again', async () => {
    const { redis, commands, advance } = await prepare(() =>
      commands.length > 1 ? { body: { result: 'back' } } : 'hang',
    );
    await failureOf(get(redis));

    const skipped = await failureOf(get(redis));
    const asked = commands.length;
    advance(1_000);

    expect(skipped).toBeInstanceOf(EngineUnavailable);
    expect(asked).toBe(1);
    expect(await get(redis)).toBe('back');
    expect(await get(redis)).toBe('back');
  });

  it('does not skip after a failure that came quickly', async () => {
    const { redis, commands } = await prepare(() => (commands.length > 1 ? { body: { result: 'back' } } : 'reset'));
    await failureOf(get(redis));

    expect(await get(redis)).toBe('back');
  });

  it.each([
    { what: 'refused request', reply: { status: 400, body: { error: 'ERR syntax error' } } },
    {
      what: 'refused command',
      reply: { body: { error: `ERR unknown command 'X', with args beginning with: '${SECRET}'` } },
    },
    { what: 'closed connection', reply: 'reset' as const },
  ])('keeps what was sent out of the error of a $what', async ({ reply }) => {
    const { redis } = await prepare(() => reply);

    const error = await failureOf(redis.call((client) => client.set('name', SECRET)));

    const cause = error instanceof Error ? error.cause : undefined;
    expect(cause).toBeInstanceOf(Error);
    expect(cause instanceof Error ? `${cause.message} ${String(cause.cause)}` : '').not.toContain(SECRET);
    expect(String(error)).not.toContain(SECRET);
  });

  it('names the code of the system where there is one', async () => {
    const { redis } = await prepare(() => ({ body: null }));
    for (const close of closers.splice(0)) await close();

    const error = await failureOf(get(redis));

    expect(error instanceof Error ? error.cause : undefined).toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('sends the text of a script only where its SHA is not known', async () => {
    const known = new Set<string>();
    const { redis, commands } = await prepare(([name = '', what = '']) => {
      if (name === 'evalsha' && !known.has(what)) return { body: { error: 'NOSCRIPT No matching script.' } };
      known.add(echo.sha);
      return { body: { result: ['1'] } };
    });
    const echo = script("return { '1' }");

    const first = textList(await redis.script(echo, ['key'], ['arg']));
    const second = textList(await redis.script(echo, ['key'], ['arg']));

    expect([first, second]).toEqual([['1'], ['1']]);
    expect(commands.map(([name]) => name)).toEqual(['evalsha', 'eval', 'evalsha']);
  });
});
