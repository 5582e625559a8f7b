/** A server's side of the feed for tests of the client: the sockets that the client opened, and frames of an imagined log. */
import { FeedClient, type FeedClientOptions, type FeedState } from '../../../sdk/feed-client.ts';
import type { SocketEvent } from '../../../sdk/feed-options.ts';
import type { ClientFrame, EventsFrame, FeedEvent, ServerFrame } from '../../../sdk/wire.ts';

export const cursorAt = (position: number) => `c${position}`;

/** The nth event of the log; the cursor right after it is `c<n>`. */
export const eventAt = (position: number): FeedEvent => ({
  id: `evt_${position}`,
  cursor: cursorAt(position),
  seq: 1,
  type: 'memory.stored',
  at: '2026-01-01T00:00:00.000Z',
  actor: 'key:k',
  request_id: 'r',
  agent_id: 'a',
  user_id: null,
  space_id: null,
  memory_id: null,
  memory_type: 'fact',
  tier: 'hot',
  version: 1,
  data: {},
});

/** The events after `after` up to `to`, all of them or those that `passes`. */
export const framed = (after: number, to: number, passes: (position: number) => boolean = () => true): EventsFrame => ({
  kind: 'events',
  after: cursorAt(after),
  cursor: cursorAt(to),
  events: Array.from({ length: to - after }, (_, at) => after + 1 + at)
    .filter(passes)
    .map(eventAt),
});

export class FakeSocket {
  readonly sent: ClientFrame[] = [];
  readonly url: string;
  readonly protocols: string[];
  isClosed = false;
  readonly #listeners = new Map<string, ((event: SocketEvent) => void)[]>();

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  addEventListener(type: string, listener: (event: SocketEvent) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.cut(1000);
  }

  open(): void {
    this.#emit({ type: 'open' });
  }

  says(frame: ServerFrame | object): void {
    this.saysText(JSON.stringify(frame));
  }

  saysText(data: string): void {
    if (!this.isClosed) this.#emit({ type: 'message', data });
  }

  cut(code = 1006): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#emit({ type: 'close', code });
  }

  #emit(event: SocketEvent): void {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event);
  }
}

export interface FakeFeed {
  readonly client: FeedClient;
  readonly sockets: FakeSocket[];
  readonly delivered: FeedEvent[];
  readonly ephemeral: FeedEvent[];
  readonly resyncs: string[];
  readonly states: [FeedState, string][];
  /** The newest socket. */
  socket(): FakeSocket;
  /** Opens the newest socket and answers its subscription; where the client names no cursor it begins at `head`. */
  accept(head?: number): void;
}

/** A client whose sockets are fake, whose tickets are numbered and whose jitter is always the half. */
export function fakeFeed(options: Partial<FeedClientOptions> = {}): FakeFeed {
  const sockets: FakeSocket[] = [];
  const delivered: FeedEvent[] = [];
  const ephemeral: FeedEvent[] = [];
  const resyncs: string[] = [];
  const states: [FeedState, string][] = [];
  let tickets = 0;
  class Recorded extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  const client = new FeedClient({
    url: 'ws://localhost/ws',
    ticket: async () => {
      tickets += 1;
      return `t${tickets}`;
    },
    onEvents: (events) => void delivered.push(...events),
    onEphemeral: (events) => void ephemeral.push(...events),
    onResync: (cursor) => void resyncs.push(cursor),
    onState: (state, detail) => void states.push([state, detail]),
    random: () => 0.5,
    now: Date.now,
    WebSocket: Recorded,
    ...options,
  });
  const socket = () => {
    const newest = sockets.at(-1);
    if (!newest) throw new Error('the client has opened no socket');
    return newest;
  };
  return {
    client,
    sockets,
    delivered,
    ephemeral,
    resyncs,
    states,
    socket,
    accept(head = 0) {
      socket().open();
      answerSubscription(socket(), head);
    },
  };
}

/** Answers the last subscription as the server does. */
export function answerSubscription(socket: FakeSocket, head = 0): void {
  const asked = socket.sent.findLast((frame) => frame.action === 'subscribe');
  if (asked?.action !== 'subscribe') throw new Error('nothing was subscribed');
  socket.says({ kind: 'subscribed', id: asked.id, cursor: asked.after ?? cursorAt(head) });
}
