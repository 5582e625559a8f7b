/** Who gets what over the feed: tenants, bound keys, tickets, keys that end, rights that change, persons that are erased. */
import { composeBroadcasting, composeFollowing, composeTenants } from '@auren/memory/compose.ts';
import { feedKeys } from '@auren/memory/keys.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import { createMetrics } from '@auren/memory/usecases/publish-metrics.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler as authorizeSocket } from '../../../functions/auth/authorize-socket.ts';
import { frameCodec } from '../../../functions/shared/wire/frames.ts';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter } from '../../support/clock.ts';
import { type Domain, domain, idsOf } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';
import { FeedClient, Network } from '../../support/feed-client.ts';
import { uniqueName } from '../../support/ids.ts';

let d: Domain;
let network: Network;
let feed: Awaited<ReturnType<typeof composeFollowing>>;
/** Tenants that were poked and not served. */
let poked: Set<string>;

beforeEach(async () => {
  network = new Network();
  poked = new Set();
  const poke = { poke: async (tenantId: string) => void poked.add(tenantId) };
  d = await domain(sharedEngines(), { ports: { poster: network, poke } });
  feed = await composeFollowing();
});

/** What the pokes until now lead to. */
async function broadcast(): Promise<void> {
  const broadcaster = await composeBroadcasting(frameCodec);
  for (const tenantId of poked) {
    poked.delete(tenantId);
    await broadcaster.drain(tenantId, new Date(Date.now() + 20_000));
  }
}

async function following(caller: Caller = d.caller(), filter = {}): Promise<FeedClient> {
  const client = new FeedClient(feed, network, caller, filter);
  await client.open();
  await broadcast();
  return client;
}

/** The schedule's run, of this tenant alone: other files leave theirs in the database. */
async function publishMetrics(): Promise<void> {
  const consumers = { ...d.ports.consumers, tenants: async () => [d.tenantId] };
  await createMetrics({ ...d.ports, consumers }).publishAll(new Date(Date.now() + 20_000));
}

const callerOf = async (apiKey: string): Promise<Caller> => {
  const found = await d.authenticate(apiKey);
  if (found === null) throw new Error('the key is not valid');
  return { ...found, requestId: 'r' };
};
const newKey = (agentId?: string, expiresAt?: string) =>
  d.memory.createKey(d.caller(), {
    scopes: ['events:read'],
    ...(agentId === undefined ? {} : { agentId }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
const bytesOf = (client: FeedClient) => (network.sent.get(client.connection) ?? []).join('\n');
const memoryIds = (client: FeedClient) => client.delivered.map((event) => event.memory_id);

describe('a client', () => {
  it('of a tenant receives no byte of another', async () => {
    const other = await (await composeTenants()).create(uniqueName('tenant'));
    const ours = await following();
    const theirs = await following(await callerOf(other.apiKey));

    const { id } = await d.store({ agentId: 'secret-agent', userId: 'secret-user' });
    await d.memory.retrieve(d.caller(), id, {});
    await d.memory.search(d.caller(), aSearch('heart', { userId: 'secret-user' }));
    await broadcast();

    expect(memoryIds(ours)).toEqual([id]);
    expect(ours.ephemeral.map(({ type }) => type)).toEqual(['memory.retrieved', 'memory.searched']);
    const foreign = bytesOf(theirs);
    for (const text of [id, 'secret', d.tenantId, d.caller().keyId]) expect(foreign).not.toContain(text);
    expect(theirs.delivered.concat(theirs.ephemeral)).toEqual([]);
  });

  it('with a bound key receives what it may read, of live-only events as well', async () => {
    const bound = await following(d.caller('coach', { spaceRoles: { lab: 'reader' } }));
    const own = await d.store({ agentId: 'coach' });
    const shared = await d.store({ agentId: 'chef', userId: 'u1' });
    const hidden = await d.store({ agentId: 'chef', visibility: 'agent' });

    for (const { id } of [own, shared, hidden]) await d.memory.retrieve(d.caller(), id, {});
    await d.memory.search(d.caller('chef'), aSearch('heart'));
    await broadcast();

    expect(memoryIds(bound)).toEqual([own.id, shared.id]);
    expect(bound.ephemeral.map((event) => event.memory_id)).toEqual([own.id, shared.id]);
    expect(bytesOf(bound)).not.toContain(hidden.id);
  });

  it('hears of a pattern that is found', async () => {
    const client = await following(d.caller(), { events: ['pattern.discovered'] });
    for (const place of ['at home', 'in town', 'by the sea'])
      await d.store({ content: { text: `deep sleep ${place}` } });
    await d.drain();

    const query = { minClusterSize: 3, minSimilarity: 0.5, storeInsights: false };
    const { patterns } = await d.memory.discover(d.caller(), query);
    await broadcast();

    expect(client.delivered).toMatchObject([
      { type: 'pattern.discovered', data: { pattern_id: patterns[0]?.id, size: 3 } },
    ]);
  });
});

describe('a ticket', () => {
  const ask = (ticket: string) =>
    authorizeSocket({
      methodArn: 'arn:aws:execute-api:eu-central-1:1:a/live/$connect',
      headers: { 'Sec-WebSocket-Protocol': `auren.v1, ticket.${ticket}` },
    });

  it('opens the door once, for whoever made it', async () => {
    const { ticket, expiresAt } = await d.memory.createTicket(d.caller('coach'));

    const answers = [await ask(ticket), await ask(ticket)];

    expect(answers.map(({ policyDocument }) => policyDocument.Statement[0].Effect)).toEqual(['Allow', 'Deny']);
    expect(answers[0]?.context).toMatchObject({ tenant_id: d.tenantId, agent_id: 'coach' });
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
  });

  it('is of no use after a minute', async () => {
    const { ticket } = await d.memory.createTicket(d.caller());
    const lives = await Promise.all((await d.redis.keys('auren:ticket:*')).map((name) => d.redis.pttl(name)));

    expect(lives.every((ms) => ms > 0 && ms <= 60_000)).toBe(true);
    expect((await ask(ticket)).policyDocument.Statement[0].Effect).toBe('Allow');
  });
});

describe('a key that ends', () => {
  it('has its connections closed when it is revoked, before anything else is told', async () => {
    const { key, apiKey } = await newKey();
    const [revoked, kept] = [await following(await callerOf(apiKey)), await following()];

    await d.memory.revokeKey(d.caller(), key.id);
    const { id } = await d.store();
    await broadcast();

    expect([network.isOpen(revoked.connection), network.isOpen(kept.connection)]).toEqual([false, true]);
    expect([memoryIds(revoked), memoryIds(kept)]).toEqual([[], [null, id]]);
    expect((await d.ports.connections.members(d.tenantId)).map((member) => member.id)).toEqual([kept.connection]);
  });

  it('is noticed by the schedule where no event says so: expired, or revoked while nobody was subscribed', async () => {
    const expiring = await newKey(undefined, daysAfter(d.clock.instant(), 1));
    const revoked = await newKey();
    const clients = [];
    for (const { apiKey } of [expiring, revoked]) {
      const client = new FeedClient(feed, network, await callerOf(apiKey));
      await client.open();
      await feed.unsubscribe(await callerOf(apiKey), client.connection);
      clients.push(client);
    }
    await d.memory.revokeKey(d.caller(), revoked.key.id);
    await broadcast();
    d.clock.advance({ days: 2 });

    await publishMetrics();
    await broadcast();

    expect(clients.map(({ connection }) => network.isOpen(connection))).toEqual([false, false]);
  });

  it('that is not ended keeps its connections', async () => {
    const client = await following(await callerOf((await newKey('coach')).apiKey));

    await publishMetrics();
    await broadcast();

    expect(network.isOpen(client.connection)).toBe(true);
  });
});

describe('rights that change', () => {
  it('close a connection at once: the agent that left a space hears no more of it', async () => {
    const { space } = await d.memory.createSpace(d.caller(), {
      name: 'Lab',
      members: [{ agentId: 'coach', role: 'reader' }],
    });
    const coach = await following(d.caller('coach', { spaceRoles: { [space.id]: 'reader' } }));
    const inSpace = { agentId: 'chef', spaceId: space.id, visibility: 'space' as const };
    const before = await d.store(inSpace);
    await broadcast();

    await d.memory.removeMember(d.caller(), space.id, 'coach');
    const after = await d.store(inSpace);
    await broadcast();

    expect(memoryIds(coach)).toEqual([before.id]);
    expect(network.isOpen(coach.connection)).toBe(false);
    expect(bytesOf(coach)).not.toContain(after.id);
  });
});

describe('rights that changed before', () => {
  it('end no connection that comes later and reads of it in its history', async () => {
    const { space } = await d.memory.createSpace(d.caller(), {
      name: 'Lab',
      members: [{ agentId: 'coach', role: 'reader' }],
    });
    const start = await d.ports.log.horizon(d.tenantId);
    await d.memory.removeMember(d.caller(), space.id, 'coach');
    await d.memory.setMember(d.caller(), space.id, { agentId: 'coach', role: 'reader' });
    const { id } = await d.store({ agentId: 'chef', spaceId: space.id, visibility: 'space' });
    d.clock.advance({ seconds: 1 });
    const coach = new FeedClient(feed, network, d.caller('coach', { spaceRoles: { [space.id]: 'reader' } }));

    await coach.open({ after: start });
    await broadcast();

    expect(network.isOpen(coach.connection)).toBe(true);
    expect(coach.delivered.map((event) => event.type)).toEqual([
      'space.member_removed',
      'space.member_set',
      'memory.stored',
    ]);
    expect(memoryIds(coach).at(-1)).toBe(id);
  });
});

describe('a person who is erased', () => {
  it('is in no live-only event that still waits', async () => {
    const client = await following();
    const [erased, kept] = [await d.store({ userId: 'ada' }), await d.store({ userId: 'bob' })];
    for (const { id } of [erased, kept]) await d.memory.retrieve(d.caller(), id, {});
    await d.memory.search(d.caller(), aSearch('heart', { userId: 'ada' }));
    const waiting = () => d.redis.lrange<string>(feedKeys(d.tenantId).ephemeral, 0, -1);
    const before = (await waiting()).join();

    await d.memory.erase(d.caller(), 'ada', { deadline: new Date(Date.now() + 20_000) });

    expect(before).toContain('"userId":"ada"');
    expect((await waiting()).join()).not.toContain('ada');
    await broadcast();
    expect(client.ephemeral.map((event) => event.memory_id)).toEqual([kept.id]);
    expect(idsOf(client.delivered).length).toBeGreaterThan(2);
  });
});

describe('metrics', () => {
  it('tell those who watch what was done since the last, and a bound key its own agent’s part', async () => {
    const all = await following(await callerOf(d.apiKey));
    const bound = await following(await callerOf((await newKey('coach')).apiKey));
    await publishMetrics();
    await broadcast();
    for (const agentId of ['coach', 'chef', 'chef'])
      await d.memory.retrieve(d.caller(), (await d.store({ agentId })).id, {});
    await broadcast();

    await publishMetrics();
    await broadcast();

    const [, second] = all.ephemeral.filter(({ type }) => type === 'metrics');
    expect(second).toMatchObject({
      type: 'metrics',
      cursor: null,
      seq: 0,
      data: {
        latency: { hot: { p50: expect.any(Number) }, cold: null },
        feed: { connected: true, active_connections: 2, subscriptions: 2, events_dropped: 0 },
        agents: { coach: { events_per_second: expect.any(Number) }, chef: { events_per_second: expect.any(Number) } },
      },
    });
    const own = bound.ephemeral.filter(({ type }) => type === 'metrics').at(-1);
    expect(own?.data).toMatchObject({ agents: { coach: expect.anything() } });
    expect(JSON.stringify(own)).not.toContain('chef');
  });
});
