/** The live feed's ports: who is connected and how far each connection has been told, and how a connection is reached. */
import type { Instant } from '../clock.ts';
import type { EventFilter } from '../log/port.ts';
import type { Caller } from '../model/caller.ts';
import type { Percentiles } from '../tiers/latency-buckets.ts';

/** API Gateway closes a connection after two hours at the latest. */
export const CONNECTION_LIFE_MS = 7_200_000;
/** History beyond this is fetched over HTTP. */
export const REPLAY_EVENTS_MAX = 10_000;
export const TICKET_SECONDS = 60;

export interface Member {
  id: string;
  /** Everything that it may see follows from this. */
  caller: Caller;
  /** When it came. */
  since: Instant;
}

export interface Subscription {
  /** The client's own name for it. */
  id?: string;
  filter: EventFilter;
}

/** Where a subscription begins: after a cursor, with so many of the newest events, or now. */
export type From = { after: string } | { last: number } | 'now';

/** What a connection asked for last; each time with a new mark. */
export interface Ask {
  mark: string;
  from: From;
  /** Goes on with the same subscription, which is not told again. */
  resumes: boolean;
}

/** How far a connection is. */
export interface Place {
  /** Of the ask that it follows. */
  mark: string;
  /** Up to here the log was looked through for it. */
  read: string;
  /** The cursor of the last frame that was posted; what lies between matches nothing. */
  told: string;
  /** What it is sent is history, until it has caught up. */
  recovering: boolean;
  /** The client knows where its subscription begins. Stored before it is told, so that it is told the same again. */
  greeted: boolean;
}

export interface Connection extends Member {
  subscription: Subscription | null;
  ask: Ask | null;
  place: Place | null;
}

/** What the broadcaster has done since its last round. */
export interface Progress {
  /** A place whose mark is no longer that of the connection's ask is not stored. */
  places: readonly { id: string; place: Place }[];
  /** Connections that are closed. */
  gone: readonly string[];
  /** The cursor up to which the log was read; null leaves it. */
  head: string | null;
  processed: number;
  dropped: number;
  /** Milliseconds from commit to post. */
  lagsMs: readonly number[];
  /** Events by agent. */
  agents: ReadonlyMap<string, number>;
}

export interface Round {
  version: number;
  /** The answer holds every connection: what the reader remembers counts no more. */
  isWhole: boolean;
  /** Connections that changed since the version the reader knows. */
  changed: Connection[];
  left: string[];
  condemned: string[];
  /** Serialized live-only events, oldest first, which are taken with this. */
  ephemeral: string[];
}

export interface FeedStats {
  members: number;
  subscriptions: number;
  processed: number;
  dropped: number;
  head: string | null;
  lagMs: Percentiles | null;
  /** Events by agent since the feed is watched. */
  agents: Record<string, number>;
}

/** The registry of connections. Every method is one round trip and may throw `EngineUnavailable`. */
export interface Connections {
  add(member: Member): Promise<void>;
  remove(tenantId: string, id: string): Promise<void>;
  /** Replaces the subscription. False where there is no such connection. */
  subscribe(tenantId: string, id: string, subscription: Subscription, ask: Ask): Promise<boolean>;
  resume(tenantId: string, id: string, ask: Ask): Promise<'resumed' | 'unsubscribed' | 'unknown'>;
  unsubscribe(tenantId: string, id: string): Promise<boolean>;
  /** Null where there is no such connection; `told` is null before the subscription was taken up. */
  find(tenantId: string, id: string): Promise<{ told: string | null } | null>;
  /** They are closed by the broadcaster's next round. */
  condemn(tenantId: string, ids: readonly string[]): Promise<void>;
  members(tenantId: string): Promise<Member[]>;

  /** Nobody is subscribed and nobody has to be closed: there is nothing to broadcast. */
  isIdle(tenantId: string): Promise<boolean>;
  /** Stores progress and answers what changed since the version that `reader` knows; null knows nothing. Under the feed's lease only. */
  round(tenantId: string, reader: string, known: number | null, progress: Progress): Promise<Round>;

  /** Hands live-only events to the feed; dropped where nobody is subscribed. */
  announce(tenantId: string, events: readonly string[]): Promise<void>;
  stats(tenantId: string): Promise<FeedStats>;

  /** Keeps what the last metrics saw of the counters, and answers what those before them saw. */
  swapMeasured(tenantId: string, measured: string): Promise<string | null>;

  /** A ticket works once. */
  keepTicket(ticket: string, caller: Caller): Promise<void>;
  takeTicket(ticket: string): Promise<Caller | null>;
}

/** `late`: nobody knows whether it arrived. `busy`: it was refused for now. */
export type Posted = 'posted' | 'gone' | 'busy' | 'late';

/** Reaches connections. Never throws for what a single connection may be the cause of. */
export interface Poster {
  post(connectionId: string, frame: string): Promise<Posted>;
  close(connectionId: string): Promise<'closed' | 'late'>;
}

export interface Ticket {
  ticket: string;
  expiresAt: Instant;
}
