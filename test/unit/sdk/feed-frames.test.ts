/** The rules of cursor, duplicate and gap: each event once and in order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeedPosition, frameIn } from '../../../sdk/feed-frames.ts';
import { cursorAt, framed } from './fake-feed.ts';

const idsOf = (taken: ReturnType<FeedPosition['take']>) => (taken.fits ? taken.events.map(({ id }) => id) : 'gap');

describe('a frame', () => {
  it('that begins at the cursor is taken and moves it', () => {
    const position = new FeedPosition(cursorAt(0));

    const taken = position.take(framed(0, 2));

    expect(idsOf(taken)).toEqual(['evt_1', 'evt_2']);
    expect(position.cursor).toBe(cursorAt(2));
  });

  it('that comes twice brings nothing the second time', () => {
    const position = new FeedPosition(cursorAt(0));
    position.take(framed(0, 2));
    position.take(framed(2, 3));

    const again = position.take(framed(0, 2));

    expect(idsOf(again)).toEqual([]);
    expect(position.cursor).toBe(cursorAt(3));
  });

  it('that was cut anew brings only what was not in the first', () => {
    const position = new FeedPosition(cursorAt(0));
    position.take(framed(0, 2));

    const longer = position.take(framed(0, 4));

    expect(idsOf(longer)).toEqual(['evt_3', 'evt_4']);
    expect(position.cursor).toBe(cursorAt(4));
  });

  it('that begins later than the cursor does not fit and changes nothing', () => {
    const position = new FeedPosition(cursorAt(0));

    const taken = position.take(framed(1, 2));

    expect(idsOf(taken)).toBe('gap');
    expect(position.cursor).toBe(cursorAt(0));
  });

  it('without events moves the cursor past what the filter left out', () => {
    const position = new FeedPosition(cursorAt(0));

    const taken = position.take(framed(0, 500, () => false));

    expect(idsOf(taken)).toEqual([]);
    expect(position.cursor).toBe(cursorAt(500));
  });

  it('of the past never moves the cursor back', () => {
    const even = (position: number) => position % 2 === 0;
    const position = new FeedPosition(cursorAt(0));
    position.take(framed(0, 9, even));

    position.take(framed(0, 8, even));

    expect(position.cursor).toBe(cursorAt(9));
    expect(idsOf(position.take(framed(9, 10, even)))).toEqual(['evt_10']);
  });

  it('before any cursor is known does not fit', () => {
    expect(idsOf(new FeedPosition().take(framed(0, 1)))).toBe('gap');
  });

  it('after a restart fits from the new cursor only', () => {
    const position = new FeedPosition(cursorAt(0));
    position.take(framed(0, 2));

    position.restart(cursorAt(10));

    expect(idsOf(position.take(framed(2, 3)))).toBe('gap');
    expect(idsOf(position.take(framed(10, 11)))).toEqual(['evt_11']);
  });
});

describe('frames in any order, lost and repeated, cut anywhere', () => {
  const LENGTH = 30;
  const span = fc
    .tuple(fc.nat(LENGTH), fc.nat(LENGTH))
    .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);

  it('never deliver an event twice, out of order or past a missing one', () => {
    const passes = (position: number) => position % 3 !== 0;
    fc.assert(
      fc.property(fc.array(span, { maxLength: 60 }), (spans) => {
        const position = new FeedPosition(cursorAt(0));
        const delivered: string[] = [];
        for (const [after, to] of spans) {
          const taken = position.take(framed(after, to, passes));
          if (taken.fits) delivered.push(...taken.events.map(({ id }) => id));
        }
        const all = framed(0, LENGTH, passes).events.map(({ id }) => id);
        expect(delivered).toEqual(all.slice(0, delivered.length));
        const rest = position.take(framed(Number(position.cursor?.slice(1)), LENGTH, passes));
        expect([...delivered, ...(rest.fits ? rest.events.map(({ id }) => id) : ['gap'])]).toEqual(all);
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
