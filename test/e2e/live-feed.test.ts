/** The live feed as a dashboard and a program meet it: a real WebSocket on the whole local stack. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Http, listen, listener, overHttp, store, ticketOf } from '../support/live-feed.ts';
import { open, refusalOf } from '../support/socket-client.ts';
import { startStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let http: Http;

beforeAll(async () => {
  stack = await startStack();
  http = overHttp(stack);
});

afterAll(() => stack.stop());

const socketUrl = () => stack.stack.socketUrl;
const withTicket = (ticket: string) => open(socketUrl(), ['auren.v1', `ticket.${ticket}`]);

describe('connecting', () => {
  it('works with a key in a header', async () => {
    const live = await listen(stack);

    const subscribed = await live.subscribe({ id: 'mine' });

    expect(subscribed).toEqual({ kind: 'subscribed', id: 'mine', cursor: expect.any(String) });
  });

  it('works with a ticket among the subprotocols, once', async () => {
    const ticket = await ticketOf(http);

    const first = await withTicket(ticket);
    const second = await refusalOf(withTicket(ticket));

    expect(first.socket.protocol).toBe('auren.v1');
    expect(await listener(first).subscribe()).toMatchObject({ kind: 'subscribed' });
    expect(second.status).toBe(403);
  });

  it('is refused with 401 where there is neither key nor ticket', async () => {
    expect((await refusalOf(open(socketUrl()))).status).toBe(401);
    expect((await refusalOf(open(socketUrl(), ['auren.v1']))).status).toBe(401);
  });

  it('is refused with 403 for a key or a ticket that is none', async () => {
    expect((await refusalOf(listen(stack, 'auren_local_nonsense').then(({ client }) => client))).status).toBe(403);
    expect((await refusalOf(withTicket('nonsense'))).status).toBe(403);
  });

  it('is refused with 403 for a key without the scope events:read, and so is a ticket', async () => {
    const { body } = await http('POST', '/v1/keys', { scopes: ['memories:read'] });

    const refused = await refusalOf(listen(stack, body.api_key).then(({ client }) => client));
    const ticket = await overHttp(stack, body.api_key)('POST', '/v1/socket-tickets');

    expect(refused.status).toBe(403);
    expect(ticket).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
  });

  it('says where the socket is to a page that does not know it', async () => {
    const answer = await fetch(`${stack.url}/config.json`);

    expect(await answer.json()).toEqual({ api: '', socket: socketUrl(), local: true });
  });
});

describe('an event', () => {
  it('arrives as the log has it, content never in it', async () => {
    const live = await listen(stack);
    const { cursor } = await live.subscribe();

    const id = await store(http, { content: 'a secret', user_id: 'u', priority: 7 });

    const frame = await live.next('events');
    const { body } = await http('GET', `/v1/events?memory_ids=${id}`);
    expect(frame.after).toBe(cursor);
    expect(frame.events).toEqual(body.events);
    expect(frame.cursor).toBe(body.events[0].cursor);
    expect(frame.events[0]).toMatchObject({ type: 'memory.stored', agent_id: 'a', user_id: 'u', memory_id: id });
    expect(JSON.stringify(frame)).not.toContain('a secret');
  });

  it('comes in order, each frame after the one before', async () => {
    const live = await listen(stack);
    let { cursor } = await live.subscribe({ filter: { agent_ids: ['in-order'] } });

    const ids: string[] = [];
    for (let count = 0; count < 30; count += 1) ids.push(await store(http, { agent_id: 'in-order' }));

    const seen: (string | null)[] = [];
    while (seen.length < ids.length) {
      const frame = await live.next('events');
      expect(frame.after).toBe(cursor);
      cursor = frame.cursor;
      seen.push(...frame.events.map(({ memory_id }) => memory_id));
    }
    expect(seen).toEqual(ids);
  });

  it('passes the filter or does not come', async () => {
    const live = await listen(stack);
    await live.subscribe({ filter: { agent_ids: ['wanted'], types: ['fact'], events: ['memory.stored'] } });

    await store(http, { agent_id: 'other' });
    await store(http, { agent_id: 'wanted', type: 'insight' });
    const wanted = await store(http, { agent_id: 'wanted' });
    await http('PATCH', `/v1/memories/${wanted}`, { priority: 9 });
    const last = await store(http, { agent_id: 'wanted' });

    const seen: (string | null)[] = [];
    while (!seen.includes(last)) {
      const { events } = await live.next('events');
      seen.push(...events.map(({ memory_id, type }) => `${type === 'memory.stored' ? '' : type}${memory_id}`));
    }
    expect(seen).toEqual([wanted, last]);
  });

  it('goes by the new filter after a second subscribe', async () => {
    const live = await listen(stack);
    await live.subscribe({ filter: { agent_ids: ['before'] } });
    await live.subscribe({ id: 'second', filter: { agent_ids: ['after'] } });

    await store(http, { agent_id: 'before' });
    const wanted = await store(http, { agent_id: 'after' });

    const { events } = await live.next('events');
    expect(events.map(({ memory_id }) => memory_id)).toEqual([wanted]);
  });

  it('does not come after unsubscribe', async () => {
    const live = await listen(stack);
    await live.subscribe();

    live.say({ action: 'unsubscribe' });
    live.say({ action: 'ping' });
    await live.next('pong');
    const before = live.client.messages.length;
    await store(http);
    await stack.stack.queue.idle();

    expect(live.client.messages.slice(before).filter((text) => text.includes('memory.stored'))).toEqual([]);
  });
});

describe('the past', () => {
  it('comes first where the newest n are asked for', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await store(http, { agent_id: 'newest' }));
    const live = await listen(stack);

    await live.subscribe({ filter: { agent_ids: ['newest'] }, last: 3 });

    const frame = await live.next('events');
    expect(frame.recovered).toBe(true);
    expect(frame.events.map(({ memory_id }) => memory_id)).toEqual(ids.slice(2));
  });

  it('is gone on with after a cut, without gap or repeat', async () => {
    const filter = { agent_ids: ['cut'] };
    const first = await listen(stack);
    await first.subscribe({ filter });
    const before = await store(http, { agent_id: 'cut' });
    const { cursor, events } = await first.next('events');
    first.client.socket.terminate();

    const missed = [await store(http, { agent_id: 'cut' }), await store(http, { agent_id: 'cut' })];
    const second = await listen(stack);
    const subscribed = await second.subscribe({ filter, after: cursor });
    const later = await store(http, { agent_id: 'cut' });

    const seen: (string | null)[] = [];
    while (!seen.includes(later)) seen.push(...(await second.next('events')).events.map(({ memory_id }) => memory_id));
    expect(events.map(({ memory_id }) => memory_id)).toEqual([before]);
    expect(subscribed.cursor).toBe(cursor);
    expect(seen).toEqual([...missed, later]);
  });

  it('comes again on the same connection with resume', async () => {
    const filter = { agent_ids: ['resumed'] };
    const live = await listen(stack);
    const { cursor } = await live.subscribe({ filter });
    const ids = [await store(http, { agent_id: 'resumed' }), await store(http, { agent_id: 'resumed' })];
    const seen: (string | null)[] = [];
    const read = async () => seen.push(...(await live.next('events')).events.map(({ memory_id }) => memory_id));
    while (seen.length < 2) await read();

    live.say({ action: 'resume', after: cursor });
    while (seen.length < 4) await read();

    expect(seen).toEqual([...ids, ...ids]);
  });

  it('is out of reach with a cursor of another life of the database: resync, and on from there', async () => {
    const live = await listen(stack);
    const { body } = await http('GET', '/v1/events?order=desc&limit=1');
    const foreign = foreignOf(body.events[0].cursor);

    live.say({ action: 'subscribe', filter: {}, after: foreign });
    const { cursor } = await live.next('resync');
    const id = await store(http);

    const frame = await live.next('events');
    expect(frame.after).toBe(cursor);
    expect(frame.events.map(({ memory_id }) => memory_id)).toEqual([id]);
  });
});

describe('a message', () => {
  it('ping is answered with the cursor of what was told', async () => {
    const live = await listen(stack);
    const { cursor } = await live.subscribe();

    live.say({ action: 'ping' });

    expect(await live.next('pong')).toEqual({ kind: 'pong', cursor });
  });

  it.each([
    ['is no JSON', '{"action":', { code: 'malformed_json' }],
    ['names no action', '{}', { message: expect.stringContaining('action') }],
    ['names an unknown action', '{"action":"explode"}', { message: expect.stringContaining('action') }],
    ['has a field that none has', '{"action":"ping","loud":true}', { code: 'unknown_field' }],
    [
      'filters by what there is not',
      '{"action":"subscribe","id":"x","filter":{"colors":["red"]}}',
      { code: 'unknown_field', id: 'x', message: expect.stringContaining('colors') },
    ],
    [
      'filters by an event that there is not',
      '{"action":"subscribe","id":"x","filter":{"events":["memory.thought"]}}',
      { code: 'invalid_field', id: 'x', message: expect.stringContaining('events') },
    ],
    [
      'asks for more than the newest 1,000',
      '{"action":"subscribe","id":"x","filter":{},"last":1001}',
      { code: 'invalid_field', id: 'x', message: expect.stringContaining('last') },
    ],
    ['resumes after nothing', '{"action":"resume"}', { message: expect.stringContaining('after') }],
    [
      'resumes after what is no cursor',
      '{"action":"subscribe","id":"x","filter":{},"after":"?"}',
      { code: 'invalid_field', id: 'x', message: expect.stringContaining('after') },
    ],
  ])('that %s is answered with an error that says so, and the connection stays', async (_, text, error) => {
    const live = await listen(stack);

    live.client.socket.send(text);

    expect(await live.next('error')).toMatchObject(error);
    live.say({ action: 'ping' });
    expect(await live.next('pong')).toMatchObject({ kind: 'pong' });
  });
});

/** The same cursor as of another database: an epoch that it has not. */
function foreignOf(cursor: string): string {
  const plain = Buffer.from(cursor, 'base64url').toString('utf8');
  return Buffer.from(plain.replace(/[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0'))).toString('base64url');
}
