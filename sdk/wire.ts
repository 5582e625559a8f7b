/** What goes over the feed's WebSocket: types only, nothing of the server is bundled into a client. */
import type { EventObject, WireEventsQuery } from '../functions/contract/events.ts';

/** An event as `GET /v1/events` lists it. Live-only ones have no cursor. */
export type FeedEvent = EventObject;

/** The same filter as over HTTP. Absent or empty means all; `events` also takes families such as `memory.*`. */
export type FeedFilter = Partial<Omit<WireEventsQuery, 'after' | 'before' | 'order' | 'limit' | 'events'>> & {
  readonly events?: readonly string[];
};

export interface EventsFrame {
  readonly kind: 'events';
  /** Where the frame begins: all events between it and `cursor` that pass the filter are in `events`. */
  readonly after: string;
  readonly cursor: string;
  /** Replayed from the log. */
  readonly recovered?: boolean;
  readonly events: readonly FeedEvent[];
}

export type ServerFrame =
  | EventsFrame
  | { readonly kind: 'subscribed'; readonly id?: string; readonly cursor: string }
  | { readonly kind: 'pong'; readonly cursor: string }
  | { readonly kind: 'error'; readonly id?: string; readonly code: string; readonly message: string }
  | { readonly kind: 'ephemeral'; readonly events: readonly FeedEvent[] }
  | { readonly kind: 'resync'; readonly cursor: string };

export type ClientFrame =
  | {
      readonly action: 'subscribe';
      readonly id?: string;
      readonly filter: FeedFilter;
      readonly after?: string;
      readonly last?: number;
    }
  | { readonly action: 'resume'; readonly after: string }
  | { readonly action: 'unsubscribe' }
  | { readonly action: 'ping' };
