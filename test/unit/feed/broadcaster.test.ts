/** The broadcaster: where a subscription begins, what a frame holds, and what a connection that fails costs the others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SOCKET } from '../../../functions/routes.ts';
import { FRAME_EVENTS_MAX } from '../../../layers/memory/feed/frames.ts';
import { BROADCASTER } from '../../../layers/memory/feed/names.ts';
import { REPLAY_EVENTS_MAX } from '../../../layers/memory/feed/port.ts';
import { aCaller } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import { aFeed, anEphemeral, cursorAt, EPOCH, eventAt, ids, soon, TENANT } from './a-feed.ts';

const expectChained = (frames: { after?: string; cursor?: string }[]) => {
  for (const [n, { after }] of frames.entries()) if (n > 0) expect(after).toBe(frames[n - 1]?.cursor);
};

describe('a subscription', () => {
  it('begins now: with a word, and nothing of before', async () => {
    const feed = aFeed({ events: 5 });
    const id = await feed.join();
    await feed.broadcast();
    feed.log.count = 7;

    await feed.broadcast();

    expect(feed.poster.framesTo(id)).toMatchObject([
      { kind: 'subscribed', id: 's', cursor: cursorAt(5) },
      { kind: 'events', after: cursorAt(5), cursor: cursorAt(7), events: [{ id: 'e6' }, { id: 'e7' }] },
    ]);
    expect(feed.eventsTo(id).frames[0]).not.toHaveProperty('recovered');
  });

  it('begins after a cursor: history is marked as such, what comes later is not', async () => {
    const feed = aFeed({ events: 300 });
    const id = await feed.join({ after: cursorAt(20) });
    await feed.broadcast();
    feed.log.count = 301;
    await feed.broadcast();

    const { frames, ids: got } = feed.eventsTo(id);

    expect(feed.poster.framesTo(id)[0]).toMatchObject({ kind: 'subscribed', cursor: cursorAt(20) });
    expect(got).toEqual(ids(21, 301));
    const history = frames.findIndex(({ recovered }) => recovered !== true);
    expect(history).toBeGreaterThan(1);
    expect(frames.slice(history)).toMatchObject([
      { cursor: cursorAt(300), events: [] },
      { cursor: cursorAt(301), events: [{ id: 'e301' }] },
    ]);
    expect(frames.slice(history).filter(({ recovered }) => recovered)).toEqual([]);
    expectChained(frames);
  });

  it('begins with the newest that match', async () => {
    const feed = aFeed({ events: 95 });
    const id = await feed.join({ last: 3 }, { agentIds: ['b'] });
    await feed.broadcast();
    feed.log.count = 100;
    await feed.broadcast();

    const [subscribed] = feed.poster.framesTo(id);
    const { frames, ids: got } = feed.eventsTo(id);

    expect([subscribed?.cursor, frames[0]?.after]).toEqual([cursorAt(69), cursorAt(69)]);
    expect(got).toEqual(['e70', 'e80', 'e90', 'e100']);
    expect(frames.map(({ cursor, recovered = false }) => [cursor, recovered])).toEqual([
      [cursorAt(95), true],
      [cursorAt(95), false],
      [cursorAt(100), false],
    ]);
  });

  it('after a cursor with nothing for it behind it is told how far it has come', async () => {
    const feed = aFeed({ events: 9 });
    const id = await feed.join({ after: cursorAt(2) }, { agentIds: ['b'] });
    const idle = await feed.join({ after: cursorAt(9) });

    await feed.broadcast();

    expect(feed.eventsTo(id).frames).toEqual([{ kind: 'events', after: cursorAt(2), cursor: cursorAt(9), events: [] }]);
    expect(feed.eventsTo(idle).frames).toEqual([]);
  });

  it('that asks for the newest where there are none begins now', async () => {
    const feed = aFeed({ events: 5 });
    const id = await feed.join({ last: 10 }, { agentIds: ['nobody'] });

    await feed.broadcast();

    expect(feed.poster.framesTo(id)).toEqual([{ kind: 'subscribed', id: 's', cursor: cursorAt(5) }]);
  });

  it('resumes from the place that was asked for, without another word', async () => {
    const feed = aFeed({ events: 0 });
    const id = await feed.join();
    await feed.broadcast();
    feed.log.count = 4;
    await feed.broadcast();

    await feed.ask(id, {}, { after: cursorAt(2) }, true);
    await feed.broadcast();

    const [, , replayed, ended] = feed.poster.framesTo(id);
    expect(feed.poster.framesTo(id).filter(({ kind }) => kind === 'subscribed')).toHaveLength(1);
    expect([replayed?.recovered, ended]).toEqual([
      true,
      { kind: 'events', after: cursorAt(4), cursor: cursorAt(4), events: [] },
    ]);
    expect(feed.eventsTo(id).ids).toEqual([...ids(1, 4), 'e3', 'e4']);
  });

  it('begins behind what was written before it was asked for, however late that is read', async () => {
    const feed = aFeed({ lingerMs: 200 });
    await feed.join();
    await feed.broadcast();
    feed.log.count = 1;
    const running = feed.broadcast();
    const { read } = feed.log;
    let late = '';
    feed.log.read = async (...query) => {
      const answer = await read(...query);
      if (late === '') {
        // Between this read and the round after it.
        feed.log.count = 2;
        late = await feed.join();
      }
      return answer;
    };
    await running;
    feed.log.count = 3;

    await feed.broadcast();

    expect([feed.poster.framesTo(late)[0]?.cursor, feed.eventsTo(late).ids]).toEqual([cursorAt(2), ['e3']]);
  });

  it('that ended before an event was written does not get it, however late the broadcaster hears of the end', async () => {
    const feed = aFeed({ lingerMs: 200 });
    const id = await feed.join();
    const other = await feed.join();
    await feed.broadcast();
    feed.log.count = 1;
    const running = feed.broadcast();
    await expect.poll(() => feed.eventsTo(id).ids).toEqual(['e1']);
    const { read } = feed.log;
    feed.log.read = async (...query) => {
      if (feed.log.count === 1) {
        // Between the round before and this read.
        await feed.connections.unsubscribe(TENANT, id);
        feed.log.count = 2;
      }
      return await read(...query);
    };

    await running;

    expect([feed.eventsTo(id).ids, feed.eventsTo(other).ids]).toEqual([['e1'], ['e1', 'e2']]);
  });

  it('is replaced by another: the first one’s events end where the second one’s word stands', async () => {
    const feed = aFeed();
    const id = await feed.join('now', { agentIds: ['a'] });
    await feed.broadcast();
    feed.log.count = 9;
    await feed.broadcast();
    await feed.ask(id, { agentIds: ['b'] }, 'now');
    await feed.broadcast();
    feed.log.count = 20;

    await feed.broadcast();

    expect(feed.poster.framesTo(id).map(({ kind }) => kind)).toEqual(['subscribed', 'events', 'subscribed', 'events']);
    expect(feed.eventsTo(id).ids).toEqual([...ids(1, 9), 'e10', 'e20']);
  });
});

describe('history', () => {
  it(`of ${REPLAY_EVENTS_MAX} events is replayed`, async () => {
    const feed = aFeed({ events: REPLAY_EVENTS_MAX + 5 });
    const id = await feed.join({ after: cursorAt(5) }, { agentIds: ['b'] });

    await feed.broadcast();

    const { frames, ids: got } = feed.eventsTo(id);
    expect([got.length, got.at(-1)]).toEqual([REPLAY_EVENTS_MAX / 10, 'e10000']);
    expectChained(frames);
  });

  it.each([
    ['one event too far back', { after: cursorAt(4) }],
    ['from before a restore', { after: cursorAt(3, 'bb') }],
    ['ahead of the log', { after: cursorAt(REPLAY_EVENTS_MAX + 50) }],
  ])('%s is fetched elsewhere: the client goes on from now', async (_, from) => {
    const feed = aFeed({ events: REPLAY_EVENTS_MAX + 5 });
    const id = await feed.join(from);
    await feed.broadcast();
    const head = cursorAt(REPLAY_EVENTS_MAX + 5);
    feed.log.count += 1;

    await feed.broadcast();

    expect(feed.poster.framesTo(id)).toMatchObject([
      { kind: 'subscribed', id: 's', cursor: head },
      { kind: 'resync', cursor: head },
      { kind: 'events', after: head, events: [{ id: `e${feed.log.count}` }] },
    ]);
  });

  it('ends for all where the database is put back while they watch', async () => {
    const feed = aFeed({ events: 50 });
    const id = await feed.join();
    await feed.broadcast();
    Object.assign(feed.log, { epoch: 'bb', count: 30 });

    await feed.broadcast();
    feed.log.count = 31;
    await feed.broadcast();

    expect(feed.poster.framesTo(id)).toMatchObject([
      { kind: 'subscribed', cursor: cursorAt(50, EPOCH) },
      { kind: 'resync', cursor: cursorAt(30, 'bb') },
      { kind: 'events', after: cursorAt(30, 'bb'), events: [{ id: 'e31' }] },
    ]);
  });

  it('ends for a client that is too slow for what comes', async () => {
    const EVENTS = 2 * REPLAY_EVENTS_MAX;
    const feed = aFeed();
    const [slow, quick] = [await feed.join(), await feed.join('now', { agentIds: ['b'] })];
    await feed.broadcast();
    const quickHasAll = Promise.withResolvers<void>();
    let refusals = 2;
    // By what has been told, not by time: a lane that fails five times in a row, within 750 ms, no longer keeps the session.
    feed.poster.answer = async (id, frame) => {
      if (id === quick) {
        if (JSON.parse(frame).cursor === cursorAt(EVENTS)) quickHasAll.resolve();
        return 'posted';
      }
      feed.log.count = EVENTS;
      await quickHasAll.promise;
      refusals -= 1;
      return refusals >= 0 ? 'busy' : 'posted';
    };
    feed.log.count = 10;

    await feed.broadcast();

    expect(feed.eventsTo(quick).ids).toHaveLength(EVENTS / 10);
    expect(feed.poster.framesTo(slow).map(({ kind }) => kind)).toEqual(['subscribed', 'resync']);
    expect((await feed.connections.stats(TENANT)).dropped).toBe(EVENTS);
    expect(refusals).toBe(-1);
  });
});

describe('a frame', () => {
  it('has at most 100 events and 32 KB, and the next one begins where it ended', async () => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.broadcast();
    feed.log.at = (n) => eventAt(n, { data: { text: 'é'.repeat(n % 7 === 0 ? 3_000 : 1) } });
    feed.log.count = 400;

    await feed.broadcast();

    const { frames, ids: got } = feed.eventsTo(id);
    expect(got).toEqual(ids(1, 400));
    expectChained(frames);
    for (const frame of frames) {
      expect(frame.events?.length).toBeLessThanOrEqual(FRAME_EVENTS_MAX);
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(SOCKET.FRAME_BYTES_MAX);
    }
  });

  it('of an event that is larger than that goes alone', async () => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.broadcast();
    feed.log.at = (n) => eventAt(n, { data: n === 2 ? { text: 'x'.repeat(40_000) } : {} });
    feed.log.count = 3;

    await feed.broadcast();

    expect(feed.eventsTo(id).frames.map(({ events = [] }) => events.map((event) => event.id))).toEqual([
      ['e1'],
      ['e2'],
      ['e3'],
    ]);
  });

  it('without events moves a client whose filter lets little through', async () => {
    const feed = aFeed();
    const id = await feed.join('now', { agentIds: ['nobody'] });
    await feed.broadcast();
    feed.log.count = 999;
    await feed.broadcast();
    const before = feed.eventsTo(id).frames.length;
    feed.log.count = 1_000;

    await feed.broadcast();

    expect(before).toBe(0);
    expect(feed.eventsTo(id).frames).toEqual([
      { kind: 'events', after: cursorAt(0), cursor: cursorAt(1_000), events: [] },
    ]);
  });
});

describe('posts', () => {
  it('to one that is gone end, and it is forgotten', async () => {
    const feed = aFeed();
    const [gone, there] = [await feed.join(), await feed.join()];
    feed.poster.answer = (id) => (id === gone ? 'gone' : 'posted');

    await feed.broadcast();

    expect((await feed.connections.members(TENANT)).map(({ id }) => id)).toEqual([there]);
  });

  it.each(['busy', 'late'] as const)('that come to "%s" are made again from the same place', async (failure) => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.broadcast();
    let failures = 2;
    const tried: string[] = [];
    feed.poster.answer = (_, frame) => {
      tried.push(JSON.parse(frame).after);
      failures -= 1;
      return failures >= 0 ? failure : 'posted';
    };
    feed.log.count = 3;

    await feed.broadcast();

    expect(tried).toEqual([cursorAt(0), cursorAt(0), cursorAt(0)]);
    expect(feed.eventsTo(id).ids).toEqual(ids(1, 3));
  });

  it('to one that stalls delay nobody else', async () => {
    const feed = aFeed();
    const [stalled, quick] = [await feed.join(), await feed.join()];
    await feed.broadcast();
    let go = () => {};
    feed.poster.answer = (id) => (id === stalled ? new Promise((resolve) => (go = () => resolve('posted'))) : 'posted');
    feed.log.count = 1;
    const running = feed.broadcast();
    await expect.poll(() => feed.eventsTo(quick).ids).toEqual(['e1']);
    feed.log.count = 2;

    await expect.poll(() => feed.eventsTo(quick).ids).toEqual(['e1', 'e2']);
    const before = feed.eventsTo(stalled).ids;
    feed.poster.answer = () => 'posted';
    go();
    await running;

    expect([before, feed.eventsTo(stalled).ids]).toEqual([[], ['e1', 'e2']]);
  });

  it('go on in another process from the place that was stored', async () => {
    const feed = aFeed();
    const id = await feed.join();
    await feed.broadcast();
    feed.log.count = 3;
    await feed.broadcast();
    feed.log.count = 5;

    await feed.another().drain(TENANT, soon());
    feed.log.count = 6;
    await feed.broadcast();

    expect(feed.eventsTo(id).ids).toEqual(ids(1, 6));
    expectChained(feed.eventsTo(id).frames);
  });
});

describe('live-only events', () => {
  it('reach those who may see them and want them, and none is kept for later', async () => {
    const feed = aFeed();
    const all = await feed.join();
    const bound = await feed.join('now', {}, { agentId: 'b' });
    const others = await feed.join('now', { events: ['memory.searched', 'pattern.*'] });
    await feed.broadcast();
    await feed.connections.announce(TENANT, [
      anEphemeral({ id: 'x1', agentId: 'a' }),
      anEphemeral({ id: 'x2', agentId: 'b' }),
    ]);

    await feed.broadcast();
    await feed.broadcast();

    const to = (id: string) =>
      feed.poster
        .framesTo(id)
        .flatMap(({ kind, events = [] }) => (kind === 'ephemeral' ? events.map((e) => e.id) : []));
    expect([to(all), to(bound), to(others)]).toEqual([['x1', 'x2'], ['x2'], []]);
    expect(feed.poster.framesTo(all)[1]?.events?.[0]).toMatchObject({ cursor: null, seq: 0, type: 'memory.retrieved' });
  });

  it('that come while the broadcaster is still there need no poke', async () => {
    const feed = aFeed({ lingerMs: 250 });
    const id = await feed.join();
    await feed.broadcast();
    await feed.connections.announce(TENANT, [anEphemeral({ id: 'x1' })]);
    const running = feed.broadcast();
    await sleep(100);
    await feed.connections.announce(TENANT, [anEphemeral({ id: 'x2' })]);

    await running;

    expect(feed.poster.framesTo(id).flatMap(({ events = [] }) => events.map((event) => event.id))).toEqual([
      'x1',
      'x2',
    ]);
  });
});

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
