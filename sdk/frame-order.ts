/**
 * The order of a feed, as its client keeps it: frames may come late, twice or not at all, and each event is delivered once and in order.
 * A frame says "these are all matching events behind `after`, up to `cursor`"; cursors are opaque, so a client knows the places where it
 * has stood. Pure; for browsers and Node.
 */
export interface OrderedEvent {
  id: string;
  cursor: string | null;
}

export interface OrderedFrame<E extends OrderedEvent> {
  after: string;
  cursor: string;
  events: readonly E[];
}

export interface Accepted<E> {
  /** To be delivered now. */
  events: E[];
  /** Something between is missing: nothing of the frame was taken; resume after `cursor`. */
  gap: boolean;
}

/** What lies further back than this is no overlap but a gap, which a resume heals as well. */
const PLACES_MAX = 1_000;
/** More than there are places: an event behind a known place is always known. */
const IDS_MAX = 4_000;

class Recent {
  readonly #values = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  has(value: string): boolean {
    return this.#values.has(value);
  }

  add(value: string): void {
    this.#values.delete(value);
    this.#values.add(value);
    if (this.#values.size <= this.#max) return;
    const [oldest] = this.#values;
    if (oldest !== undefined) this.#values.delete(oldest);
  }
}

export class FrameOrder<E extends OrderedEvent> {
  #cursor: string | null = null;
  #places = new Recent(PLACES_MAX);
  #ids = new Recent(IDS_MAX);

  /** Everything up to here was delivered; null before the first word of the server. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** A subscription begins, or history is out of reach: nothing of before counts any more. */
  start(cursor: string): void {
    this.#cursor = cursor;
    this.#places = new Recent(PLACES_MAX);
    this.#ids = new Recent(IDS_MAX);
    this.#places.add(cursor);
  }

  /** Whether the client has stood there. A pong whose cursor it does not know, twice running, means that frames were lost. */
  knows(cursor: string): boolean {
    return this.#places.has(cursor);
  }

  accept({ after, cursor, events }: OrderedFrame<E>): Accepted<E> {
    if (!this.knows(after)) return { events: [], gap: true };
    const fresh = events.filter(({ id }) => !this.#ids.has(id));
    // Of an older frame that comes late or again, only what is new moves the client on.
    if (after !== this.#cursor && fresh.length === 0) return { events: [], gap: false };
    for (const { id, cursor: place } of fresh) {
      this.#ids.add(id);
      if (place !== null) this.#places.add(place);
    }
    this.#places.add(cursor);
    this.#cursor = cursor;
    return { events: fresh, gap: false };
  }
}
