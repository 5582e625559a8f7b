/** The lease of a consumer and the time that it has: whatever ends a drain, the next one can begin at once. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineUnavailable } from '../../../layers/memory/errors.ts';
import { inMs, LEASE_MS, NAME, prepare, TENANT, unavailable } from './a-consumer.ts';

describe('a lease', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is kept by a start that takes longer, as long as it says that it goes on', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
    const free: boolean[] = [];
    const start = async (_: string, stay: () => Promise<void>) => {
      pass(0.7 * LEASE_MS);
      await stay();
      pass(0.7 * LEASE_MS);
      free.push(await isFree());
      return null;
    };
    const { drain, isFree } = await prepare({ start } as object);

    await drain();

    expect(free).toEqual([false]);
  });

  it('that was lost meanwhile ends the start', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const start = async (_: string, stay: () => Promise<void>) => {
      vi.setSystemTime(Date.now() + 2 * LEASE_MS);
      await ports.consumers.acquire(NAME, TENANT, 'another', LEASE_MS);
      await stay();
      return null;
    };
    const { ports, drain } = await prepare({ start } as object);

    await expect(drain()).rejects.toMatchObject({ code: 'in_progress' });
  });

  it('that another holds is left alone, with a mark for it to look again', async () => {
    const { ports, applied, drain } = await prepare();
    await ports.consumers.acquire(NAME, TENANT, 'another', LEASE_MS);

    const report = await drain();

    expect(report).toMatchObject({ heldElsewhere: true, caughtUp: false, events: 0 });
    expect(applied).toEqual([]);
    expect(await ports.consumers.release(NAME, TENANT, 'another')).toBe(false);
  });

  it('whose mark came while the drain ended makes it look again, and misses nothing', async () => {
    const { ports, ids, applied, store, drain, isFree } = await prepare();
    const { release } = ports.consumers;
    let isLate = false;
    ports.consumers.release = async (...args) => {
      if (!isLate) {
        isLate = true;
        await store();
        expect(await isFree()).toBe(false);
      }
      return await release(...args);
    };

    expect(await drain()).toMatchObject({ events: 4, caughtUp: true });

    expect(applied).toEqual(ids);
    expect(await isFree()).toBe(true);
  });

  it('that was lost ends the drain: another goes on', async () => {
    const { ports, drain } = await prepare({
      events: 4,
      batchSize: 1,
      apply: async () => {
        ports.consumers.advance = async () => false;
      },
    });

    await expect(drain()).rejects.toMatchObject({ code: 'in_progress' });
  });

  it.each([
    ['has failed', 5_000, unavailable],
    ['ran out of time', -1, () => undefined],
  ])('is free after a drain that %s, though somebody knocked meanwhile', async (_, ms, failure) => {
    const { ports, drain, isFree } = await prepare({
      apply: () => {
        const error = failure();
        if (error) throw error;
      },
    });
    const { acquire } = ports.consumers;
    ports.consumers.acquire = async (...args) => {
      const lease = await acquire(...args);
      ports.consumers.acquire = acquire;
      expect(await isFree()).toBe(false);
      return lease;
    };

    await drain(inMs(ms)).catch((error: unknown) => expect(error).toBeInstanceOf(EngineUnavailable));

    expect(await isFree()).toBe(true);
  });
});

describe('time', () => {
  it('that is over ends the drain after the batch under way, with the cursor kept', async () => {
    const { ids, applied, drain, isFree } = await prepare({
      events: 3,
      batchSize: 1,
      apply: () => new Promise((resolve) => setTimeout(resolve, 20)),
    });

    const report = await drain(inMs(10));

    expect(report).toMatchObject({ events: 1, caughtUp: false, heldElsewhere: false });
    expect(await isFree()).toBe(true);
    expect(await drain()).toMatchObject({ events: 2, caughtUp: true });
    expect(applied).toEqual(ids);
  });

  it('is waited where events are still behind the horizon', async () => {
    const { ports, ids, applied, drain } = await prepare();
    const { read } = ports.log;
    let looks = 0;
    ports.log.read = async (tenantId, cursor, limit) => {
      looks += 1;
      if (looks > 2) return await read(tenantId, cursor, limit);
      return { ...(await read(tenantId, cursor, 0)), behindHorizon: true };
    };

    const report = await drain();

    expect(report).toMatchObject({ events: 3, caughtUp: true });
    expect(applied).toEqual(ids);
  });

  it('is not waited beyond the deadline', async () => {
    const { ports, drain } = await prepare();
    const { read } = ports.log;
    ports.log.read = async (tenantId, cursor) => ({ ...(await read(tenantId, cursor, 0)), behindHorizon: true });

    expect(await drain(inMs(60))).toMatchObject({ events: 0, caughtUp: false });
  });
});
