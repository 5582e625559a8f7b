/**
 * The newest part of a tenant's log, read once for all connections, and pages of what lies before it for those that catch up. Entries
 * are numbered from the window's first on, and keep their numbers when old ones leave.
 */
import { Lru } from '../embedding/lru.ts';
import { epochOf, isBefore, type Place, placeOf } from '../log/order.ts';
import type { EventLog } from '../log/port.ts';
import { Entry, type FrameCodec } from './frames.ts';
import { REPLAY_EVENTS_MAX } from './port.ts';

export interface Page {
  entries: readonly Entry[];
  /** Stands behind the last of them. */
  cursor: string;
}

/** What lies behind the window's head, read and not in it yet. */
export interface Fetched {
  entries: readonly Entry[];
  cursor: string;
  /** More can be read at once. */
  isFull: boolean;
  /** More will be readable when an open transaction has ended. */
  behindHorizon: boolean;
  /** The database was restored: no cursor from before means anything. */
  restored: boolean;
}

const PAGE_EVENTS = 500;
/** Old entries leave some at a time. */
const SPARE = 2_000;
/** Pages of some hundred KB, for connections that come back together. */
const PAGES_KEPT = 20;

export class LogWindow {
  readonly #log: Pick<EventLog, 'read'>;
  readonly #tenantId: string;
  readonly #codec: FrameCodec;
  readonly #pages = new Lru<Promise<Page>>(PAGES_KEPT);
  #entries: Entry[] = [];
  #places: Place[] = [];
  #first = 0;
  /** Stands before the first entry, and behind the last one. */
  #start: string;
  #head: string;

  constructor(log: Pick<EventLog, 'read'>, tenantId: string, codec: FrameCodec, start: string) {
    this.#log = log;
    this.#tenantId = tenantId;
    this.#codec = codec;
    this.#start = start;
    this.#head = start;
  }

  get head(): string {
    return this.#head;
  }

  get first(): number {
    return this.#first;
  }

  get end(): number {
    return this.#first + this.#entries.length;
  }

  /** Reads on; one round trip. */
  async fetch(): Promise<Fetched> {
    const { events, cursor, behindHorizon } = await this.#log.read(this.#tenantId, this.#head, PAGE_EVENTS);
    const restored = epochOf(cursor) !== epochOf(this.#head);
    const entries = restored ? [] : events.map((event) => new Entry(event, this.#codec));
    return { entries, cursor, isFull: entries.length === PAGE_EVENTS, behindHorizon, restored };
  }

  append({ entries, cursor }: Fetched): void {
    this.#head = cursor;
    this.#entries.push(...entries);
    this.#places.push(...entries.map(({ event }) => placeOf(event.cursor)));
    if (this.#entries.length > REPLAY_EVENTS_MAX + SPARE) this.#drop(this.#entries.length - REPLAY_EVENTS_MAX);
  }

  /** The number of the first entry behind a cursor; `before` the window, or `beyond` what was read yet. */
  locate(cursor: string): number | 'before' | 'beyond' {
    const place = placeOf(cursor);
    if (isBefore(place, placeOf(this.#start))) return 'before';
    if (isBefore(placeOf(this.#head), place)) return 'beyond';
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#places[middle];
      if (at !== undefined && isBefore(place, at)) high = middle;
      else low = middle + 1;
    }
    return this.#first + low;
  }

  /** The entries, of which number `n` stands at `n - first`. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** The cursor right before entry number `n`. */
  cursorBefore(n: number): string {
    return this.#entries[n - this.#first - 1]?.event.cursor ?? this.#start;
  }

  /** What follows a cursor before the window: read once for all that stand there. */
  async page(after: string): Promise<Page> {
    const kept = this.#pages.get(after);
    if (kept) return await kept;
    const reading = this.#read(after);
    this.#pages.set(after, reading);
    try {
      const page = await reading;
      // The end of the log moves on.
      if (page.entries.length < PAGE_EVENTS) this.#pages.deleteIf(after, reading);
      return page;
    } catch (error) {
      this.#pages.deleteIf(after, reading);
      throw error;
    }
  }

  async #read(after: string): Promise<Page> {
    const { events, cursor } = await this.#log.read(this.#tenantId, after, PAGE_EVENTS);
    return { entries: events.map((event) => new Entry(event, this.#codec)), cursor };
  }

  #drop(count: number): void {
    this.#start = this.#entries[count - 1]?.event.cursor ?? this.#start;
    this.#entries = this.#entries.slice(count);
    this.#places = this.#places.slice(count);
    this.#first += count;
  }
}

/** The one of these cursors that lies furthest on; null of none. */
export function foremost(cursors: readonly string[]): string | null {
  let best: string | null = null;
  for (const cursor of new Set(cursors)) {
    if (best === null || isBefore(placeOf(best), placeOf(cursor))) best = cursor;
  }
  return best;
}
