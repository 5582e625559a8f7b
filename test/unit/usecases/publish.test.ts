/** After the commit: Redis and the poke may fail, an acknowledged write stands, and what was pushed out of Redis becomes warm. */
import { describe, expect, it } from 'vitest';
import { AurenError } from '../../../layers/memory/errors.ts';
import { contextFor } from '../../../layers/memory/log/change.ts';
import type { ControlAction } from '../../../layers/memory/memory.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { flipEvicted, publish } from '../../../layers/memory/usecases/publish.ts';
import { aCaller } from '../../support/builders.ts';
import { aSession, copiesOf, rowOf, type Session, TENANT } from './session.ts';

const contextOf = ({ ports }: Session) => contextFor(ports, aCaller(TENANT), ports.clock.instant());

describe('after a commit', () => {
  it('Redis has what is hot, and a tombstone for what is not', async () => {
    const session = await aSession();
    const { id } = await session.store();
    const action: ControlAction = { action: 'demote', memoryIds: [id] };

    await session.memory.control(session.caller(), 'neuroscientist', action, {});

    expect(await copiesOf(session, id)).toEqual(['warm']);
  });

  it('a Redis that is down is said and otherwise ignored; the projector makes it good', async () => {
    const session = await aSession();
    session.ports.fail('redis');
    const { id } = await session.store();
    expect(session.ports.warnings).toHaveLength(1);
    expect(session.ports.poke.poked).toEqual([TENANT]);

    session.ports.restore('redis');
    await session.project();

    expect(await copiesOf(session, id)).toEqual(['hot']);
  });

  it('a fault of ours in the adapter is not hidden', async () => {
    const session = await aSession();
    session.ports.hot.putAndEvict = async () => Promise.reject(new TypeError('a fault'));

    await expect(session.store()).rejects.toThrow('a fault');
  });

  it('Redis and the poke go side by side', async () => {
    const session = await aSession();
    const { ports } = session;
    const order: string[] = [];
    const { putAndEvict } = ports.hot;
    ports.hot.putAndEvict = async (...args) => {
      order.push('redis begins');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('redis ends');
      return await putAndEvict(...args);
    };
    const { poke } = ports.poke;
    ports.poke.poke = async (tenantId) => {
      order.push('poke');
      await poke(tenantId);
    };

    await session.store();

    expect(order).toEqual(['redis begins', 'poke', 'redis ends']);
  });
});

describe('capacity', () => {
  it('is never exceeded; the lowest score moves to warm with content, version and age kept', async () => {
    const session = await aSession({ hotCapacity: 3 });
    const records: MemoryRecord[] = [];
    for (const priority of [5, 1, 7, 3, 6]) records.push(await session.store({ priority }));

    const rows = await Promise.all(records.map(({ id }) => rowOf(session, id)));

    expect(await session.ports.hot.count(TENANT)).toBe(3);
    expect(rows.map((row) => row?.tier)).toEqual(['hot', 'warm', 'hot', 'warm', 'hot']);
    expect(rows[1]).toMatchObject({ version: 1, content: { text: 'sleep' }, hold: null });
    expect(await copiesOf(session, records[1]?.id ?? '')).toEqual(['warm']);
    expect((await session.events(records[1]?.id ?? '')).at(-1)).toMatchObject({
      type: 'memory.tier_changed',
      data: { from: 'hot', to: 'warm', reason: 'pressure' },
    });
  });

  it('spares what a policy retains', async () => {
    const session = await aSession({ hotCapacity: 2 });
    const kept = await session.store({ priority: 4 });
    const retain = { action: 'set_retention', criteria: { minPriority: 4 }, onFail: 'demote' } as const;
    await session.memory.control(session.caller(), 'neuroscientist', { ...retain, simulate: false, queries: [] }, {});

    for (const priority of [5, 6]) await session.store({ priority, agentId: 'coach' });

    expect(await rowOf(session, kept.id)).toMatchObject({ tier: 'hot' });
  });

  it('a flip that fails costs the store nothing, and is said', async () => {
    const session = await aSession({ hotCapacity: 1 });
    const first = await session.store({ priority: 1 });
    const { commit } = session.ports.log;
    session.ports.log.commit = async (asked) => {
      if (asked.events.some(({ type }) => type === 'memory.tier_changed'))
        throw new AurenError('in_progress', 'locked');
      return await commit(asked);
    };

    const second = await session.store({ priority: 9 });

    expect((await session.retrieve(second.id)).tier).toBe('hot');
    expect(session.ports.warnings.map(({ message }) => message)).toEqual([
      'memories that left Redis under pressure were not moved to warm',
    ]);
    expect((await session.retrieve(first.id)).content).toEqual({ text: 'sleep' });
  });
});

describe('flipping what was evicted', () => {
  it('leaves out what was changed meanwhile, and moves the others', async () => {
    const session = await aSession();
    const [changed, other, gone] = [await session.store(), await session.store(), await session.store()];
    await session.patch(changed.id, { priority: 6 });
    await session.memory.delete(session.caller(), gone.id, {});

    await flipEvicted(session.ports, contextOf(session), [changed, other, gone]);

    expect(await rowOf(session, changed.id)).toMatchObject({ tier: 'hot', version: 2 });
    expect(await rowOf(session, other.id)).toMatchObject({ tier: 'warm' });
    expect(await rowOf(session, gone.id)).toBeUndefined();
  });

  it('does nothing where all were changed meanwhile', async () => {
    const session = await aSession();
    const record = await session.store();
    await session.patch(record.id, { priority: 6 });

    await flipEvicted(session.ports, contextOf(session), [record]);

    expect(await session.events(record.id)).toHaveLength(2);
  });

  it('commits in the order of ids, whatever order they left in', async () => {
    const session = await aSession();
    const [a, b] = [await session.store(), await session.store()];

    await flipEvicted(session.ports, contextOf(session), [b, a]);

    const moved = session.ports.store.of(TENANT).events.filter(({ type }) => type === 'memory.tier_changed');
    expect(moved.map(({ streamId }) => streamId)).toEqual([a.id, b.id]);
  });

  it('costs no round trip where nothing was', async () => {
    const session = await aSession();

    await flipEvicted(session.ports, contextOf(session), []);
    await publish(session.ports, contextOf(session), []);

    expect(session.ports.calls).toEqual({ postgres: 0, redis: 0, chroma: 0 });
  });
});
