/**
 * The one live connection of the page. Events are handed on once an animation frame, however many arrived: a view works at
 * most once a frame. While the page is hidden no frames come, and a timer hands on instead.
 */
import { signal } from '@preact/signals';
import { FeedClient, type FeedState } from '../../../sdk/feed-client.ts';
import type { FeedFilter } from '../../../sdk/wire.ts';
import { createTicket } from '../api/feed.ts';
import type { FeedEvent } from '../api/types.ts';
import { config } from './config.ts';

export interface Batch {
  /** From the log, in order, each once. */
  events: readonly FeedEvent[];
  /** Retrievals, searches and metrics: live only. */
  ephemeral: readonly FeedEvent[];
  /** How many of `events` were replayed after a cut. */
  recovered: number;
}

type Listener = (batch: Batch) => void;

const HIDDEN_EVERY_MS = 500;
const EVERYTHING: FeedFilter = {};

export const feedState = signal<{ state: FeedState; detail: string }>({ state: 'closed', detail: '' });
export const feedCursor = signal<string | null>(null);
/** Counts restarts of the feed whose history is out of reach: what is shown has to be read again. */
export const resyncs = signal(0);

const listeners = new Set<Listener>();
let client: FeedClient | undefined;
let waiting: { events: FeedEvent[]; ephemeral: FeedEvent[]; recovered: number } | undefined;

/** Calls the listener with what arrived since the last frame; answers how to stop. */
export function onBatch(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function handOn(): void {
  const batch = waiting;
  waiting = undefined;
  if (batch) for (const listener of listeners) listener(batch);
}

function gather(): NonNullable<typeof waiting> {
  if (!waiting) {
    waiting = { events: [], ephemeral: [], recovered: 0 };
    if (document.hidden) setTimeout(handOn, HIDDEN_EVERY_MS);
    else requestAnimationFrame(handOn);
  }
  return waiting;
}

export function startFeed(): void {
  if (client) return;
  const started = new FeedClient({
    url: config().socket,
    ticket: createTicket,
    filter: EVERYTHING,
    onEvents(events, { recovered, cursor }) {
      const batch = gather();
      batch.events.push(...events);
      if (recovered) batch.recovered += events.length;
      feedCursor.value = cursor;
    },
    onEphemeral(events) {
      gather().ephemeral.push(...events);
    },
    onResync(cursor) {
      feedCursor.value = cursor;
      resyncs.value += 1;
    },
    onState(state, detail) {
      feedState.value = { state, detail };
    },
  });
  client = started;
  started.open();
}

export function stopFeed(): void {
  client?.close();
  client = undefined;
}

/** Narrows what the server sends; answers how to take everything again. */
export function narrowFeed(filter: FeedFilter): () => void {
  client?.subscribe(filter);
  return () => client?.subscribe(EVERYTHING);
}
