/** The broadcaster: where a subscription begins, and how far back history goes. */
import { describe, expect, it } from 'vitest';
import { REPLAY_EVENTS_MAX } from '../../../layers/memory/feed/port.ts';
import { aFeed, cursorAt, EPOCH, expectChained, ids, TENANT } from './a-feed.ts';

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
