/** The set of ports in memory: its fault switches and its counters, on which the tests of the use cases rely. */
import { describe, expect, it } from 'vitest';
import { EngineUnavailable } from '../../../layers/memory/errors.ts';
import { aCaller, aMemory, stored } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { inMemoryPorts } from '../../support/in-memory/index.ts';

const TENANT = 'tenant-1';

describe('ports in memory', () => {
  it('share one store: what the log commits, the catalog, the warm tier and the search find', async () => {
    const ports = inMemoryPorts();
    const memory = aMemory({ tier: 'warm', content: { text: 'magnesium' } });

    await ports.log.commit(stored(TENANT, memory).commit);

    expect(await ports.catalog.find(TENANT, [memory.id], 'tier', NOON)).toMatchObject([{ content: memory.content }]);
    expect([...(await ports.warm.get(TENANT, [memory.id])).keys()]).toEqual([memory.id]);
    expect(await ports.members.members(TENANT, ['agent:neuroscientist', 'user:u1'], 5)).toEqual(
      new Map([
        ['agent:neuroscientist', [memory.id]],
        ['user:u1', []],
      ]),
    );
  });

  it('count the round trips of each engine', async () => {
    const ports = inMemoryPorts();

    await ports.catalog.find(TENANT, [], 'none', NOON);
    await ports.log.horizon(TENANT);
    await ports.hot.putAndEvict(TENANT, [aMemory()], NOON);
    await ports.cold.count(TENANT);

    expect(ports.calls).toEqual({ postgres: 2, redis: 1, chroma: 1 });
  });

  it('fail for one engine while it is switched off, and recover', async () => {
    const ports = inMemoryPorts();
    const read = () => ports.hot.read(aCaller(TENANT), [], { use: false, now: NOON });
    ports.fail('redis');

    await expect(read()).rejects.toThrow(EngineUnavailable);
    await expect(ports.keyCache.get('hash')).rejects.toMatchObject({ engine: 'redis', code: 'engine_unavailable' });
    await expect(ports.probes.redis()).rejects.toThrow(EngineUnavailable);
    await expect(ports.probes.postgres()).resolves.toBeUndefined();
    expect(await ports.warm.count(TENANT)).toBe(0);
    ports.restore('redis');

    expect((await read()).leased).toBe(false);
    await expect(ports.probes.redis()).resolves.toBeUndefined();
  });

  it('change nothing in a call that fails', async () => {
    const ports = inMemoryPorts();
    const { commit, record } = stored(TENANT, aMemory());
    ports.fail('postgres');
    await expect(ports.log.commit(commit)).rejects.toThrow(EngineUnavailable);

    ports.restore('postgres');

    expect(await ports.log.stream(TENANT, record.id)).toEqual([]);
  });

  it('take overrides in place of any port', async () => {
    const clock = inMemoryPorts().clock;
    const ports = inMemoryPorts({ clock, hotCapacity: 2 });

    clock.advance({ days: 1 });
    await ports.hot.put(TENANT, [aMemory(), aMemory(), aMemory()]);

    expect(ports.clock.now().getTime()).toBe(Date.parse(NOON) + 86_400_000);
    expect(await ports.hot.count(TENANT)).toBe(2);
  });

  it('hand out copies: what a caller does to an answer changes nothing', async () => {
    const ports = inMemoryPorts();
    const memory = aMemory({ tier: 'warm', content: { list: [1] } });
    await ports.log.commit(stored(TENANT, memory).commit);

    const [row] = await ports.catalog.find(TENANT, [memory.id], 'any', NOON);
    Object.assign(row?.content ?? {}, { list: 'changed' });

    expect(await ports.catalog.find(TENANT, [memory.id], 'any', NOON)).toMatchObject([{ content: { list: [1] } }]);
  });
});
