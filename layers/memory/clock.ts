/** Time as a dependency: everything that compares, dates or expires takes its `now` from here, so that it can be moved. */

/** An instant as RFC 3339 UTC with milliseconds: sorts as text. */
export type Instant = string;

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

export const SECOND_MS = 1_000;
export const DAY_MS = 86_400_000;

export const instant = (time: Date | number | string): Instant => new Date(time).toISOString();

export const daysBetween = (from: Instant, to: Instant): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

export const secondsBetween = (from: Instant, to: Instant): number => (Date.parse(to) - Date.parse(from)) / SECOND_MS;
