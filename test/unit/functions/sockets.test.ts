/** The functions of the WebSocket API: what each message asks for, and how it is answered. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as authorize } from '../../../functions/auth/authorize-socket.ts';
import { SOCKET } from '../../../functions/routes.ts';
import { toContext } from '../../../functions/shared/caller.ts';
import type { SocketEvent } from '../../../functions/shared/socket-event.ts';
import { handler as connect } from '../../../functions/socket/connect.ts';
import { handler as disconnect } from '../../../functions/socket/disconnect.ts';
import { handler as message } from '../../../functions/socket/message.ts';
import { EngineUnavailable, notFound } from '../../../layers/memory/errors.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import { aCaller } from '../../support/builders.ts';

const CALLER = aCaller('tenant-a', { agentId: 'coach', spaceRoles: { lab: 'reader' }, requestId: 'request-1' });

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const event = (overrides: Partial<SocketEvent> = {}, caller: Caller = CALLER): SocketEvent => ({
  requestContext: {
    routeKey: '$default',
    connectionId: 'c1',
    requestId: 'request-1',
    authorizer: { ...toContext(caller), principalId: 'key_test', integrationLatency: 7 },
  },
  ...overrides,
});

/** The feed as a function sees it, and what it was called with. */
function aFeed(failure?: unknown) {
  const calls: unknown[][] = [];
  const method =
    (name: string, answer?: unknown) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      if (failure !== undefined) throw failure;
      return answer;
    };
  const feed = Object.fromEntries(
    ['connect', 'disconnect', 'subscribe', 'resume', 'unsubscribe'].map((name) => [name, method(name)]),
  );
  return { calls, compose: async () => ({ ...feed, ping: method('ping', 'cursor-1') }) as never };
}

describe('connect', () => {
  it.each([
    ['auren.v1', { 'Sec-WebSocket-Protocol': 'auren.v1' }],
    ['auren.v1, ticket.abc', { 'sec-websocket-protocol': 'auren.v1, ticket.abc' }],
  ])('registers a client that offers %s, and takes that', async (_, headers) => {
    const feed = aFeed();

    const answer = await connect.with(feed.compose)(event({ headers }));

    expect(answer).toEqual({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'auren.v1' } });
    expect(feed.calls).toEqual([['connect', CALLER, 'c1']]);
  });

  it('names no subprotocol that was not offered', async () => {
    expect(await connect.with(aFeed().compose)(event())).toEqual({ statusCode: 200 });
  });

  it('refuses a key without the scope', async () => {
    const feed = aFeed();

    const answer = await connect.with(feed.compose)(event({}, { ...CALLER, scopes: ['memories:read'] }));

    expect([answer.statusCode, feed.calls]).toEqual([403, []]);
  });

  it.each([
    ['an engine is down', new EngineUnavailable('redis', new Error('down')), 503],
    ['something is broken', new Error('broken'), 500],
  ])('refuses where %s', async (_, failure, status) => {
    expect((await connect.with(aFeed(failure).compose)(event())).statusCode).toBe(status);
  });

  it('lets nobody in whom the authorizer did not name', async () => {
    const nobody = event();
    delete nobody.requestContext.authorizer;

    expect((await connect.with(aFeed().compose)(nobody)).statusCode).toBe(500);
  });
});

describe('disconnect', () => {
  it('forgets the connection', async () => {
    const feed = aFeed();

    expect(await disconnect.with(feed.compose)(event())).toEqual({ statusCode: 200 });
    expect(feed.calls).toEqual([['disconnect', CALLER, 'c1']]);
  });
});

describe('a message', () => {
  const send = async (body: unknown, failure?: unknown) => {
    const feed = aFeed(failure);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await message.with(feed.compose)(event({ body: text }));
    return { calls: feed.calls, status: answer.statusCode, reply: answer.body ? JSON.parse(answer.body) : null };
  };
  const FILTER = {
    agent_ids: ['a'],
    user_ids: ['u'],
    space_ids: ['s'],
    memory_ids: [`mem_${'0'.repeat(32)}`],
    types: ['FACT'],
    tiers: ['hot'],
    events: ['memory.*', 'metrics', 'memory.retrieved'],
    min_priority: 5,
    min_confidence: 0.5,
  };

  it.each([
    [{ action: 'subscribe' }, [{ filter: {} }, 'now']],
    [{ action: 'subscribe', id: 's1', filter: {}, last: 0 }, [{ id: 's1', filter: {} }, 'now']],
    [
      { action: 'subscribe', filter: { agent_ids: ['a'] }, last: 1_000 },
      [{ filter: { agentIds: ['a'] } }, { last: 1_000 }],
    ],
    [
      { action: 'subscribe', filter: FILTER, after: 'c9' },
      [
        {
          filter: {
            agentIds: ['a'],
            userIds: ['u'],
            spaceIds: ['s'],
            memoryIds: FILTER.memory_ids,
            types: ['fact'],
            tiers: ['hot'],
            events: FILTER.events,
            minPriority: 5,
            minConfidence: 0.5,
          },
        },
        { after: 'c9' },
      ],
    ],
  ])('subscribes: %j', async (frame, called) => {
    expect(await send(frame)).toEqual({ calls: [['subscribe', CALLER, 'c1', ...called]], status: 200, reply: null });
  });

  it('resumes, unsubscribes and asks how far it was told', async () => {
    expect((await send({ action: 'resume', after: 'c9' })).calls).toEqual([['resume', CALLER, 'c1', 'c9']]);
    expect((await send({ action: 'unsubscribe' })).calls).toEqual([['unsubscribe', CALLER, 'c1']]);
    expect(await send({ action: 'ping' })).toEqual({
      calls: [['ping', CALLER, 'c1']],
      status: 200,
      reply: { kind: 'pong', cursor: 'cursor-1' },
    });
  });

  it.each([
    ['what is no JSON', '{', 'malformed_json'],
    ['nothing', '', 'malformed_json'],
    ['a list', '[]', 'invalid_field'],
    ['an unknown action', { action: 'shout' }, 'invalid_field'],
    ['an unknown field', { action: 'ping', loud: true }, 'unknown_field'],
    ['an unknown part of the filter', { action: 'subscribe', filter: { agents: ['a'] } }, 'unknown_field'],
    ['an unknown event', { action: 'subscribe', filter: { events: ['memory.shouted'] } }, 'invalid_field'],
    ['two beginnings', { action: 'subscribe', after: 'c', last: 5 }, 'invalid_field'],
    ['more history than is given', { action: 'subscribe', last: 1_001 }, 'invalid_field'],
    ['a resume from nowhere', { action: 'resume' }, 'invalid_field'],
    ['too many values', { action: 'subscribe', filter: { agent_ids: Array(101).fill('a') } }, 'invalid_field'],
    ['an own __proto__', '{"action":"ping","__proto__":{}}', 'invalid_field'],
    ['more than a frame', JSON.stringify({ action: 'ping', id: 'x'.repeat(SOCKET.FRAME_BYTES_MAX) }), 'too_large'],
  ])('may not be %s', async (_, body, code) => {
    const { calls, status, reply } = await send(body);

    expect([calls, status, reply.kind, reply.code]).toEqual([[], 200, 'error', code]);
    expect(reply.message).toEqual(expect.any(String));
  });

  it('may not be binary', async () => {
    const answer = await message.with(aFeed().compose)(event({ body: 'eyJ9', isBase64Encoded: true }));

    expect(JSON.parse(answer.body ?? '')).toMatchObject({ kind: 'error', code: 'malformed_json' });
  });

  it('that is refused is named in the answer', async () => {
    const { reply } = await send({ action: 'subscribe', id: 's7', filter: { tiers: ['lukewarm'] } });

    expect(reply).toMatchObject({ kind: 'error', id: 's7', code: 'invalid_field' });
    expect(reply.message).toContain('filter.tiers[0]');
  });

  it.each([
    ['the domain refuses', notFound('connection'), 'not_found'],
    ['an engine is down', new EngineUnavailable('redis', new Error('secret')), 'engine_unavailable'],
    ['something is broken', new Error('secret'), 'internal_error'],
  ])('is answered where %s, without internals', async (_, failure, code) => {
    const { status, reply } = await send({ action: 'ping' }, failure);

    expect([status, reply.kind, reply.code]).toEqual([200, 'error', code]);
    expect(JSON.stringify(reply)).not.toContain('secret');
  });
});

describe('the authorizer of sockets', () => {
  const ARN = 'arn:aws:execute-api:eu-central-1:1:a/live/$connect';
  const TICKET = 'T'.repeat(43);
  const { requestId: _, ...holder } = CALLER;
  const ask = (headers: Record<string, string>) => {
    const compose = async () => ({
      authenticate: async (key: string) => (key === 'good' ? holder : null),
      redeem: async (ticket: string) => (ticket === TICKET ? holder : null),
    });
    return authorize.with(compose)({ methodArn: ARN, headers });
  };

  it.each([
    ['a bearer key', { Authorization: 'Bearer good' }],
    ['a bearer key under a lower-case name', { authorization: 'bearer good' }],
    ['a ticket', { 'Sec-WebSocket-Protocol': `auren.v1, ticket.${TICKET}` }],
  ])('lets %s in, as its holder', async (_, headers) => {
    expect(await ask(headers)).toEqual({
      principalId: holder.keyId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: ARN }],
      },
      context: toContext(holder),
    });
  });

  it.each([
    ['an unknown key', { authorization: 'Bearer bad' }],
    [
      'an unknown key beside a good ticket',
      { authorization: 'Bearer bad', 'sec-websocket-protocol': `ticket.${TICKET}` },
    ],
    ['a ticket that is used up', { 'sec-websocket-protocol': `auren.v1, ticket.${'U'.repeat(43)}` }],
    ['what has not the form of a ticket', { 'sec-websocket-protocol': 'auren.v1, ticket.*' }],
  ])('refuses %s', async (_, headers) => {
    const { policyDocument, context } = await ask(headers);

    expect([policyDocument.Statement[0].Effect, context]).toEqual(['Deny', undefined]);
  });

  it.each([
    ['nothing', {}],
    ['a protocol without a ticket', { 'sec-websocket-protocol': 'auren.v1' }],
    ['another scheme', { authorization: 'Basic Z29vZA==' }],
  ])('has nothing to check in %s: API Gateway answers 401 to that message', async (_, headers) => {
    await expect(ask(headers)).rejects.toThrow(/^Unauthorized$/);
  });

  it('fails where an engine is down, so that nobody is refused for it', async () => {
    const down = async () => {
      throw new EngineUnavailable('redis', new Error('down'));
    };
    const asked = authorize.with(async () => ({ authenticate: down, redeem: down }));

    await expect(asked({ methodArn: ARN, headers: { authorization: 'Bearer good' } })).rejects.toThrow('redis');
  });
});
