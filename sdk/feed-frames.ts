/**
 * The rules by which a client gets each event once and in order, whatever is sent twice, too late or not at all. Cursors are
 * opaque, so the client remembers those up to which it has everything: a frame that begins at one of them fits, no other does.
 */
import type { EventsFrame, FeedEvent, ServerFrame } from './wire.ts';

/** Twice the longest replay: what is sent again begins at a cursor that is remembered. */
const REMEMBERED_MAX = 20_000;

export type Taken =
  /** New to the client, perhaps none: a frame of what it has already, or one that moves the cursor alone. */
  | { readonly fits: true; readonly events: readonly FeedEvent[] }
  /** Something before it is missing. */
  | { readonly fits: false };

export class FeedPosition {
  readonly #covered = new Set<string>();
  #cursor: string | undefined;

  constructor(after?: string) {
    if (after !== undefined) this.restart(after);
  }

  /** Up to here the client has everything. Undefined before the first answer of the server. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Begins anew at a cursor that the server names; what was before it is no longer waited for. */
  restart(cursor: string): void {
    this.#covered.clear();
    this.#cover(cursor);
    this.#cursor = cursor;
  }

  covers(cursor: string): boolean {
    return this.#covered.has(cursor);
  }

  /** Takes a frame where it fits. A frame that was cut elsewhere than the one before it may hold old events and new ones. */
  take(frame: EventsFrame): Taken {
    if (!this.covers(frame.after)) return { fits: false };
    const events = frame.events.filter(({ cursor }) => cursor === null || !this.covers(cursor));
    const movesOn = events.length > 0 || frame.after === this.#cursor;
    for (const { cursor } of frame.events) if (cursor !== null) this.#cover(cursor);
    this.#cover(frame.cursor);
    // An old frame without news may end before the present cursor: going back would be safe, but slower.
    if (movesOn) this.#cursor = frame.cursor;
    return { fits: true, events };
  }

  #cover(cursor: string): void {
    this.#covered.add(cursor);
    if (this.#covered.size <= REMEMBERED_MAX) return;
    const [oldest] = this.#covered;
    if (oldest !== undefined) this.#covered.delete(oldest);
  }
}

/**
 * The frame in a message; undefined for what is none, such as API Gateway's own `{"message": "Internal server error"}`, and for
 * kinds that a later version may add.
 */
export function frameIn(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  const frame = parsed(data);
  if (typeof frame !== 'object' || frame === null || !('kind' in frame)) return undefined;
  return KINDS.has(frame.kind) ? (frame as ServerFrame) : undefined;
}

const KINDS = new Set<unknown>([
  'events',
  'subscribed',
  'pong',
  'error',
  'ephemeral',
  'resync',
] satisfies ServerFrame['kind'][]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
