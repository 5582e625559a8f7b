/** The local run's clock: the system's plus an offset that `POST /_local/clock` moves on, to see memories age. It persists. */
import { type Clock, DAY_MS } from '../layers/memory/clock.ts';
import type { DataDir } from './data-dir.ts';
import { StartError } from './start-error.ts';

const FILE = 'clock.json';
/** A hundred years. Past the year 9999 instants no longer sort as text. */
export const OFFSET_DAYS_MAX = 36_500;

export class LocalClock implements Clock {
  readonly #dataDir: DataDir;
  #offsetDays: number;

  /** Goes on from the offset of the directory. Throws a StartError where that cannot be read. */
  constructor(dataDir: DataDir) {
    this.#dataDir = dataDir;
    this.#offsetDays = readOffset(dataDir);
  }

  get offsetDays(): number {
    return this.#offsetDays;
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetDays * DAY_MS);
  }

  /** Moves the clock on, never back: the log is ordered by time. Throws a RangeError outside 0..36,500 days in all. */
  advance(days: number): void {
    const next = this.#offsetDays + days;
    if (!(days >= 0) || !(next <= OFFSET_DAYS_MAX)) {
      throw new RangeError(
        `the clock is ${this.#offsetDays} days ahead; it goes forward only, up to ${OFFSET_DAYS_MAX} days in all`,
      );
    }
    this.#dataDir.write(FILE, JSON.stringify({ offset_days: next }));
    this.#offsetDays = next;
  }
}

function readOffset(dataDir: DataDir): number {
  const text = dataDir.read(FILE);
  if (text === undefined) return 0;
  const days = offsetIn(text);
  if (days !== undefined && days >= 0 && days <= OFFSET_DAYS_MAX) return days;
  throw new StartError(
    `${dataDir.file(FILE)} is damaged. Write {"offset_days": n} into it, n being how far the clock was ahead; 0 may hide memories that lie in the future.`,
  );
}

function offsetIn(text: string): number | undefined {
  try {
    const { offset_days: days }: { offset_days?: unknown } = JSON.parse(text) ?? {};
    return typeof days === 'number' ? days : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
