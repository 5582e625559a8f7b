/** What a FeedClient is given, and what it needs of a WebSocket: the browser's and Node's fit both. */
import type { FeedEvent, FeedFilter } from './wire.ts';

/**
 * `recovering`: connected, events of the past are coming. `waiting`: not connected, the next try is timed. `refused`: the key
 * or the filter is not accepted, and trying again would not help.
 */
export type FeedState = 'connecting' | 'live' | 'recovering' | 'waiting' | 'refused' | 'closed';

export interface Delivery {
  /** Replayed from the log, not as it happened. */
  readonly recovered: boolean;
  /** To be kept where the feed should go on later, in another process. */
  readonly cursor: string;
}

export interface SocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
}

export interface SocketLike {
  addEventListener(type: 'open' | 'message' | 'error' | 'close', listener: (event: SocketEvent) => void): void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** A browser's window: coming back to a page or to a network is a reason to look at once. */
export interface WakeSource {
  addEventListener(type: 'focus' | 'online', listener: () => void): void;
  removeEventListener(type: 'focus' | 'online', listener: () => void): void;
}

export interface FeedClientOptions {
  /** `ws://localhost:8787/ws`, or the stage of the WebSocket API. */
  readonly url: string;
  /** A fresh ticket of `POST /v1/socket-tickets`. Rejecting with `status` 401 or 403 ends the feed, anything else is tried again. */
  readonly ticket: () => Promise<string>;
  readonly filter?: FeedFilter;
  /** Goes on after this cursor. */
  readonly after?: string;
  /** Begins with so many of the newest events; without effect where `after` is given. */
  readonly last?: number;
  /** Each event once, in order. */
  readonly onEvents: (events: readonly FeedEvent[], delivery: Delivery) => void;
  /** Live-only events: metrics, searches, retrievals. */
  readonly onEphemeral?: (events: readonly FeedEvent[]) => void;
  /** History is out of reach: fetch the state anew over HTTP; the feed goes on from the cursor. */
  readonly onResync?: (cursor: string) => void;
  readonly onState?: (state: FeedState, detail: string) => void;
  /** 0..1, for the jitter. */
  readonly random?: () => number;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
  readonly WebSocket?: SocketConstructor;
  readonly wake?: WakeSource;
}
