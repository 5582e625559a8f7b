/** The broadcaster: what a frame holds, what a post that fails costs the others, and live-only events. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SOCKET } from '../../../functions/routes.ts';
import { FRAME_EVENTS_MAX } from '../../../layers/memory/feed/frames.ts';
import { aFeed, anEphemeral, cursorAt, eventAt, expectChained, ids, soon, TENANT } from './a-feed.ts';

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
