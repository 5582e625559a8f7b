/** The client of the live feed against a fake server, clock and randomness. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerSubscription, cursorAt, eventAt, fakeFeed, framed } from './fake-feed.ts';

const MINUTE_MS = 60_000;
/** Lets the ticket's promise settle. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function live(options: Parameters<typeof fakeFeed>[0] = {}) {
  const feed = fakeFeed(options);
  feed.client.open();
  await settle();
  feed.accept();
  return feed;
}

const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id);
const lastState = ({ states }: { states: [string, string][] }) => states.at(-1)?.[0];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('connecting', () => {
  it('offers the protocol and the ticket, and subscribes with the filter', async () => {
    const feed = fakeFeed({ filter: { agent_ids: ['a'] }, last: 20 });

    feed.client.open();
    await settle();
    feed.socket().open();

    expect(feed.socket()).toMatchObject({ url: 'ws://localhost/ws', protocols: ['auren.v1', 'ticket.t1'] });
    expect(feed.socket().sent).toEqual([{ action: 'subscribe', id: 's1', filter: { agent_ids: ['a'] }, last: 20 }]);
  });

  it('goes on after a cursor that it is given', async () => {
    const feed = fakeFeed({ after: 'c7', last: 20 });

    feed.client.open();
    await settle();
    feed.socket().open();

    expect(feed.socket().sent).toEqual([{ action: 'subscribe', id: 's1', filter: {}, after: 'c7' }]);
  });

  it('tells connecting, then live', async () => {
    const feed = await live();

    expect(feed.states.map(([state]) => state)).toEqual(['connecting', 'live']);
    expect(feed.client.cursor).toBe('c0');
  });

  it('opens once however often it is asked', async () => {
    const feed = await live();

    feed.client.open();
    await settle();

    expect(feed.sockets).toHaveLength(1);
  });

  it.each([401, 403])('is refused for good where the ticket is answered with %i', async (status) => {
    const ticket = () => Promise.reject(Object.assign(new Error('no key'), { status }));
    const feed = fakeFeed({ ticket });

    feed.client.open();
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);

    expect(feed.states).toEqual([
      ['connecting', ''],
      ['refused', 'no key'],
    ]);
  });

  it('asks for a ticket again where the server is not there', async () => {
    let calls = 0;
    const ticket = async () => {
      calls += 1;
      if (calls < 3) throw new TypeError('fetch failed');
      return 't';
    };
    const feed = fakeFeed({ ticket });

    feed.client.open();
    await vi.advanceTimersByTimeAsync(5_000);

    expect(calls).toBe(3);
    expect(feed.states.map(([state]) => state)).toEqual([
      'connecting',
      'waiting',
      'connecting',
      'waiting',
      'connecting',
    ]);
  });

  it('is refused where the address is none', async () => {
    class Picky {
      constructor() {
        throw new SyntaxError('bad address');
      }
      addEventListener() {}
      send() {}
      close() {}
    }
    const feed = fakeFeed({ WebSocket: Picky });

    feed.client.open();
    await settle();

    expect(feed.states.at(-1)).toEqual(['refused', 'bad address']);
  });

  it('gives up a connection that does not open within 10 s', async () => {
    const feed = fakeFeed();
    feed.client.open();
    await settle();

    await vi.advanceTimersByTimeAsync(10_000);

    expect(feed.socket().isClosed).toBe(true);
    expect(lastState(feed)).toBe('waiting');
  });
});

describe('a subscription', () => {
  it('may take as long to be answered as a dead broadcaster keeps its lease, not longer', async () => {
    const feed = fakeFeed();
    feed.client.open();
    await settle();
    feed.socket().open();

    await vi.advanceTimersByTimeAsync(44_999);
    const before = feed.client.state;
    await vi.advanceTimersByTimeAsync(1);

    expect([before, feed.client.state]).toEqual(['connecting', 'waiting']);
  });
});

describe('events', () => {
  it('are delivered in order with the cursor after them', async () => {
    const seen: unknown[] = [];
    const feed = await live({ onEvents: (events, delivery) => void seen.push([idsOf(events), delivery]) });

    feed.socket().says(framed(0, 2));
    feed.socket().says({ ...framed(2, 3), recovered: true });

    expect(seen).toEqual([
      [['evt_1', 'evt_2'], { recovered: false, cursor: 'c2' }],
      [['evt_3'], { recovered: true, cursor: 'c3' }],
    ]);
    expect(feed.client.cursor).toBe('c3');
  });

  it('that come before the answer to the subscription were made for another one', async () => {
    const feed = fakeFeed();
    feed.client.open();
    await settle();
    feed.socket().open();

    feed.socket().says(framed(0, 1));
    answerSubscription(feed.socket());
    feed.socket().says(framed(0, 2));

    expect(idsOf(feed.delivered)).toEqual(['evt_1', 'evt_2']);
  });

  it('that are missing are asked for once, while others keep coming', async () => {
    const feed = await live();

    feed.socket().says(framed(1, 2));
    feed.socket().says(framed(2, 3));

    expect(feed.socket().sent.slice(1)).toEqual([{ action: 'resume', after: 'c0' }]);
    expect(lastState(feed)).toBe('recovering');
    feed.socket().says({ ...framed(0, 3), recovered: true });
    expect(idsOf(feed.delivered)).toEqual(['evt_1', 'evt_2', 'evt_3']);
  });

  it('that are still missing after 5 s are asked for again', async () => {
    const feed = await live();
    feed.socket().says(framed(1, 2));

    await vi.advanceTimersByTimeAsync(5_000);
    feed.socket().says(framed(2, 3));

    expect(feed.socket().sent.slice(1)).toEqual([
      { action: 'resume', after: 'c0' },
      { action: 'resume', after: 'c0' },
    ]);
  });

  it('that pass ephemerally have no cursor and move none', async () => {
    const feed = await live();

    feed.socket().says({ kind: 'ephemeral', events: [{ ...eventAt(9), cursor: null, type: 'metrics' }] });

    expect(feed.ephemeral.map(({ type }) => type)).toEqual(['metrics']);
    expect(feed.client.cursor).toBe('c0');
  });

  it('tell how many were recovered, when the replay is over', async () => {
    const feed = await live();

    feed.socket().says({ ...framed(0, 2), recovered: true });
    feed.socket().says({ ...framed(2, 5), recovered: true });
    feed.socket().says(framed(5, 6));

    expect(feed.states.at(-1)).toEqual(['live', 'recovered 5 events']);
  });

  it('of a replay that nothing follows count as over after a second', async () => {
    const feed = await live();
    feed.socket().says({ ...framed(0, 2), recovered: true });

    await vi.advanceTimersByTimeAsync(1_000);

    expect(feed.states.at(-1)).toEqual(['live', 'recovered 2 events']);
  });
});

describe('a cut', () => {
  it('is followed by another connection that goes on after the cursor', async () => {
    const feed = await live();
    feed.socket().says(framed(0, 2));

    feed.socket().cut();
    await vi.advanceTimersByTimeAsync(500);
    feed.socket().open();

    expect(feed.sockets).toHaveLength(2);
    expect(feed.socket().protocols).toEqual(['auren.v1', 'ticket.t2']);
    expect(feed.socket().sent).toEqual([{ action: 'subscribe', id: 's2', filter: {}, after: 'c2' }]);
  });

  it('that repeats is waited out longer and longer, up to 30 s, by the jitter given', async () => {
    const feed = await live({ random: () => 1 });
    for (let tries = 0; tries < 8; tries += 1) {
      feed.socket().cut();
      await vi.advanceTimersToNextTimerAsync();
    }

    const waits = feed.states
      .filter(([state]) => state === 'waiting')
      .map(([, detail]) => /in ([\d.]+) s/.exec(detail)?.[1]);

    expect(waits).toEqual(['0.5', '1.0', '2.0', '4.0', '8.0', '16.0', '30.0', '30.0']);
  });

  it('after a good while is waited out shortly again', async () => {
    const feed = await live({ random: () => 1 });
    for (let tries = 0; tries < 3; tries += 1) {
      feed.socket().cut();
      await vi.advanceTimersToNextTimerAsync();
    }
    feed.accept();

    feed.socket().cut();

    expect(feed.states.at(-1)).toEqual(['waiting', 'The connection was closed (1006). Next try in 0.5 s.']);
  });

  it.each(['focus', 'online'] as const)('is mended at once on %s', async (happening) => {
    const wake = new EventTarget();
    const feed = await live({ wake, random: () => 1 });
    feed.socket().cut();

    wake.dispatchEvent(new Event(happening));
    await settle();

    expect(feed.sockets).toHaveLength(2);
  });

  it('that nobody tells shows by a ping without answer', async () => {
    const feed = await live();

    await vi.advanceTimersByTimeAsync(4 * MINUTE_MS);
    const asked = feed.socket().sent.at(-1);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(asked).toEqual({ action: 'ping' });
    expect(feed.sockets[0]?.isClosed).toBe(true);
    expect(feed.states.map(([state]) => state)).toContain('waiting');
  });
});

describe('a pong', () => {
  it('keeps the connection', async () => {
    const feed = await live();

    for (let minute = 0; minute < 30; minute += 4) {
      await vi.advanceTimersByTimeAsync(4 * MINUTE_MS);
      feed.socket().says({ kind: 'pong', cursor: 'c0' });
    }

    expect(feed.sockets).toHaveLength(1);
    expect(feed.socket().sent.slice(1)).toEqual(Array(8).fill({ action: 'ping' }));
  });

  it('that is further on than the client for 2 s shows a loss, which is asked for', async () => {
    const feed = await live();

    feed.socket().says({ kind: 'pong', cursor: 'c5' });
    await vi.advanceTimersByTimeAsync(1_999);
    const before = feed.socket().sent.length;
    await vi.advanceTimersByTimeAsync(1);

    expect(before).toBe(1);
    expect(feed.socket().sent.at(-1)).toEqual({ action: 'resume', after: 'c0' });
  });

  it('that overtakes the events before it asks for nothing', async () => {
    const feed = await live();

    feed.socket().says({ kind: 'pong', cursor: 'c5' });
    feed.socket().says(framed(0, 5));
    await vi.advanceTimersByTimeAsync(5_000);

    expect(feed.socket().sent).toHaveLength(1);
    expect(idsOf(feed.delivered)).toHaveLength(5);
  });

  it('comes on focus as well', async () => {
    const wake = new EventTarget();
    const feed = await live({ wake });

    wake.dispatchEvent(new Event('focus'));

    expect(feed.socket().sent.at(-1)).toEqual({ action: 'ping' });
  });
});

describe('a resync', () => {
  it('is told, and the feed goes on from its cursor', async () => {
    const feed = await live({ after: 'other-epoch' });

    feed.socket().says({ kind: 'resync', cursor: cursorAt(50) });
    feed.socket().says(framed(50, 51));

    expect(feed.resyncs).toEqual(['c50']);
    expect(idsOf(feed.delivered)).toEqual(['evt_51']);
    expect(feed.client.cursor).toBe('c51');
  });
});

describe('another filter', () => {
  it('goes on from the cursor, without what the former one had under way', async () => {
    const feed = await live();
    feed.socket().says(framed(0, 1));

    feed.client.subscribe({ events: ['memory.deleted'] });
    const asked = feed.socket().sent.at(-1);
    feed.socket().says(framed(1, 2));
    answerSubscription(feed.socket());
    feed.socket().says(framed(1, 4, (position) => position === 4));

    expect(asked).toEqual({ action: 'subscribe', id: 's2', filter: { events: ['memory.deleted'] }, after: 'c1' });
    expect(idsOf(feed.delivered)).toEqual(['evt_1', 'evt_4']);
  });

  it('while the first is not yet answered counts instead of it', async () => {
    const feed = fakeFeed();
    feed.client.open();
    await settle();
    feed.socket().open();

    feed.client.subscribe({ types: ['insight'] });
    feed.socket().says({ kind: 'subscribed', id: 's1', cursor: 'c0' });
    const before = feed.client.state;
    answerSubscription(feed.socket());

    expect(feed.socket().sent.at(-1)).toEqual({ action: 'subscribe', id: 's2', filter: { types: ['insight'] } });
    expect([before, feed.client.state]).toEqual(['connecting', 'live']);
  });

  it('before the connection is open is the one that is asked for', async () => {
    const feed = fakeFeed();
    feed.client.open();
    await settle();

    feed.client.subscribe({ types: ['fact'] });
    feed.socket().open();

    expect(feed.socket().sent).toEqual([{ action: 'subscribe', id: 's1', filter: { types: ['fact'] } }]);
  });

  it('that the server does not know is refused for good', async () => {
    const feed = fakeFeed();
    feed.client.open();
    await settle();
    feed.socket().open();

    feed.socket().says({ kind: 'error', id: 's1', code: 'invalid_field', message: 'filter.events: no such event' });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);

    expect(feed.states.at(-1)).toEqual(['refused', 'invalid_field: filter.events: no such event']);
    expect(feed.sockets).toHaveLength(1);
    expect(feed.socket().isClosed).toBe(true);
  });

  it('that fails for a while is tried again', async () => {
    const feed = fakeFeed();
    feed.client.open();
    await settle();
    feed.socket().open();

    feed.socket().says({ kind: 'error', id: 's1', code: 'engine_unavailable', message: 'no database' });
    await vi.advanceTimersByTimeAsync(1_000);

    expect(feed.sockets).toHaveLength(2);
  });
});

describe('closing', () => {
  it('ends the connection and everything that was timed', async () => {
    const feed = await live();

    feed.client.close();
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);

    expect(feed.socket().isClosed).toBe(true);
    expect(lastState(feed)).toBe('closed');
    expect(vi.getTimerCount()).toBe(0);
    expect(feed.sockets).toHaveLength(1);
  });

  it('while a ticket is under way opens nothing', async () => {
    const feed = fakeFeed();

    feed.client.open();
    feed.client.close();
    await settle();

    expect(feed.sockets).toHaveLength(0);
  });

  it('can be followed by opening again, from the cursor', async () => {
    const feed = await live();
    feed.socket().says(framed(0, 2));

    feed.client.close();
    feed.client.open();
    await settle();
    feed.socket().open();

    expect(feed.socket().sent).toEqual([{ action: 'subscribe', id: 's2', filter: {}, after: 'c2' }]);
  });
});
