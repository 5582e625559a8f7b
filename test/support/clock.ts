/** A clock that stands still until a test moves it. */
import { type Clock, DAY_MS, type Instant, instant, SECOND_MS } from '../../layers/memory/clock.ts';

export interface TestClock extends Clock {
  instant(): Instant;
  advance(by: { days?: number; seconds?: number; ms?: number }): void;
}

export const NOON: Instant = '2026-03-01T12:00:00.000Z';

export function testClock(start: Instant = NOON): TestClock {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    instant: () => instant(at),
    advance: ({ days = 0, seconds = 0, ms = 0 }) => {
      at += days * DAY_MS + seconds * SECOND_MS + ms;
    },
  };
}

/** The instant so many seconds after another; negative is before. */
export const secondsAfter = (from: Instant, seconds: number): Instant =>
  instant(Date.parse(from) + seconds * SECOND_MS);

export const daysAfter = (from: Instant, days: number): Instant => instant(Date.parse(from) + days * DAY_MS);
