/** What no request calls: the consumers behind the queues, the schedule, and the functions of a deployment and an operator. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as createTenant } from '../../../functions/deploy/create-tenant.ts';
import { handler as migrate } from '../../../functions/deploy/migrate.ts';
import { handler as broadcastEvents } from '../../../functions/queue/broadcast-events.ts';
import { handler as indexMemories } from '../../../functions/queue/index-memories.ts';
import { handler as projectHot } from '../../../functions/queue/project-hot.ts';
import { OPERATOR_FUNCTIONS, QUEUE_CONSUMERS, SCHEDULES } from '../../../functions/routes.ts';
import { handler as discoverPatterns } from '../../../functions/schedule/discover-patterns.ts';
import { handler as healConsumers } from '../../../functions/schedule/heal-consumers.ts';
import { handler as migrateTiers } from '../../../functions/schedule/migrate-tiers.ts';
import { handler as publishMetrics } from '../../../functions/schedule/publish-metrics.ts';
import { composeFollowing, usePorts } from '../../../layers/memory/compose.ts';
import { aCaller } from '../../support/builders.ts';
import { aWorld, CONTEXT, sqsEvent, type World } from './world.ts';

const DRAFT = { agent_id: 'neuroscientist', type: 'fact', content: 'deep sleep', created_at: '2024-01-01T00:00:00Z' };

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const poke = () => sqsEvent(JSON.stringify({ tenant_id: world.tenantId }));
const store = async (draft = {}) =>
  (await world.call('store-memory', { body: { ...DRAFT, ...draft } })).body.id as string;

describe('the functions of this file', () => {
  it('are all that the table names beside the routes', () => {
    expect([...QUEUE_CONSUMERS, ...SCHEDULES, ...OPERATOR_FUNCTIONS].map(({ name }) => name).sort()).toEqual([
      'broadcast-events',
      'create-tenant',
      'discover-patterns',
      'heal-consumers',
      'index-memories',
      'migrate',
      'migrate-tiers',
      'project-hot',
      'publish-metrics',
    ]);
  });
});

describe('project-hot', () => {
  it('renews the lease: a hot memory is then read without PostgreSQL', async () => {
    const id = await store({ created_at: undefined });

    expect(await projectHot(poke(), CONTEXT)).toEqual({ batchItemFailures: [] });
    world.ports.calls.postgres = 0;
    const found = await world.call('retrieve-memory', { path: { id } });

    expect([found.status, found.headers['x-memory-tier'], world.ports.calls.postgres]).toEqual([200, 'hot', 0]);
  });

  it('hands the message back while Redis is down', async () => {
    await store();
    world.ports.fail('redis');

    expect(await projectHot(poke(), CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });
});

describe('the live feed', () => {
  const caller = () => aCaller(world.tenantId, { keyId: world.keyId });

  async function subscribed() {
    const feed = await composeFollowing();
    await feed.connect(caller(), 'c1');
    await feed.subscribe(caller(), 'c1', { filter: {} }, 'now');
    await broadcastEvents(poke(), CONTEXT);
  }

  it('tells a subscribed connection what is stored', async () => {
    await subscribed();
    const id = await store();

    expect(await broadcastEvents(poke(), CONTEXT)).toEqual({ batchItemFailures: [] });

    expect(world.ports.poster.framesTo('c1')).toMatchObject([
      { kind: 'subscribed' },
      { kind: 'events', events: [{ type: 'memory.stored', memory_id: id }] },
    ]);
    expect((await world.call('get-stats')).body.feed).toMatchObject({
      ...{ connected: true, events_processed: 1, events_dropped: 0, queue_size: 0 },
      ...{ active_connections: 1, subscriptions: 1, lag_ms: { p50: expect.any(Number) } },
    });
  });

  it('hands the message back while Redis is down, and says so in stats', async () => {
    await subscribed();
    world.ports.fail('redis');

    expect(await broadcastEvents(poke(), CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect((await world.call('get-stats')).body.feed).toMatchObject({ connected: false, active_connections: 0 });
  });

  it('gets metrics by schedule, for the tenants that are connected', async () => {
    await createTenant({ tenant_id: 'tenant-b' });
    await subscribed();

    const report = await publishMetrics({ 'detail-type': 'Scheduled Event' }, CONTEXT);
    await broadcastEvents(poke(), CONTEXT);

    expect(report).toEqual({ tenants: 2, connected: 1, failed: 0, left: 0 });
    expect(world.ports.poster.framesTo('c1').at(-1)).toMatchObject({
      kind: 'ephemeral',
      events: [{ type: 'metrics' }],
    });
  });

  it('fails its schedule, so that somebody looks, where a tenant could not be measured', async () => {
    await subscribed();
    world.ports.hot.stats = async () => {
      throw new Error('a broken counter');
    };

    await expect(publishMetrics({}, CONTEXT)).rejects.toThrow('failed for 1 tenants');
  });
});

describe('index-memories', () => {
  it('makes what was stored findable by meaning and brings what is old to the cold tier', async () => {
    const id = await store();

    expect(await indexMemories(poke(), CONTEXT)).toEqual({ batchItemFailures: [] });

    expect([...(await world.ports.cold.get(world.tenantId, [id])).keys()]).toEqual([id]);
    const answer = await world.call('search-memories', { body: { query: 'deep sleep', mode: 'semantic' } });
    expect(answer.body.results).toMatchObject([{ memory: { id, tier: 'cold', content: { text: 'deep sleep' } } }]);
  });

  it('hands the message back while Chroma is down, and catches up when it comes again', async () => {
    await store();
    world.ports.fail('chroma');
    expect(await indexMemories(poke(), CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    world.ports.restore('chroma');

    expect(await indexMemories(poke(), CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(await world.ports.vectors.count(world.tenantId)).toBe(1);
  });
});

describe('heal-consumers', () => {
  it('pokes every tenant, on the event of the scheduler', async () => {
    await createTenant({ tenant_id: 'tenant-b' });
    world.ports.poke.poked.length = 0;

    expect(await healConsumers({ 'detail-type': 'Scheduled Event' }, CONTEXT)).toEqual({ tenants: 2, poked: 2 });
    expect(world.ports.poke.poked).toEqual(['tenant-a', 'tenant-b']);
  });
});

describe('migrate-tiers', () => {
  it('moves what has aged, on the event of the scheduler, and answers what it did', async () => {
    const id = await store({ created_at: undefined });
    world.ports.clock.advance({ days: 31 });

    const report = await migrateTiers({ 'detail-type': 'Scheduled Event' }, CONTEXT);

    expect(report).toMatchObject({
      tenants: { swept: 1, held_elsewhere: 0, failed: 0, left: 0 },
      moved: { age: 1, use: 0, policy: 0, pressure: 0 },
      backlog: 0,
      duration_ms: expect.any(Number),
    });
    expect((await world.call('retrieve-memory', { path: { id } })).headers['x-memory-tier']).toBe('warm');
  });

  it('fails, so that somebody looks, where a tenant could not be swept', async () => {
    await store();
    world.ports.catalog.expired = async () => {
      throw new Error('a broken row');
    };

    await expect(migrateTiers({}, CONTEXT)).rejects.toThrow('failed for 1 tenants');
  });
});

describe('discover-patterns', () => {
  it('finds what each tenant’s memories have in common, on the event of the scheduler, and answers what it found', async () => {
    for (const place of ['at home', 'in town', 'by the sea'])
      await store({ content: `Deep sleep, deep sleep ${place}` });
    await indexMemories(poke(), CONTEXT);

    const report = await discoverPatterns({ 'detail-type': 'Scheduled Event' }, CONTEXT);

    expect(report).toMatchObject({
      tenants: { discovered: 1, held_elsewhere: 0, failed: 0, left: 0 },
      patterns: { found: 1, new: 1, changed: 0, dropped: 0 },
      insights: 0,
    });
    expect((await world.call('list-patterns')).body.patterns).toMatchObject([{ size: 3, label: 'deep, sleep' }]);
  });

  it('fails, so that somebody looks, where a tenant could not be looked at, and goes on with the others', async () => {
    await createTenant({ tenant_id: 'tenant-b' });
    const { ofScope } = world.ports.patterns;
    world.ports.patterns.ofScope = async (tenantId, scope) => {
      if (tenantId === world.tenantId) throw new Error('a broken row');
      return await ofScope(tenantId, scope);
    };

    await expect(discoverPatterns({}, CONTEXT)).rejects.toThrow(/failed for 1 tenants.*"discovered":1/);
  });
});

describe('create-tenant', () => {
  it('makes a tenant whose key may do everything, in that tenant alone', async () => {
    await store();
    const made = await createTenant({ tenant_id: 'tenant-b' });

    const list = await world.call('list-memories', { apiKey: made.api_key });
    const keys = await world.call('list-keys', { apiKey: made.api_key });

    expect([list.body.memories, keys.body.keys.length]).toEqual([[], 1]);
  });

  it('fails for one that exists', async () => {
    await expect(createTenant({ tenant_id: world.tenantId })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('migrate', () => {
  it('answers what it applied', async () => {
    const migration = { migrate: async () => ({ applied: ['0001_initial.sql'] }) };

    expect(await migrate.with(async () => migration)({})).toEqual({ applied: ['0001_initial.sql'] });
  });

  it('fails where no database is configured, and names the setting', async () => {
    vi.stubEnv('DATABASE_URL', '');
    vi.stubEnv('AUREN_SECRET_ARN', '');
    usePorts({});

    await expect(migrate({})).rejects.toThrow('DATABASE_URL');
  });
});
