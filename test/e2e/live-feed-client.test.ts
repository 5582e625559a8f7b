/** The client of the feed on the whole local stack: cut off again and again, it delivers each event once and in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FeedClient, type FeedClientOptions, type FeedEvent } from '../../sdk/feed-client.ts';

import { type Http, overHttp, store } from '../support/live-feed.ts';
import { seeded } from '../support/planted.ts';
import { startStack, type TestStack } from '../support/stack.ts';

const SECOND_MS = 1_000;

let stack: TestStack;
let http: Http;
const clients: FeedClient[] = [];

beforeAll(async () => {
  stack = await startStack();
  http = overHttp(stack);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => stack.stop());

/** Sockets of Node itself, which a test can cut without a word. */
class Cuttable extends WebSocket {
  static readonly open = new Set<Cuttable>();

  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    Cuttable.open.add(this);
    this.addEventListener('close', () => Cuttable.open.delete(this));
  }
}

class RefusedTicket extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`no ticket: ${status}`);
    this.status = status;
  }
}

function follow(options: Partial<FeedClientOptions> = {}, asking = http) {
  const delivered: FeedEvent[] = [];
  const ephemeral: FeedEvent[] = [];
  const states: string[] = [];
  const client = new FeedClient({
    url: stack.stack.socketUrl,
    ticket: async () => {
      const { status, body } = await asking('POST', '/v1/socket-tickets');
      if (status !== 201) throw new RefusedTicket(status);
      return body.ticket;
    },
    onEvents: (events) => void delivered.push(...events),
    onEphemeral: (events) => void ephemeral.push(...events),
    onState: (state, detail) => void states.push(`${state} ${detail}`.trim()),
    WebSocket: Cuttable,
    ...options,
  });
  clients.push(client);
  client.open();
  return { client, delivered, ephemeral, states };
}

const patiently = { timeout: 20 * SECOND_MS };
const isLive = ({ states }: { states: string[] }) => states.at(-1)?.startsWith('live') === true;

async function logged(agent: string): Promise<FeedEvent[]> {
  const { body } = await http('GET', `/v1/events?agent_ids=${agent}&limit=1000`);
  return body.events;
}

describe('a client', () => {
  it('gets every event once and in order through random cuts', async () => {
    const random = seeded(7);
    const feeds = [1, 2, 3].map(() => follow({ filter: { agent_ids: ['stormy'] }, random: () => random() / 20 }));
    await expect.poll(() => feeds.every(isLive), patiently).toBe(true);

    for (let count = 0; count < 120; count += 1) {
      await store(http, { agent_id: 'stormy', content: `finding ${count}` });
      for (const socket of Cuttable.open) if (random() < 0.1) socket.close();
    }

    const expected = (await logged('stormy')).map(({ id }) => id);
    for (const { delivered } of feeds) {
      await expect.poll(() => delivered.length, patiently).toBeGreaterThanOrEqual(expected.length);
      expect(delivered.map(({ id }) => id)).toEqual(expected);
    }
    expect(feeds.some(({ states }) => states.some((state) => state.startsWith('waiting')))).toBe(true);
  });

  it('tells what it recovered, when it was away for a while', async () => {
    const feed = follow({ filter: { agent_ids: ['away'] } });
    await expect.poll(() => isLive(feed), patiently).toBe(true);
    const { cursor } = feed.client;
    feed.client.close();
    for (let count = 0; count < 5; count += 1) await store(http, { agent_id: 'away' });

    const again = follow({ filter: { agent_ids: ['away'] }, ...(cursor && { after: cursor }) });

    await expect.poll(() => again.states, patiently).toContain('live recovered 5 events');
    expect(again.delivered.map(({ id }) => id)).toEqual((await logged('away')).map(({ id }) => id));
  });

  it('changes its filter without losing what passes the new one', async () => {
    const feed = follow({ filter: { agent_ids: ['first'] } });
    await expect.poll(() => isLive(feed), patiently).toBe(true);

    const storing = (async () => {
      for (let count = 0; count < 40; count += 1) await store(http, { agent_id: 'second' });
    })();
    await sleep(100);
    feed.client.subscribe({ agent_ids: ['second'] });
    const from = feed.client.cursor;
    await storing;

    const { body } = await http('GET', `/v1/events?agent_ids=second&limit=1000&after=${from}`);
    const expected = body.events.map(({ id }: FeedEvent) => id);
    await expect.poll(() => feed.delivered.length, patiently).toBeGreaterThanOrEqual(expected.length);
    expect(feed.delivered.map(({ id }) => id)).toEqual(expected);
  });

  it('hears of searches and retrievals, which are in no log', async () => {
    const id = await store(http, { agent_id: 'ephemeral', content: 'Tea at five.' });
    const feed = follow({ filter: { agent_ids: ['ephemeral'] } });
    await expect.poll(() => isLive(feed), patiently).toBe(true);
    await sleep(SECOND_MS);

    await http('GET', `/v1/memories/${id}`);
    await http('POST', '/v1/search', { query: 'a secret wish for tea', agent_id: 'ephemeral' });

    await expect
      .poll(() => feed.ephemeral.map(({ type }) => type), patiently)
      .toEqual(expect.arrayContaining(['memory.retrieved', 'memory.searched']));
    const [retrieved] = feed.ephemeral.filter(({ type }) => type === 'memory.retrieved');
    expect(retrieved).toMatchObject({
      cursor: null,
      memory_id: id,
      data: { tier: 'hot', latency_ms: expect.any(Number) },
    });
    expect(JSON.stringify(feed.ephemeral)).not.toContain('secret wish');
  });

  it('is told the metrics of its tenant', async () => {
    const feed = follow();
    await expect.poll(() => isLive(feed), patiently).toBe(true);
    await store(http);

    await http('POST', '/_local/run/publish-metrics');

    await expect.poll(() => feed.ephemeral.map(({ type }) => type), patiently).toContain('metrics');
  });

  it('is closed within a minute of the revocation of its key, and refused from then on', async () => {
    const { body: key } = await http('POST', '/v1/keys', { scopes: ['events:read'] });
    const feed = follow({}, overHttp(stack, key.api_key));
    await expect.poll(() => isLive(feed), patiently).toBe(true);

    const revokedAt = Date.now();
    await http('DELETE', `/v1/keys/${key.id}`);

    await expect.poll(() => feed.client.state, { timeout: 55 * SECOND_MS }).toBe('refused');
    expect(Date.now() - revokedAt).toBeLessThan(60 * SECOND_MS);
  });
});

describe('a tenant', () => {
  it('receives nothing of another', async () => {
    const theirs = overHttp(stack, await stack.tenant('other'));
    const [ours, other] = [follow(), follow({}, theirs)];
    await expect.poll(() => isLive(ours) && isLive(other), patiently).toBe(true);

    const mine = await store(http, { agent_id: 'shared-name' });
    const foreign = await store(theirs, { agent_id: 'shared-name' });
    await theirs('GET', `/v1/memories/${foreign}`);

    await expect.poll(() => other.delivered.map(({ memory_id }) => memory_id), patiently).toContain(foreign);
    await expect.poll(() => ours.delivered.map(({ memory_id }) => memory_id), patiently).toContain(mine);
    expect(JSON.stringify([ours.delivered, ours.ephemeral])).not.toContain(foreign);
    expect(JSON.stringify([other.delivered, other.ephemeral])).not.toContain(mine);
  });

  it('gets nothing from a cursor of another', async () => {
    const theirKey = await stack.tenant('cursor');
    const theirs = overHttp(stack, theirKey);
    await store(theirs, { agent_id: 'theirs' });
    const { body } = await theirs('GET', '/v1/events?order=asc&limit=1');

    const feed = follow({ after: body.events[0].cursor });
    await expect.poll(() => isLive(feed), patiently).toBe(true);
    await store(theirs, { agent_id: 'theirs' });
    const mine = await store(http, { agent_id: 'mine' });

    await expect.poll(() => feed.delivered.map(({ memory_id }) => memory_id), patiently).toContain(mine);
    expect(feed.delivered.filter(({ agent_id }) => agent_id === 'theirs')).toEqual([]);
  });
});
