/** Reads as live-only events: told to those who watch, free while nobody does, and never at the cost of the answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EphemeralEvent } from '../../../layers/memory/model/event.ts';
import { aSearch } from '../../support/a-search.ts';
import { aCaller } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { uniqueName } from '../../support/ids.ts';
import { aSession, type Session } from './session.ts';

/** Each with a tenant that was not poked lately: a process remembers that. */
const freshTenant = () => uniqueName('tenant');

async function prepare({ watched = true } = {}) {
  const session = await aSession();
  const tenantId = freshTenant();
  session.ports.store.addTenant(tenantId);
  const caller = aCaller(tenantId);
  const draft = { agentId: 'coach', userId: 'ada', type: 'fact' as const, content: { text: 'deep sleep' } };
  const { memory: hot } = await session.memory.store(caller, draft);
  const { memory: warm } = await session.memory.store(caller, { ...draft, createdAt: daysAfter(NOON, -240) });
  if (watched) await watch(session, tenantId);
  session.ports.poke.poked.length = 0;
  Object.assign(session.ports.calls, { redis: 0, postgres: 0 });
  const waiting = async () =>
    (await session.ports.connections.waiting(tenantId)).map((text) => JSON.parse(text) as EphemeralEvent);
  return { session, caller, hot, warm, waiting };
}

async function watch({ ports }: Session, tenantId: string): Promise<void> {
  await ports.connections.add({ id: 'c1', caller: aCaller(tenantId), since: NOON });
  await ports.connections.subscribe(tenantId, 'c1', { filter: {} }, { mark: 'm', from: 'now', resumes: false });
}

describe('a retrieval', () => {
  it('is told with the tier that it came from, and whose memory it was', async () => {
    const { session, caller, hot, warm, waiting } = await prepare();

    await session.memory.getMany(caller, [hot.id, warm.id], 1_000_000);

    expect(await waiting()).toMatchObject([
      {
        ...{ type: 'memory.retrieved', streamId: hot.id, seq: 0, actor: 'key:key_test', agentId: 'coach' },
        ...{ userId: 'ada', visibility: 'user', tier: 'hot' },
        data: { tier: 'hot', latency_ms: expect.any(Number) },
      },
      { streamId: warm.id, tier: 'warm', data: { tier: 'warm' } },
    ]);
    expect(JSON.stringify(await waiting())).not.toContain('deep sleep');
  });

  it('costs nothing more while nobody watches', async () => {
    const watched = await prepare();
    const unwatched = await prepare({ watched: false });

    for (const { session, caller, hot } of [watched, unwatched]) await session.memory.retrieve(caller, hot.id, {});

    const [seen, unseen] = [watched.session.ports, unwatched.session.ports];
    expect(seen.calls.redis - unseen.calls.redis).toBe(1);
    expect([seen.poke.poked.length, unseen.poke.poked.length]).toEqual([1, 0]);
    expect(await unwatched.waiting()).toEqual([]);
  });

  it('pokes once for many, and again when the first poke is old', async () => {
    const { session, caller, hot, waiting } = await prepare();
    const { poked } = session.ports.poke;

    for (let n = 0; n < 5; n += 1) await session.memory.retrieve(caller, hot.id, {});
    const first = poked.length;
    await sleep(250);
    await session.memory.retrieve(caller, hot.id, {});

    expect([first, poked.length, (await waiting()).length]).toEqual([1, 2, 6]);
  });

  it('is answered although the feed could not be told', async () => {
    const { session, caller, hot } = await prepare();
    session.ports.connections.announce = async () => {
      throw new Error('Redis is away');
    };

    expect(await session.memory.retrieve(caller, hot.id, {})).toMatchObject({ id: hot.id });

    expect(session.ports.warnings.map(({ message }) => message)).toContain('the feed was not told of a read');
  });

  it('of the past is none', async () => {
    const { session, caller, hot, waiting } = await prepare();

    await session.memory.retrieve(caller, hot.id, { asOf: NOON });

    expect(await waiting()).toEqual([]);
  });
});

describe('a search', () => {
  it('is told without its query, on the call that it makes anyway', async () => {
    const { session, caller, waiting } = await prepare();

    await session.memory.search(caller, aSearch('deep sleep', { userId: 'ada' }));

    expect(await waiting()).toMatchObject([
      {
        type: 'memory.searched',
        streamId: '',
        userId: 'ada',
        data: { mode: 'hybrid', results_count: 2 },
      },
    ]);
    expect(JSON.stringify(await waiting())).not.toContain('deep');
    expect(session.ports.poke.poked).toEqual([caller.tenantId]);
  });
});
