/** Frames: what one message to a client holds. The edge says how they look; here it is decided where one ends. Pure. */
import type { EphemeralEvent, PlacedEvent } from '../model/event.ts';

/** How the edge writes what the feed says. */
export interface FrameCodec {
  /** Of a whole frame. */
  readonly bytesMax: number;
  event(event: PlacedEvent | EphemeralEvent): string;
  events(frame: { after: string; cursor: string; recovered: boolean; events: readonly string[] }): string;
  ephemeral(events: readonly string[]): string;
  subscribed(id: string | undefined, cursor: string): string;
  resync(cursor: string): string;
}

export const FRAME_EVENTS_MAX = 100;
/** Kind, flag and two cursors, which have at most 140 bytes each. */
const ENVELOPE_BYTES = 400;

/** An event of the log with its JSON, which is written once for all connections. */
export class Entry {
  readonly event: PlacedEvent;
  readonly #codec: FrameCodec;
  #json: string | undefined;
  #bytes = 0;

  constructor(event: PlacedEvent, codec: FrameCodec) {
    this.event = event;
    this.#codec = codec;
  }

  get json(): string {
    if (this.#json === undefined) {
      this.#json = this.#codec.event(this.event);
      this.#bytes = Buffer.byteLength(this.#json);
    }
    return this.#json;
  }

  get bytes(): number {
    return this.json.length === 0 ? 0 : this.#bytes;
  }
}

export interface Cut {
  events: Entry[];
  /** The first entry that was not looked at. */
  end: number;
}

/**
 * The next frame's events among `entries[from..until)`: those accepted, until the next one would not fit. What lies behind the last one
 * and is not accepted belongs to the frame as well. An event that is larger than a frame goes alone.
 */
export function cut(
  entries: readonly Entry[],
  from: number,
  until: number,
  accepts: (event: PlacedEvent) => boolean,
  bytesMax: number,
): Cut {
  const events: Entry[] = [];
  let bytes = ENVELOPE_BYTES;
  let at = from;
  for (; at < until; at += 1) {
    const entry = entries[at];
    if (entry === undefined || !accepts(entry.event)) continue;
    bytes += entry.bytes + 1;
    if (events.length > 0 && (bytes > bytesMax || events.length >= FRAME_EVENTS_MAX)) break;
    events.push(entry);
  }
  return { events, end: at };
}

/** Serialized live-only events by frame. */
export function ephemeralFrames(events: readonly string[], codec: FrameCodec): string[] {
  const frames: string[] = [];
  let held: string[] = [];
  let bytes = ENVELOPE_BYTES;
  const close = () => {
    if (held.length > 0) frames.push(codec.ephemeral(held));
    held = [];
    bytes = ENVELOPE_BYTES;
  };
  for (const event of events) {
    const size = Buffer.byteLength(event) + 1;
    if (bytes + size > codec.bytesMax || held.length >= FRAME_EVENTS_MAX) close();
    held.push(event);
    bytes += size;
  }
  close();
  return frames;
}
