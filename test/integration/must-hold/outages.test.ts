/** An engine is down: what still works, what is refused and how, and that everything works again without a restart. */

import { probes } from '@auren/memory/adapters.ts';
import { createAuthenticate } from '@auren/memory/auth/authenticate.ts';
import { AurenError } from '@auren/memory/errors.ts';
import type { ControlAction } from '@auren/memory/memory.ts';
import { createHealth } from '@auren/memory/usecases/check-health.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { codeOf, type Domain, domain, idsOf } from '../../support/domain.ts';
import { ownEngines } from '../../support/engines.ts';

const AGENT = 'neuroscientist';
const YEARS_2 = daysAfter(NOON, -730);
const AGAIN_WITHIN_MS = 10_000;
const again = { timeout: AGAIN_WITHIN_MS, interval: 50 };

const engines = ownEngines();
let d: Domain;
beforeAll(async () => {
  d = await domain(engines().env, { settings: { AUREN_HOT_LEASE_SECONDS: '600' } });
});
const down = new Set<'postgres' | 'redis' | 'chroma'>();
const kill = async (name: 'postgres' | 'redis' | 'chroma') => {
  await engines()[name].kill();
  down.add(name);
};
const revive = async (name: 'postgres' | 'redis' | 'chroma') => {
  await engines()[name].revive();
  down.delete(name);
  // The front reconnects within a quarter of a second of the start.
  await expect.poll(() => codeOf(d.ports.hot.count(d.tenantId)), again).toEqual(expect.any(Number));
};
/** A test that failed leaves no engine down for the next. */
afterEach(async () => {
  for (const name of down) await revive(name);
});

const control = async (action: ControlAction) => (await d.memory.control(d.caller(), AGENT, action, {})).body;
const search = (query: string, overrides = {}) =>
  d.memory.search(d.caller(), aSearch(query, { userId: 'ada', ...overrides }));
/** Asked past the cache of five seconds. */
const health = async () => (await createHealth({ probes: await probes() }).health()).status;

describe('without Redis', () => {
  it('every operation answers as ever', async () => {
    const old = await d.store({ userId: 'ada', content: { text: 'zebrafish sleep by night' } });
    await d.drain();
    await kill('redis');
    const caller = d.caller();

    const one = await d.store({ userId: 'ada', content: { text: 'quokkas smile at noon' }, priority: 9 });
    const batch = await d.memory.storeBatch(
      caller,
      [1, 2, 3].map((n) => ({ agentId: AGENT, type: 'fact' as const, content: { n } })),
    );
    const [a = '', b = '', c = ''] = idsOf(batch.memories);
    await d.index();

    expect(await d.memory.retrieve(caller, old.id, {})).toMatchObject({ tier: 'hot', content: old.content });
    expect(idsOf((await d.memory.getMany(caller, [old.id, one.id, a], 1e6)).memories)).toEqual([old.id, one.id, a]);
    expect((await d.memory.list(caller, { order: 'created_at', limit: 10 }, 1e6)).items).toHaveLength(5);
    expect(await d.memory.update(caller, a, { content: { n: 11 } }, {})).toMatchObject({ version: 2 });
    expect((await d.memory.retrieve(caller, a, {})).content).toEqual({ n: 11 });
    await d.memory.delete(caller, b, {});
    expect(await codeOf(d.memory.retrieve(caller, b, {}))).toBe('not_found');
    expect((await d.memory.history(caller, a)).verified).toBe(true);
    expect((await d.memory.retention(caller, a)).points.length).toBeGreaterThan(1);
    const found = await search('quokkas');
    expect([idsOf(found.results.map(({ memory }) => memory)), found.degraded]).toEqual([[one.id], []]);
    expect(await d.memory.related(caller, one.id, { limit: 5, crossUser: false })).toEqual([]);

    for (const action of ['pin', 'unpin', 'archive', 'promote', 'demote', 'forget'] as const) {
      const done = await control({ action, memoryIds: [c] });
      expect([action, done.updated_count ?? done.archived_count]).toEqual([action, 1]);
    }
    expect(await control({ action: 'prioritize', memoryIds: [a], boostFactor: 2 })).toMatchObject({ updated_count: 1 });
    const policy = {
      action: 'set_retention' as const,
      criteria: { minPriority: 6 },
      onFail: 'demote' as const,
      simulate: false,
      queries: [],
    };
    expect(await control(policy)).toMatchObject({ retained_count: 2, released_count: 1, released_ids: [old.id] });
    expect((await d.memory.policy(caller, AGENT)).criteria).toEqual({ minPriority: 6 });
    await d.memory.clearPolicy(caller, AGENT);
    expect(await d.memory.stats(caller, {})).toMatchObject({
      total_memories: 3,
      tier_distribution: { hot: 2, warm: 1, cold: 0 },
    });
    expect((await d.memory.agents(caller, { limit: 5 })).items).toMatchObject([{ id: AGENT, total: 3 }]);
    expect((await d.memory.events(caller, { order: 'desc', limit: 1, filter: {} })).events).toMatchObject([
      { type: 'memory.retained' },
    ]);
    const made = await d.memory.createKey(caller, { scopes: ['memories:read'] });
    expect(await d.authenticate(made.apiKey)).toMatchObject({ keyId: made.key.id });
    const other = await d.memory.createKey(caller, { scopes: ['memories:read'] });
    await d.memory.revokeKey(caller, other.key.id);
    expect(await d.authenticate(other.apiKey)).toBeNull();
    expect((await d.memory.listKeys(caller, { limit: 10 })).items).toHaveLength(3);
    expect(await health()).toBe('degraded');

    await revive('redis');
    await d.project();
    const copies = await d.ports.hot.get(d.tenantId, [old.id, one.id, a, b, c]);
    expect([...copies.values()].map(({ id, content }) => [id, content])).toEqual([
      [one.id, one.content],
      [a, { n: 11 }],
    ]);
  });
});

describe('without Chroma', () => {
  it('words still find, cold memories come from the log, stores work; the index catches up afterwards', async () => {
    const cold = await d.store({ userId: 'ada', createdAt: YEARS_2, content: { text: 'wombats dig square tunnels' } });
    const hot = await d.store({ userId: 'ada', content: { text: 'wombats dig deep tunnels' } });
    await d.drain();
    await kill('chroma');

    const found = await search('wombats');
    const frozen = await d.memory.retrieve(d.caller(), cold.id, {});
    const during = await d.store({ userId: 'ada', content: { text: 'axolotls regrow limbs' } });
    await control({ action: 'archive', memoryIds: [hot.id] });
    const archived = await d.memory.retrieve(d.caller(), hot.id, {});
    const related = await codeOf(d.memory.related(d.caller(), cold.id, { limit: 5, crossUser: false }));
    const indexing = await codeOf(d.index());
    const stats = await d.memory.stats(d.caller(), {});
    const status = await health();

    expect([found.results.map(({ memory }) => memory.id).sort(), found.degraded]).toEqual([
      [cold.id, hot.id].sort(),
      ['semantic'],
    ]);
    expect([frozen.tier, frozen.content, archived.tier, archived.content]).toEqual([
      'cold',
      cold.content,
      'cold',
      hot.content,
    ]);
    expect([related, indexing, status]).toEqual(['engine_unavailable', 'engine_unavailable', 'degraded']);
    expect((stats.cold as { bytes: unknown }).bytes).toBeNull();

    await revive('chroma');
    await d.index();
    const byMeaning = await search('axolotls regrow limbs', { mode: 'semantic' });
    expect([byMeaning.results[0]?.memory.id, byMeaning.degraded]).toEqual([during.id, []]);
    expect((await d.ports.cold.get(d.tenantId, [hot.id])).get(hot.id)?.content).toEqual(hot.content);
    expect(
      (await d.memory.related(d.caller(), cold.id, { limit: 5, crossUser: false })).map(({ memory }) => memory.id),
    ).toContain(hot.id);
  });
});

describe('without PostgreSQL', () => {
  it('hot memories are read, known keys let in, and all else says that it is unavailable and when to come back', async () => {
    const hot = await d.store({ userId: 'ada' });
    const warm = await d.store({ createdAt: daysAfter(NOON, -240) });
    await d.drain();
    const known = await d.memory.createKey(d.caller(), { scopes: ['memories:read'] });
    const unknown = await d.memory.createKey(d.caller(), { scopes: ['memories:read'] });
    const fresh = {
      cache: d.ports.keyCache,
      keys: d.ports.apiKeys,
      pepper: d.ports.pepper,
      clock: d.clock,
      cacheSeconds: 0,
    };
    await createAuthenticate(fresh).authenticate(known.apiKey);
    const [before] = await d.sql('select count(*)::int as n from auren.events where tenant_id = $1', [d.tenantId]);
    await kill('postgres');

    const read = await d.memory.retrieve(d.caller(), hot.id, {});
    const key = await createAuthenticate(fresh).authenticate(known.apiKey);
    const caller = d.caller();
    const refused: Record<string, Promise<unknown>> = {
      store: d.store(),
      batch: d.memory.storeBatch(caller, [{ agentId: AGENT, type: 'fact', content: { n: 1 } }]),
      update: d.memory.update(caller, hot.id, { priority: 1 }, {}),
      delete: d.memory.delete(caller, hot.id, {}),
      control: control({ action: 'archive', memoryIds: [hot.id] }),
      createKey: d.memory.createKey(caller, { scopes: ['admin'] }),
      retrieveWarm: d.memory.retrieve(caller, warm.id, {}),
      retrieveUnknown: d.memory.retrieve(caller, `mem_${'0'.repeat(32)}`, {}),
      getMany: d.memory.getMany(caller, [hot.id, warm.id], 1e6),
      list: d.memory.list(caller, { order: 'created_at', limit: 5 }, 1e6),
      history: d.memory.history(caller, hot.id),
      search: search('anything'),
      searchByMeaning: search('anything', { mode: 'semantic' }),
      stats: d.memory.stats(caller, {}),
      events: d.memory.events(caller, { order: 'asc', limit: 5, filter: {} }),
      unknownKey: createAuthenticate(fresh).authenticate(unknown.apiKey),
      project: d.project(),
    };
    const outcomes = Object.entries(refused).map(async ([name, call]) => [
      name,
      await call.then(
        () => 'answered',
        (error: unknown) => (error instanceof AurenError ? [error.code, (error.retryAfterSeconds ?? 0) > 0] : error),
      ),
    ]);
    const errors = Object.fromEntries(await Promise.all(outcomes));
    const status = await health();

    expect([read.content, key?.keyId]).toEqual([hot.content, known.key.id]);
    expect(errors).toEqual(
      Object.fromEntries(Object.keys(refused).map((name) => [name, ['engine_unavailable', true]])),
    );
    expect(status).toBe('down');

    await revive('postgres');
    const [after] = await d.sql('select count(*)::int as n from auren.events where tenant_id = $1', [d.tenantId]);
    const stored = await d.store();
    await d.drain();
    expect(after?.n).toBe(before?.n);
    expect((await d.memory.retrieve(d.caller(), stored.id, {})).content).toEqual(stored.content);
    expect(await d.authenticate(unknown.apiKey)).toMatchObject({ keyId: unknown.key.id });
    expect(await d.memory.history(d.caller(), hot.id)).toMatchObject({
      verified: true,
      events: [{ type: 'memory.stored' }],
    });
  });
});
