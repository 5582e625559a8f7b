/**
 * Clients of the live feed and the network between: frames arrive late, out of order, twice or never, posts fail in every way the gateway's
 * may, and connections are cut. The clients keep the feed's own rules (sdk/frame-order.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { From, Posted, Poster } from '../../layers/memory/feed/port.ts';
import type { EventFilter } from '../../layers/memory/log/port.ts';
import type { Caller } from '../../layers/memory/model/caller.ts';
import { FrameOrder } from '../../sdk/frame-order.ts';
import { uniqueName } from './ids.ts';
import type { Frame } from './in-memory/poster.ts';

/** What the messages of a client call. */
export interface Feed {
  connect(caller: Caller, id: string): Promise<void>;
  disconnect(caller: Caller, id: string): Promise<void>;
  subscribe(caller: Caller, id: string, subscription: { id?: string; filter: EventFilter }, from: From): Promise<void>;
  resume(caller: Caller, id: string, after: string): Promise<void>;
  ping(caller: Caller, id: string): Promise<string | null>;
}

type FeedEvent = NonNullable<Frame['events']>[number];

/** What a post comes to, by chance. */
export interface Chances {
  /** Lost, though the gateway took it. */
  lost: number;
  /** Delivered later than those after it. */
  delayed: number;
  twice: number;
  /** Delivered or not, the answer does not come. */
  late: number;
  busy: number;
}

export const CALM: Chances = { lost: 0, delayed: 0, twice: 0, late: 0, busy: 0 };

export class Network implements Poster {
  readonly #random: () => number;
  readonly #open = new Map<string, (frame: string) => void>();
  chances: Chances;
  /** Every byte that was sent to each connection, delivered or not. */
  readonly sent = new Map<string, string[]>();

  constructor(random: () => number = Math.random, chances: Chances = CALM) {
    this.#random = random;
    this.chances = chances;
  }

  open(connectionId: string, receive: (frame: string) => void): void {
    this.#open.set(connectionId, receive);
  }

  cut(connectionId: string): void {
    this.#open.delete(connectionId);
  }

  isOpen(connectionId: string): boolean {
    return this.#open.has(connectionId);
  }

  async post(connectionId: string, frame: string): Promise<Posted> {
    if (!this.isOpen(connectionId)) return 'gone';
    this.sent.set(connectionId, [...(this.sent.get(connectionId) ?? []), frame]);
    const { lost, delayed, twice, late, busy } = this.chances;
    const chance = this.#random();
    const is = (...shares: number[]) => chance < shares.reduce((sum, share) => sum + share, 0);
    if (is(busy)) return 'busy';
    if (is(busy, late)) {
      if (this.#random() < 0.5) this.#deliver(connectionId, frame);
      return 'late';
    }
    if (is(busy, late, lost)) return 'posted';
    if (is(busy, late, lost, delayed)) {
      setTimeout(() => this.#deliver(connectionId, frame), this.#random() * 120);
      return 'posted';
    }
    this.#deliver(connectionId, frame);
    if (is(busy, late, lost, delayed, twice)) this.#deliver(connectionId, frame);
    return 'posted';
  }

  async close(connectionId: string): Promise<'closed'> {
    this.cut(connectionId);
    return 'closed';
  }

  #deliver(connectionId: string, frame: string): void {
    this.#open.get(connectionId)?.(frame);
  }
}

export class FeedClient {
  readonly delivered: FeedEvent[] = [];
  readonly ephemeral: FeedEvent[] = [];
  resyncs = 0;
  readonly #feed: Feed;
  readonly #network: Network;
  readonly #caller: Caller;
  readonly #filter: EventFilter;
  readonly #order = new FrameOrder<FeedEvent>();
  #connection = '';
  #from: From = 'now';
  /** Name of the subscription whose word is waited for. */
  #awaited: string | null = null;
  #resuming: Promise<void> | null = null;
  #strangePongs = 0;

  constructor(feed: Feed, network: Network, caller: Caller, filter: EventFilter = {}) {
    this.#feed = feed;
    this.#network = network;
    this.#caller = caller;
    this.#filter = filter;
  }

  get connection(): string {
    return this.#connection;
  }

  get cursor(): string | null {
    return this.#order.cursor;
  }

  get isSubscribed(): boolean {
    return this.#awaited === null && this.#connection !== '';
  }

  /** Connects and goes on where it was; before the first word of the server that is where it wanted to begin. */
  async open(from?: From): Promise<void> {
    this.#from = from ?? this.#from;
    const id = uniqueName('connection');
    this.#connection = id;
    this.#network.open(id, (frame) => this.#receive(id, JSON.parse(frame) as Frame));
    await this.#feed.connect(this.#caller, id);
    const { cursor } = this.#order;
    this.#awaited = uniqueName('subscription');
    const subscription = { id: this.#awaited, filter: this.#filter };
    await this.#feed.subscribe(this.#caller, id, subscription, cursor === null ? this.#from : { after: cursor });
  }

  /** The line breaks; the gateway may or may not notice. */
  async cut(isNoticed: boolean): Promise<void> {
    const id = this.#connection;
    this.#network.cut(id);
    this.#connection = '';
    if (isNoticed) await this.#feed.disconnect(this.#caller, id);
  }

  /** Asks how far it was told: what it does not know, twice running, was lost. */
  async ping(): Promise<void> {
    const id = this.#connection;
    if (id === '') return;
    const told = await this.#feed.ping(this.#caller, id);
    const isStrange = this.#awaited !== null || (told !== null && !this.#order.knows(told));
    this.#strangePongs = isStrange ? this.#strangePongs + 1 : 0;
    if (this.#strangePongs < 2) return;
    this.#strangePongs = 0;
    if (this.#awaited === null) await this.#resume();
    else {
      // No word on the subscription: it is made anew.
      await this.cut(true);
      await this.open();
    }
  }

  #receive(connection: string, frame: Frame): void {
    if (connection !== this.#connection) return;
    const { kind, after = '', cursor = '', events = [] } = frame;
    if (kind === 'subscribed' && frame.id === this.#awaited) {
      this.#awaited = null;
      if (this.#order.cursor !== cursor) this.#order.start(cursor);
    }
    if (kind === 'resync') {
      this.resyncs += 1;
      this.#order.start(cursor);
    }
    if (kind === 'ephemeral') this.ephemeral.push(...events);
    if (kind !== 'events' || this.#awaited !== null) return;
    const accepted = this.#order.accept({ after, cursor, events });
    this.delivered.push(...accepted.events);
    if (accepted.gap) void this.#resume();
  }

  async #resume(): Promise<void> {
    const { cursor } = this.#order;
    const id = this.#connection;
    if (cursor === null || id === '') return;
    this.#resuming ??= (async () => {
      await this.#feed.resume(this.#caller, id, cursor);
      // What is on its way may be what was missing.
      await sleep(50);
    })().finally(() => {
      this.#resuming = null;
    });
    await this.#resuming;
  }
}
