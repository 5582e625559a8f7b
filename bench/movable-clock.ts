/** The system's clock, and how far it was moved ahead: for what comes of age while it is measured. */
import { type Clock, DAY_MS } from '@auren/memory/clock.ts';

export class MovableClock implements Clock {
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  advance({ days }: { days: number }): void {
    this.#aheadMs += days * DAY_MS;
  }
}
