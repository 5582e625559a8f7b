/** One connection on its way along the log: where it is, what it may and wants to see, and how its posts went. */
import { compileFilter, maySee } from '../log/filter.ts';
import type { EphemeralEvent, PlacedEvent } from '../model/event.ts';
import { cut, type Entry } from './frames.ts';
import type { LogWindow, Page } from './log-window.ts';
import type { Ask, Connection, Place, Subscription } from './port.ts';

/** What is due next, as one statement: these are all matching events behind `after`, up to and with `cursor`. */
export interface Draft {
  after: string;
  cursor: string;
  recovered: boolean;
  /** As the edge writes them. */
  events: string[];
  /** When the first of them was written, where it is news. */
  since: string | null;
  /** Number of the first entry behind it, in the window or on the page. */
  stop: number;
}

/** What was found on the way from a lane's place to the next stop. */
interface Found extends Pick<Draft, 'cursor' | 'recovered' | 'stop'> {
  events: Entry[];
  looked: number;
  isDue: boolean;
}

/** A client's cursor follows at least this closely, whatever its filter. */
const UNTOLD_MAX = 1_000;
/** A place that moved without a frame is stored now and then only. */
const UNSTORED_MAX = 500;
const REST_FIRST_MS = 100;
const REST_MAX_MS = 5_000;

export class Lane {
  readonly id: string;
  readonly caller: Connection['caller'];
  readonly since: Connection['since'];
  subscription: Subscription | null;
  ask: Ask | null;
  place: Place | null;
  /** Number of the next entry of the window; null while it is on pages before it, or waits for the window to come to its cursor. */
  next: number | null = null;
  /** Entries before this number are history. */
  historyEnds = 0;
  /** The log was read since it asked: what it calls now is in the window. */
  mayBegin = false;
  /** A frame is on its way. */
  isBusy = false;
  isClosed = false;
  /** Its place has moved since it was stored. */
  isDirty = false;
  /** The beginning of its subscription is stored. */
  isStored = true;
  /** Its history was found to be in reach. */
  isInReach = false;
  /** It stands behind all that was read. */
  isAhead = false;
  /** Failed posts in a row, and until when it is left alone. */
  failures = 0;
  restsUntilMs = 0;
  postedMs = Number.NEGATIVE_INFINITY;
  /** Events replayed from pages. */
  replayed = 0;
  readonly ephemeral: string[] = [];
  #accepts: (event: PlacedEvent | EphemeralEvent) => boolean = () => false;
  #page: { page: Page; next: number } | null = null;
  /** The client was sent history last. */
  #hasReplayed = false;
  #untold = 0;
  #unstored = 0;

  constructor({ id, caller, since, subscription, ask, place }: Connection) {
    this.id = id;
    this.caller = caller;
    this.since = since;
    this.subscription = subscription;
    this.ask = ask;
    this.place = place;
    this.#compile();
  }

  /** The client has asked for something else; the place stays until that is taken up. */
  update({ subscription, ask }: Connection): void {
    if (ask?.mark !== this.ask?.mark) this.mayBegin = false;
    this.subscription = subscription;
    this.ask = ask;
    if (subscription === null) this.place = null;
    this.#compile();
  }

  #compile(): void {
    const passes = compileFilter(this.subscription?.filter ?? {});
    const { caller } = this;
    this.#accepts = (event) => passes(event) && (event.type === 'metrics' || maySee(caller, event));
  }

  accepts(event: EphemeralEvent): boolean {
    return this.subscription !== null && !this.isClosed && this.#accepts(event);
  }

  /** It was asked for something that is not taken up yet. */
  get isAsking(): boolean {
    return this.ask !== null && this.ask.mark !== this.place?.mark;
  }

  get isFollowing(): boolean {
    return !this.isClosed && this.place !== null && !this.isAsking;
  }

  /** With `first`, what it is sent before it goes on from there. */
  begin(place: Place, first: Page | null = null): void {
    this.place = place;
    this.next = null;
    this.#page = first && { page: first, next: 0 };
    this.isStored = false;
    this.isInReach = true;
    this.replayed = 0;
    this.#hasReplayed = false;
    this.#untold = 0;
    this.#unstored = 0;
    this.isDirty = true;
  }

  /** The window that it was in is no more. */
  leave(): void {
    this.next = null;
    this.isInReach = false;
    this.isAhead = false;
  }

  /** Finds its number in the window, where its cursor is in there. */
  join(window: LogWindow): 'before' | 'beyond' | 'joined' {
    if (this.next !== null) return 'joined';
    if (this.place === null) return 'beyond';
    const found = window.locate(this.place.read);
    if (typeof found === 'string') return found;
    this.next = found;
    this.#page = null;
    this.historyEnds = this.place.recovering ? window.end : found;
    return 'joined';
  }

  /** What is due from the window; null where there is nothing. Moves over what does not match. */
  draft(window: LogWindow, bytesMax: number): Draft | null {
    const { next, place } = this;
    if (next === null || place === null) return null;
    const recovered = next < this.historyEnds;
    const endsReplay = place.recovering && !recovered;
    const isSilent = endsReplay && !this.#hasReplayed && place.told === place.read;
    if (isSilent) this.#change({ recovering: false });
    const until = recovered ? this.historyEnds : window.end;
    if (next === until && (!endsReplay || isSilent)) return null;
    const { events, end } = cut(window.entries, next - window.first, until - window.first, this.#accepts, bytesMax);
    const stop = end + window.first;
    const looked = stop - next;
    const cursor = looked > 0 ? window.cursorBefore(stop) : place.read;
    return this.#drafted({ events, looked, cursor, recovered, stop, isDue: endsReplay && !isSilent });
  }

  /** A page before the window that is begun and not used up. */
  get page(): Page | null {
    return this.#page !== null && this.#page.next < this.#page.page.entries.length ? this.#page.page : null;
  }

  /** The same from a page, which begins where this lane stands or is the one that it is on. */
  draftFrom(page: Page, bytesMax: number): Draft | null {
    if (this.#page?.page !== page) this.#page = { page, next: 0 };
    const { next } = this.#page;
    const { events, end } = cut(page.entries, next, page.entries.length, this.#accepts, bytesMax);
    this.replayed += end - next;
    const isUsedUp = end === page.entries.length;
    const cursor = isUsedUp ? page.cursor : (page.entries[end - 1]?.event.cursor ?? page.cursor);
    return this.#drafted({ events, looked: end - next, cursor, recovered: true, stop: end, isDue: false });
  }

  /** It has been posted. */
  settle({ cursor, recovered, stop }: Draft, nowMs: number): void {
    this.#change({ read: cursor, told: cursor, recovering: recovered });
    this.#hasReplayed = recovered;
    this.#stand(stop);
    this.#untold = 0;
    this.#unstored = 0;
    this.isDirty = true;
    this.failures = 0;
    this.postedMs = nowMs;
  }

  /** `isDue`: the client is to hear that its replay has ended, although there may be nothing else to say. */
  #drafted({ events, looked, cursor, recovered, stop, isDue }: Found): Draft | null {
    const [first] = events;
    if (first === undefined && !isDue && this.#untold + looked < UNTOLD_MAX) {
      this.#untold += looked;
      this.#unstored += looked;
      this.#change({ read: cursor });
      this.#stand(stop);
      if (this.#unstored >= UNSTORED_MAX) this.isDirty = true;
      return null;
    }
    const since = first === undefined || recovered ? null : first.event.at;
    return {
      after: this.place?.told ?? cursor,
      cursor,
      recovered,
      events: events.map(({ json }) => json),
      since,
      stop,
    };
  }

  #stand(stop: number): void {
    if (this.#page !== null) this.#page.next = stop;
    else this.next = stop;
  }

  #change(to: Partial<Place>): void {
    if (this.place !== null) this.place = { ...this.place, ...to };
  }

  greet(): void {
    this.#change({ greeted: true });
    this.isDirty = true;
  }

  /** Nothing lies between its place and this cursor. */
  leap(cursor: string): void {
    this.#change({ read: cursor });
    this.#page = null;
  }

  /** It is left alone for a while, longer with each failure: up to 5 s, at random, so that many do not come back at once. */
  rest(nowMs: number, random: number): void {
    this.failures += 1;
    const spanMs = Math.min(REST_MAX_MS, REST_FIRST_MS * 2 ** (this.failures - 1));
    this.restsUntilMs = nowMs + spanMs * (0.5 + random / 2);
  }

  /** Its place as it is to be stored. */
  stored(): { id: string; place: Place }[] {
    this.isDirty = false;
    this.#unstored = 0;
    return this.place === null ? [] : [{ id: this.id, place: this.place }];
  }
}
