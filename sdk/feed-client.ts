/**
 * The live feed for a page or a program: connects with tickets, subscribes, reconnects with jitter and resumes after its cursor,
 * so that each event is delivered once and in order. No dependencies; runs in browsers and in Node 24.
 */
import { backoffMs } from './backoff.ts';
import { FeedConnection } from './feed-connection.ts';
import { frameIn } from './feed-frames.ts';
import type { FeedClientOptions, FeedState, SocketConstructor, WakeSource } from './feed-options.ts';
import { FrameOrder } from './frame-order.ts';
import type { EventsFrame, FeedEvent, FeedFilter, ServerFrame } from './wire.ts';

export type { Delivery, FeedClientOptions, FeedState, SocketLike } from './feed-options.ts';
export type { FeedEvent, FeedFilter } from './wire.ts';

/** A replay is over when nothing of it came for so long. */
const REPLAY_QUIET_MS = 1_000;
/** The server's broadcaster may have died: its lease ends after 30 s, and another one answers. */
const SUBSCRIBED_WITHIN_MS = 45_000;
/** After a gap the events asked for must come within this time, else they are asked for again. */
const RESUME_AGAIN_MS = 5_000;
/** A pong may overtake the frames that were posted before it. */
const PONG_AHEAD_MS = 2_000;
/** Answers to a subscription that the same subscription may not get again. */
const TRANSIENT = new Set(['rate_limited', 'engine_unavailable', 'in_progress', 'conflict']);

const REFUSALS = new Set<unknown>([401, 403]);
const global = globalThis as { WebSocket?: SocketConstructor } & Partial<WakeSource>;

export class FeedClient {
  readonly #options: FeedClientOptions;
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #Socket: SocketConstructor;
  readonly #order = new FrameOrder<FeedEvent>();
  #filter: FeedFilter;
  #state: FeedState = 'closed';
  #connection: FeedConnection | undefined;
  /** Counts openings: an old one's ticket that arrives late opens nothing. */
  #opening = 0;
  #failures = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #replayTimer: ReturnType<typeof setTimeout> | undefined;
  #pongTimer: ReturnType<typeof setTimeout> | undefined;
  #subscription = 0;
  #isSubscribed = false;
  #resumedAt: number | undefined;
  #recovered = 0;

  /** @throws where neither the platform nor the options have a WebSocket */
  constructor(options: FeedClientOptions) {
    const Socket = options.WebSocket ?? global.WebSocket;
    if (!Socket) throw new Error('there is no WebSocket here: hand one in as the option WebSocket');
    this.#Socket = Socket;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#now = options.now ?? (() => performance.now());
    this.#filter = options.filter ?? {};
    if (options.after !== undefined) this.#order.start(options.after);
  }

  /** Everything up to here was delivered. Undefined until the server has named a first one. */
  get cursor(): string | undefined {
    return this.#order.cursor ?? undefined;
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Connects, and stays connected until `close()`. Does nothing where it is open. */
  open(): void {
    if (this.#state !== 'closed' && this.#state !== 'refused') return;
    this.#failures = 0;
    const wake = this.#wake();
    wake?.addEventListener('focus', this.#look);
    wake?.addEventListener('online', this.#look);
    this.#connect();
  }

  /** Another filter from the present cursor on; what passed only the former one and was under way is not delivered. */
  subscribe(filter: FeedFilter): void {
    this.#filter = filter;
    if (this.#connection?.isOpen) this.#askForEvents();
  }

  close(): void {
    this.#leave('closed', '');
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#setState('connecting', '');
    this.#opening += 1;
    const opening = this.#opening;
    const isCurrent = () => opening === this.#opening;
    this.#options.ticket().then(
      (ticket) => {
        if (isCurrent()) this.#attach(ticket, isCurrent);
      },
      (error: unknown) => {
        if (isCurrent()) this.#noTicket(error);
      },
    );
  }

  #attach(ticket: string, isCurrent: () => boolean): void {
    try {
      this.#connection = new FeedConnection(this.#Socket, this.#options.url, ticket, {
        onOpen: () => this.#askForEvents(),
        onMessage: (data) => this.#receive(data),
        onEnd: (why) => {
          if (isCurrent()) this.#retry(why);
        },
      });
    } catch (error) {
      // An address that is none: no later try would find it.
      this.#leave('refused', error instanceof Error ? error.message : String(error));
    }
  }

  #noTicket(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (typeof error === 'object' && error !== null && 'status' in error && REFUSALS.has(error.status)) {
      this.#leave('refused', message);
    } else this.#retry(message);
  }

  #askForEvents(): void {
    const { cursor } = this.#order;
    const from = cursor === null ? { last: this.#options.last } : { after: cursor };
    this.#subscription += 1;
    this.#isSubscribed = false;
    const asked = { action: 'subscribe', id: this.#id(), filter: this.#filter, ...from } as const;
    this.#connection?.ask(asked, SUBSCRIBED_WITHIN_MS);
  }

  #receive(data: unknown): void {
    const frame = frameIn(data);
    if (!frame) return;
    switch (frame.kind) {
      case 'subscribed':
        this.#subscribed(frame);
        break;
      case 'events':
        this.#events(frame);
        break;
      case 'ephemeral':
        this.#options.onEphemeral?.(frame.events);
        break;
      case 'resync':
        this.#resync(frame.cursor);
        break;
      case 'pong':
        this.#pong(frame.cursor);
        break;
      case 'error':
        this.#error(frame);
        break;
    }
  }

  #subscribed({ id, cursor }: Extract<ServerFrame, { kind: 'subscribed' }>): void {
    if (id !== this.#id() || this.#isSubscribed) return;
    this.#connection?.answered();
    this.#isSubscribed = true;
    this.#failures = 0;
    this.#resumedAt = undefined;
    if (this.#order.cursor === null) this.#order.start(cursor);
    this.#setState('live', '');
  }

  #events(frame: EventsFrame): void {
    // Made with the former filter: what is missing from it is sent after the answer to the new one.
    if (!this.#isSubscribed) return;
    const { events, gap } = this.#order.accept(frame);
    if (gap) {
      this.#resume();
      return;
    }
    this.#resumedAt = undefined;
    const recovered = frame.recovered === true;
    if (recovered) this.#replaying(events.length);
    else if (this.#state === 'recovering') this.#replayed();
    if (events.length > 0) this.#options.onEvents(events, { recovered, cursor: frame.cursor });
  }

  #resync(cursor: string): void {
    this.#order.start(cursor);
    this.#resumedAt = undefined;
    if (this.#state === 'recovering') this.#replayed();
    this.#options.onResync?.(cursor);
  }

  #pong(cursor: string): void {
    this.#connection?.answered();
    if (!this.#isLost(cursor)) return;
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => {
      if (this.#isLost(cursor)) this.#resume();
    }, PONG_AHEAD_MS);
  }

  /** The server has posted further than what has arrived. A connection without subscription has no cursor. */
  #isLost(cursor: string): boolean {
    return this.#isSubscribed && cursor !== '' && !this.#order.knows(cursor);
  }

  #error({ id, code, message }: Extract<ServerFrame, { kind: 'error' }>): void {
    if (id !== undefined && id !== this.#id()) return;
    if (this.#isSubscribed || TRANSIENT.has(code)) this.#connection?.giveUp(`${code}: ${message}`);
    else this.#leave('refused', `${code}: ${message}`);
  }

  /** Asks once for what is missing; frames that are under way and do not fit either are no reason to ask again. */
  #resume(): void {
    const { cursor } = this.#order;
    const now = this.#now();
    if (cursor === null || (this.#resumedAt !== undefined && now - this.#resumedAt < RESUME_AGAIN_MS)) return;
    this.#resumedAt = now;
    this.#connection?.send({ action: 'resume', after: cursor });
    this.#replaying(0, RESUME_AGAIN_MS);
  }

  #replaying(events: number, quietMs = REPLAY_QUIET_MS): void {
    if (this.#state !== 'recovering') this.#recovered = 0;
    this.#recovered += events;
    this.#setState('recovering', `${this.#recovered} events so far`);
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => this.#replayed(), quietMs);
  }

  #replayed(): void {
    clearTimeout(this.#replayTimer);
    this.#setState('live', `recovered ${this.#recovered} events`);
  }

  #retry(why: string): void {
    this.#connection = undefined;
    this.#isSubscribed = false;
    clearTimeout(this.#replayTimer);
    clearTimeout(this.#pongTimer);
    this.#failures += 1;
    const waitMs = backoffMs(this.#failures, this.#random());
    this.#retryTimer = setTimeout(() => this.#connect(), waitMs);
    this.#setState('waiting', `${why} Next try in ${(waitMs / 1_000).toFixed(1)} s.`);
  }

  /** Bound, for a listener that is taken off again. */
  readonly #look = (): void => {
    if (this.#state === 'waiting') this.#connect();
    else if (this.#isSubscribed) this.#connection?.ask({ action: 'ping' });
  };

  #leave(state: 'closed' | 'refused', why: string): void {
    if (this.#state === 'closed') return;
    this.#opening += 1;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#replayTimer);
    clearTimeout(this.#pongTimer);
    const wake = this.#wake();
    wake?.removeEventListener('focus', this.#look);
    wake?.removeEventListener('online', this.#look);
    this.#connection?.close();
    this.#connection = undefined;
    this.#isSubscribed = false;
    this.#setState(state, why);
  }

  #wake(): WakeSource | undefined {
    if (this.#options.wake) return this.#options.wake;
    return global.addEventListener && global.removeEventListener ? (global as WakeSource) : undefined;
  }

  #id = () => `s${this.#subscription}`;

  #setState(state: FeedState, detail: string): void {
    this.#state = state;
    this.#options.onState?.(state, detail);
  }
}
