/** The broadcaster: what a wake costs, who may broadcast, engines that fail or forget, and connections that are to be closed. */
import { describe, expect, it } from 'vitest';
import { BROADCASTER } from '../../../layers/memory/feed/names.ts';
import { aCaller } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { aFeed, cursorAt, expectChained, ids, TENANT } from './a-feed.ts';

describe('what it costs', () => {
  it('is one look at Redis while nobody is subscribed', async () => {
    const feed = aFeed({ events: 5 });
    await feed.connections.add({ id: 'c', caller: aCaller(TENANT), since: NOON });
    Object.assign(feed.ports.calls, { redis: 0, postgres: 0 });

    const report = await feed.broadcast();

    expect([report.caughtUp, feed.ports.calls, feed.log.reads]).toMatchObject([true, { redis: 1, postgres: 0 }, 0]);
  });

  it('is one read and one round where nothing is new, for all connections', async () => {
    const feed = aFeed();
    for (let n = 0; n < 50; n += 1) await feed.join();
    await feed.broadcast();
    Object.assign(feed.ports.calls, { redis: 0, postgres: 0 });
    feed.log.reads = 0;

    await feed.broadcast();

    // The lease is taken and given back.
    expect([feed.ports.calls, feed.log.reads]).toMatchObject([{ redis: 1, postgres: 2 }, 1]);
  });

  it('is one read of a stretch of history for all that come back to the same place', async () => {
    const feed = aFeed({ events: 2_000 });
    await feed.join();
    await feed.broadcast();
    feed.log.reads = 0;
    const back = await Promise.all(
      Array.from({ length: 20 }, () => feed.join({ after: cursorAt(0) }, { agentIds: ['b'] })),
    );

    await feed.broadcast();

    for (const id of back) expect(feed.eventsTo(id).ids).toHaveLength(200);
    const polls = 30;
    expect(feed.log.reads).toBeLessThan(4 + polls);
  });
});

describe('a lease that another holds', () => {
  it('is left to it, which is told to look again', async () => {
    const feed = aFeed();
    await feed.join();
    await feed.ports.consumers.acquire(BROADCASTER, TENANT, 'another', 30_000);

    expect(await feed.broadcast()).toMatchObject({ heldElsewhere: true, caughtUp: false });

    expect(await feed.ports.consumers.release(BROADCASTER, TENANT, 'another')).toBe(false);
  });
});

describe('an engine that does not answer', () => {
  it.each(['redis', 'postgres'] as const)(
    '(%s) fails the drain; when it is back everything is told, once',
    async (engine) => {
      const feed = aFeed();
      const id = await feed.join();
      await feed.broadcast();
      feed.log.count = 3;
      await feed.broadcast();
      feed.ports.fail(engine);
      feed.log.count = 5;

      await expect(feed.broadcast()).rejects.toMatchObject({ code: 'engine_unavailable' });
      feed.ports.restore(engine);
      await feed.broadcast();

      expect(feed.eventsTo(id).ids).toEqual(ids(1, 5));
      expectChained(feed.eventsTo(id).frames);
    },
  );

  it('in the middle costs at most a repeat', async () => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.broadcast();
    feed.log.count = 3;
    feed.poster.answer = () => {
      feed.ports.fail('redis');
      return 'posted';
    };

    await expect(feed.broadcast()).rejects.toMatchObject({ code: 'engine_unavailable' });
    feed.poster.answer = () => 'posted';
    feed.ports.restore('redis');
    await feed.broadcast();

    expect([...new Set(feed.eventsTo(id).ids)]).toEqual(ids(1, 3));
    expect(feed.eventsTo(id).frames.map(({ after }) => after)).toEqual([cursorAt(0), cursorAt(0)]);
  });
});

describe('a Redis that lost its data', () => {
  it('has the connections closed that nobody knows any more: their clients come back', async () => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.broadcast();
    await feed.connections.remove(TENANT, id);
    await feed.connections.round(TENANT, 'another', null, {
      ...{ places: [], gone: [], head: null, processed: 0, dropped: 0, lagsMs: [], agents: new Map() },
    });

    await feed.broadcast();
    Object.assign(feed.ports.calls, { redis: 0, postgres: 0 });
    await feed.broadcast();

    expect(feed.poster.closed.has(id)).toBe(true);
    expect(feed.ports.calls).toMatchObject({ redis: 1, postgres: 0 });
  });
});

describe('a connection that is to be closed', () => {
  it('is closed and forgotten, known or not', async () => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.connections.condemn(TENANT, [id, 'stranger']);

    await feed.broadcast();

    expect([...feed.poster.closed].sort()).toEqual([id, 'stranger'].sort());
    expect([await feed.connections.members(TENANT), feed.poster.framesTo(id)]).toEqual([[], []]);
    expect(await feed.connections.isIdle(TENANT)).toBe(true);
  });

  it('stays so where the gateway does not answer, and hears nothing more', async () => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.broadcast();
    const { close } = feed.poster;
    feed.poster.close = async () => 'late';
    await feed.connections.condemn(TENANT, [id]);
    feed.log.count = 1;
    await feed.broadcast();
    const heard = feed.eventsTo(id).ids;
    feed.poster.close = close;

    await feed.broadcast();

    expect([heard, feed.poster.closed.has(id)]).toEqual([[], true]);
  });
});
