/** Draining the log: at least once and in order, whatever fails in between, under a lease that is never left lying about. */
import { describe, expect, it } from 'vitest';
import { EngineUnavailable } from '../../../layers/memory/errors.ts';
import { createConsumer } from '../../../layers/memory/feed/consumer.ts';
import { aMemory, storedCommit } from '../../support/builders.ts';
import { inMs, LEASE_MS, NAME, prepare, soon, TENANT, unavailable } from './a-consumer.ts';

describe('a drain', () => {
  it('applies every event once, in order, in batches, and keeps the cursor', async () => {
    const sizes: number[] = [];
    const { ports, ids, applied, drain } = await prepare({
      events: 7,
      batchSize: 3,
      apply: (batch) => void sizes.push(batch.length),
    });

    const report = await drain();
    const again = await drain();

    expect(report).toEqual({ tenantId: TENANT, events: 7, parked: 0, caughtUp: true, heldElsewhere: false });
    expect(again).toMatchObject({ events: 0, caughtUp: true });
    expect([applied, sizes]).toEqual([ids, [3, 3, 1]]);
    expect(await ports.log.backlog(TENANT, await ports.consumers.cursor(NAME, TENANT))).toBe(0);
  });

  it('goes on where the last one stopped', async () => {
    const { applied, ids, drain, store } = await prepare({ events: 2 });
    await drain();
    await store();

    expect(await drain()).toMatchObject({ events: 1 });
    expect(applied).toEqual(ids);
  });

  it('hands a projection no content', async () => {
    const payloads: unknown[] = [];
    const { drain } = await prepare({ apply: (batch) => void payloads.push(...batch.map(({ payload }) => payload)) });

    await drain();

    expect(payloads).toEqual([null, null, null]);
  });

  it('repeats a batch that was applied but whose cursor was not kept', async () => {
    const { ports, ids, applied, drain } = await prepare();
    const { advance } = ports.consumers;
    ports.consumers.advance = async () => Promise.reject(new EngineUnavailable('postgres', new Error('down')));
    await expect(drain()).rejects.toMatchObject({ engine: 'postgres' });
    ports.consumers.advance = advance;

    await drain();

    expect(applied).toEqual([...ids, ...ids]);
  });

  it('keeps the tenants apart', async () => {
    const { ports, ids, applied, projection } = await prepare({ events: 1 });
    await ports.log.commit(storedCommit('other', aMemory()));

    await createConsumer(ports, projection).drain(TENANT, soon());

    expect(applied).toEqual(ids);
    expect(await ports.consumers.cursor(NAME, 'other')).toBeNull();
  });
});

describe('an engine that does not answer', () => {
  it('stops the drain without parking or passing over anything, and frees the lease', async () => {
    let isDown = true;
    const { ports, ids, applied, drain, isFree } = await prepare({
      apply: () => {
        if (isDown) throw unavailable();
      },
    });

    for (let n = 0; n < 6; n += 1) await expect(drain()).rejects.toMatchObject({ engine: 'chroma' });
    expect([await ports.consumers.parked(TENANT), await isFree()]).toEqual([[], true]);
    isDown = false;
    await drain();

    expect(applied).toEqual(ids);
  });

  it('stops it also while single events are being tried', async () => {
    const { ports, ids, applied, drain } = await prepare({
      apply: (batch) => {
        if (batch.length > 1) throw new Error('something in the batch');
        if (batch[0]?.streamId === ids[1]) throw unavailable();
      },
    });

    await expect(drain()).rejects.toMatchObject({ engine: 'chroma' });

    expect(applied).toEqual(ids.slice(0, 1));
    expect(await ports.consumers.parked(TENANT)).toEqual([]);
  });
});

describe.concurrent('a poison event', () => {
  it('is parked after five tries, with its reason, and the others before and behind it are applied', async () => {
    let tries = 0;
    let poison = '';
    const { ports, ids, applied, drain } = await prepare({
      events: 4,
      apply: (batch) => {
        if (!batch.some(({ streamId }) => streamId === poison)) return;
        if (batch.length === 1) tries += 1;
        throw new Error('cannot be understood');
      },
    });
    poison = ids[1] ?? '';

    const report = await drain();

    expect(report).toMatchObject({ events: 4, parked: 1, caughtUp: true });
    expect(applied).toEqual(ids.filter((id) => id !== poison));
    expect(tries).toBe(5);
    expect(await ports.consumers.parked(TENANT)).toEqual([
      { consumer: NAME, eventId: expect.any(String), error: 'cannot be understood' },
    ]);
  });

  it('that recovers in time is applied and not parked', async () => {
    let failures = 0;
    const { ports, ids, applied, drain } = await prepare({
      events: 1,
      apply: () => {
        failures += 1;
        if (failures <= 3) throw new Error('not yet');
      },
    });

    expect(await drain()).toMatchObject({ parked: 0 });
    expect(applied).toEqual(ids);
    expect(await ports.consumers.parked(TENANT)).toEqual([]);
  });

  it('parked once is not tried five times again when it comes again', async () => {
    let tries = 0;
    const { ports, drain } = await prepare({
      events: 1,
      apply: () => {
        tries += 1;
        throw 'no error at all';
      },
    });
    await drain();
    const first = tries;
    await ports.consumers.acquire(NAME, TENANT, 'rewind', LEASE_MS);
    const start = (await ports.log.read(TENANT, null, 0)).cursor;
    await ports.consumers.advance(NAME, TENANT, 'rewind', start, LEASE_MS);
    await ports.consumers.release(NAME, TENANT, 'rewind');

    expect(await drain()).toMatchObject({ events: 1, parked: 1 });

    expect([first, tries]).toEqual([6, 8]);
    expect(await ports.consumers.parked(TENANT)).toMatchObject([{ error: 'no error at all' }]);
  });
});

describe('a projection with a cursor of its own', () => {
  function ownCursor(start: string | null = null) {
    const state = { cursor: start, caughtUp: [] as boolean[] };
    const cursors = {
      cursor: async () => state.cursor,
      advance: async (_: string, cursor: string, caughtUp: boolean) => {
        state.cursor = cursor;
        state.caughtUp.push(caughtUp);
      },
    };
    return { state, cursors };
  }

  it('is believed over the one beside the lease, and told when it has caught up', async () => {
    const { state, cursors } = ownCursor();
    const { ids, applied, drain } = await prepare({ cursors } as object);
    await drain();
    state.cursor = null;

    await drain();

    expect(applied).toEqual([...ids, ...ids]);
    expect(state.caughtUp).toEqual([false, true, false, true]);
  });

  it('is built anew where there is none, and goes on from the cursor that it stands for', async () => {
    const { cursors } = ownCursor();
    const { ports, applied, drain, projection, store, ids } = await prepare({ cursors } as object);
    projection.start = (tenantId) => ports.log.horizon(tenantId);
    await drain();
    await store();

    await drain();

    expect(applied).toEqual(ids.slice(3));
  });

  it('that was built on what may be outdated has the whole log read', async () => {
    const { cursors } = ownCursor();
    const { ids, applied, drain } = await prepare({ cursors, start: async () => null } as object);

    await drain();

    expect(applied).toEqual(ids);
  });

  it('that took all the time to build leaves a cursor behind, so that the next drain goes on', async () => {
    const { state, cursors } = ownCursor();
    let builds = 0;
    const start = async () => {
      builds += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return null;
    };
    const { ids, applied, drain } = await prepare({ cursors, start, batchSize: 2 } as object);

    const reports = [await drain(inMs(10)), await drain()];

    expect(reports).toMatchObject([
      { events: 2, caughtUp: false },
      { events: 1, caughtUp: true },
    ]);
    expect(applied).toEqual(ids);
    expect([builds, state.caughtUp]).toEqual([1, [false, false, true]]);
  });
});
