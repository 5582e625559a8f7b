/** What is a frame, and frames in any order against the rules of cursor, duplicate and gap. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameIn } from '../../../sdk/feed-frames.ts';
import { FrameOrder } from '../../../sdk/frame-order.ts';
import { cursorAt, framed } from './fake-feed.ts';

describe('frames in any order, lost and repeated, cut anywhere', () => {
  const LENGTH = 30;
  const span = fc
    .tuple(fc.nat(LENGTH), fc.nat(LENGTH))
    .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);

  it('never deliver an event twice, out of order or past a missing one', () => {
    const passes = (position: number) => position % 3 !== 0;
    fc.assert(
      fc.property(fc.array(span, { maxLength: 60 }), (spans) => {
        const order = new FrameOrder();
        order.start(cursorAt(0));
        const delivered: string[] = [];
        for (const [after, to] of spans) {
          delivered.push(...order.accept(framed(after, to, passes)).events.map(({ id }) => id));
        }
        const all = framed(0, LENGTH, passes).events.map(({ id }) => id);
        expect(delivered).toEqual(all.slice(0, delivered.length));
        const rest = order.accept(framed(Number(order.cursor?.slice(1)), LENGTH, passes));
        expect([...delivered, ...rest.events.map(({ id }) => id)]).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a message', () => {
  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['null', 'null'],
    ["the gateway's own words", '{"message":"Internal server error","connectionId":"x","requestId":"y"}'],
    ['a kind of a later version', '{"kind":"telepathy"}'],
  ])('that is %s is no frame', (_, text) => {
    expect(frameIn(text)).toBeUndefined();
  });

  it('of bytes is no frame', () => {
    expect(frameIn(new ArrayBuffer(2))).toBeUndefined();
  });

  it('with a kind of the contract is one', () => {
    expect(frameIn('{"kind":"pong","cursor":"c1"}')).toEqual({ kind: 'pong', cursor: 'c1' });
  });
});
