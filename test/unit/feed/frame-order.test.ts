/** What a client makes of frames that come late, twice or not at all. */
import { describe, expect, it } from 'vitest';
import { FrameOrder, type OrderedEvent } from '../../../sdk/frame-order.ts';

const event = (n: number): OrderedEvent => ({ id: `e${n}`, cursor: `c${n}` });
/** All events behind place `from`, up to `to`; those that do not match are left out. */
const frame = (from: number, to: number, matches = (_: number) => true) => ({
  after: `c${from}`,
  cursor: `c${to}`,
  events: Array.from({ length: to - from }, (_, n) => from + n + 1)
    .filter(matches)
    .map(event),
});

function following() {
  const order = new FrameOrder<OrderedEvent>();
  order.start('c0');
  const delivered: string[] = [];
  const take = (...frames: ReturnType<typeof frame>[]) => {
    const gaps: boolean[] = [];
    for (const one of frames) {
      const { events, gap } = order.accept(one);
      delivered.push(...events.map(({ id }) => id));
      gaps.push(gap);
    }
    return gaps;
  };
  return { order, delivered, take };
}

describe('frames in order', () => {
  it('are delivered whole, and move the client to their cursor', () => {
    const { order, delivered, take } = following();

    expect(take(frame(0, 2), frame(2, 3))).toEqual([false, false]);

    expect([delivered, order.cursor]).toEqual([['e1', 'e2', 'e3'], 'c3']);
  });

  it('without events move it as well', () => {
    const { order, delivered, take } = following();

    take(
      frame(0, 1_000, () => false),
      frame(1_000, 1_001),
    );

    expect([delivered, order.cursor]).toEqual([['e1001'], 'c1001']);
  });
});

describe('frames that come again', () => {
  it('deliver nothing, and do not move the client back', () => {
    const { order, delivered, take } = following();

    expect(take(frame(0, 2), frame(2, 4), frame(0, 2), frame(2, 4))).toEqual([false, false, false, false]);

    expect([delivered, order.cursor]).toEqual([['e1', 'e2', 'e3', 'e4'], 'c4']);
  });

  it('with more behind them deliver that alone', () => {
    const { order, delivered, take } = following();

    take(frame(0, 2), frame(0, 5));

    expect([delivered, order.cursor]).toEqual([['e1', 'e2', 'e3', 'e4', 'e5'], 'c5']);
  });

  it('may be cut elsewhere', () => {
    const { order, delivered, take } = following();

    take(frame(0, 3), frame(1, 2), frame(2, 4));

    expect([delivered, order.cursor]).toEqual([['e1', 'e2', 'e3', 'e4'], 'c4']);
  });
});

describe('a frame behind one that is missing', () => {
  it('is a gap, of which nothing is taken; from the client’s cursor on all comes once', () => {
    const { order, delivered, take } = following();
    take(frame(0, 2));

    expect(take(frame(4, 6))).toEqual([true]);
    expect(order.cursor).toBe('c2');
    take(frame(2, 6), frame(4, 6));

    expect([delivered, order.cursor]).toEqual([['e1', 'e2', 'e3', 'e4', 'e5', 'e6'], 'c6']);
  });
});

describe('a new beginning', () => {
  it('forgets the places of before: what was on its way is a gap', () => {
    const { order, take } = following();
    take(frame(0, 2));

    order.start('c9');

    expect(take(frame(2, 3))).toEqual([true]);
    expect(order.knows('c2')).toBe(false);
  });
});

describe('a long life', () => {
  it('knows the last thousand places and no more', () => {
    const { order, take } = following();

    for (let n = 0; n < 1_500; n += 1) take(frame(n, n + 1));

    expect([order.knows('c1500'), order.knows('c600'), order.knows('c400')]).toEqual([true, true, false]);
    expect(take(frame(600, 1_500))).toEqual([false]);
    expect(order.cursor).toBe('c1500');
  });
});
