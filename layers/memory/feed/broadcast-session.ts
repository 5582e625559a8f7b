/**
 * One session of the broadcaster on one tenant: reads what is new once, and brings every lane along, each at its own pace. A slow or
 * failing connection delays nobody else. Ends when all is told and nothing came for a while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LimitFunction } from 'p-limit';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../log/port.ts';
import type { EphemeralEvent } from '../model/event.ts';
import { Entry, ephemeralFrames, type FrameCodec } from './frames.ts';
import { type Draft, Lane } from './lane.ts';
import { foremost, LogWindow, type Page } from './log-window.ts';
import { type Ask, type Connections, type Poster, REPLAY_EVENTS_MAX, type Round } from './port.ts';
import { rightsChanged } from './rights.ts';
import { outOfReach, takeUp } from './take-up.ts';
import { Tally } from './tally.ts';

export interface SessionPorts {
  log: Pick<EventLog, 'read' | 'horizon' | 'page' | 'backlog'>;
  connections: Connections;
  poster: Poster;
  codec: FrameCodec;
  clock: Clock;
  random: () => number;
  /** Bounds the posts of the process. */
  limit: LimitFunction;
}

/** What a process remembers of a tenant's connections between sessions; it holds while nobody else read the registry. */
export interface Remembered {
  readonly lanes: Map<string, Lane>;
  version: number | null;
}

/** Prolongs the lease; throws where it was lost. */
export type Stay = (head: string | null) => Promise<void>;

const POLL_MS = 25;
/** Longer than a process keeps live-only events together before it pokes: the last of them are found without a poke. */
const LINGER_MS = 250;
/** So often at most a live connection gets a frame. */
const FRAME_MS = 50;
/** After so many failed posts in a row a lane no longer keeps the session; the next one tries again. */
const FAILURES_MAX = 6;
const EPHEMERAL_WAITING_MAX = 200;

export class BroadcastSession {
  readonly #ports: SessionPorts;
  readonly #tenantId: string;
  readonly #reader: string;
  readonly #remembered: Remembered;
  readonly #tally = new Tally();
  readonly #running = new Set<Promise<void>>();
  readonly #closed = new Set<string>();
  /** What lies behind a cursor, asked once for all that stand there. */
  readonly #reach = new Map<string, Promise<number | null>>();
  #window: LogWindow | null = null;
  #isEnding = false;
  #failure: { error: unknown } | null = null;
  #foundAtMs: number | null = null;
  events = 0;

  constructor(ports: SessionPorts, tenantId: string, reader: string, remembered: Remembered) {
    this.#ports = ports;
    this.#tenantId = tenantId;
    this.#reader = reader;
    this.#remembered = remembered;
  }

  get #lanes(): Map<string, Lane> {
    return this.#remembered.lanes;
  }

  /** Until nothing is left to tell, or the deadline; answers whether the log was read to its end. */
  async run(deadlineMs: number, stay: Stay): Promise<boolean> {
    try {
      for (;;) {
        await this.#round();
        const isMore = await this.#readOn();
        this.#pumpAll();
        if (this.#failure) throw this.#failure.error;
        if (Date.now() >= deadlineMs) return !isMore;
        if (!isMore && this.#isQuiet()) return true;
        await stay(this.#window?.head ?? null);
        if (!isMore) await sleep(POLL_MS);
      }
    } finally {
      this.#isEnding = true;
      await Promise.all(this.#running);
    }
  }

  /** Stores what is not stored yet. */
  async flush(): Promise<void> {
    const isMoved = [...this.#lanes.values()].some((lane) => lane.isDirty);
    if (isMoved || !this.#tally.isEmpty) await this.#round();
  }

  /** Something was found in this session, and lately. */
  #isQuiet(): boolean {
    if (this.#running.size > 0) return false;
    const now = Date.now();
    const isDue = (lane: Lane) =>
      lane.failures <= FAILURES_MAX && (lane.isDirty || this.#hasWork(lane) || lane.restsUntilMs > now);
    if ([...this.#lanes.values()].some(isDue)) return false;
    return this.#foundAtMs === null || now - this.#foundAtMs > LINGER_MS;
  }

  async #round(): Promise<void> {
    const { connections } = this.#ports;
    const { version } = this.#remembered;
    const moved = [...this.#lanes.values()].filter((lane) => lane.isDirty);
    const progress = this.#tally.take(moved);
    const marks = new Map(progress.places.map(({ id, place }) => [id, place.mark]));
    try {
      const round = await connections.round(this.#tenantId, this.#reader, version, progress);
      for (const lane of moved) if (lane.place?.mark === marks.get(lane.id)) lane.isStored = true;
      this.#learn(round);
    } catch (error) {
      for (const lane of moved) lane.isDirty = true;
      throw error;
    }
  }

  #learn(round: Round): void {
    if (round.isWhole) {
      for (const lane of this.#lanes.values()) lane.isClosed = true;
      this.#lanes.clear();
    }
    this.#remembered.version = round.version;
    for (const connection of round.changed) {
      const lane = this.#lanes.get(connection.id);
      if (lane) lane.update(connection);
      else this.#lanes.set(connection.id, new Lane(connection));
    }
    for (const id of round.left) this.#drop(id);
    for (const id of round.condemned) this.#close(id);
    this.#hearEphemeral(round.ephemeral);
    if (round.ephemeral.length > 0 || (round.changed.length > 0 && !round.isWhole)) this.#foundAtMs = Date.now();
  }

  #drop(id: string): void {
    const lane = this.#lanes.get(id);
    if (lane) lane.isClosed = true;
    this.#lanes.delete(id);
  }

  #hearEphemeral(events: readonly string[]): void {
    const { codec } = this.#ports;
    for (const text of events) {
      const event = JSON.parse(text) as EphemeralEvent;
      this.#tally.processed(event);
      const everyone = codec.event(event);
      for (const lane of this.#lanes.values()) {
        if (!lane.isFollowing || !lane.accepts(event)) continue;
        if (lane.ephemeral.length >= EPHEMERAL_WAITING_MAX) this.#tally.dropped(1);
        else lane.ephemeral.push(forLane(lane, event, codec) ?? everyone);
      }
    }
  }

  /** Answers whether more can be read at once. */
  async #readOn(): Promise<boolean> {
    if (![...this.#lanes.values()].some(({ subscription }) => subscription !== null)) return false;
    this.#window ??= await this.#open(false);
    const { fresh, isFull, behindHorizon, restored } = await this.#window.advance();
    if (restored) {
      this.#window = await this.#open(true);
      return true;
    }
    if (fresh.length > 0) {
      this.events += fresh.length;
      this.#tally.head(this.#window.head);
    }
    if (fresh.length > 0 || behindHorizon) this.#foundAtMs = Date.now();
    for (const { event } of fresh) {
      this.#tally.processed(event);
      for (const lane of this.#lanes.values()) if (rightsChanged(lane.caller, event)) this.#close(lane.id);
    }
    return isFull;
  }

  /** The window begins where the foremost lane stands: from there on all is read once for all. */
  async #open(anew: boolean): Promise<LogWindow> {
    const { log, codec } = this.#ports;
    const lanes = [...this.#lanes.values()];
    const places = anew ? [] : lanes.flatMap(({ place }) => (place === null ? [] : [place.read]));
    const start = foremost(places) ?? (await log.horizon(this.#tenantId));
    for (const lane of lanes) lane.leave();
    this.#reach.clear();
    return new LogWindow(log, this.#tenantId, codec, start);
  }

  #pumpAll(): void {
    if (this.#window === null) return;
    for (const lane of this.#lanes.values()) {
      if (lane.isBusy || !this.#hasWork(lane) || Date.now() < lane.restsUntilMs) continue;
      lane.isBusy = true;
      const run: Promise<void> = this.#pump(lane, this.#window)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          lane.isBusy = false;
          this.#running.delete(run);
        });
      this.#running.add(run);
    }
  }

  #hasWork(lane: Lane): boolean {
    if (lane.isClosed || lane.subscription === null) return false;
    if (lane.isAsking || lane.ephemeral.length > 0) return true;
    if (lane.place === null || this.#window === null) return false;
    if (!lane.place.greeted || lane.place.recovering) return true;
    if (lane.next !== null) return lane.next < this.#window.end;
    // What it waits for is not written yet: it was told of a place without an event.
    return !lane.isAhead || this.#window.locate(lane.place.read) !== 'beyond';
  }

  async #pump(lane: Lane, window: LogWindow): Promise<void> {
    while (!this.#isEnding && !lane.isClosed && lane.subscription !== null) {
      if (!(await this.#step(lane, window))) return;
    }
  }

  /** One thing for one lane. Answers whether to go on with it at once. */
  async #step(lane: Lane, window: LogWindow): Promise<boolean> {
    const { ask, place } = lane;
    if (ask !== null && lane.isAsking) return await this.#begin(lane, window, ask);
    if (place === null) return false;
    if (!place.greeted) return lane.isStored && (await this.#greet(lane));
    if (lane.ephemeral.length > 0) return await this.#tell(lane);
    const draft = await this.#draft(lane, window);
    return draft !== null && draft !== 'later' && (await this.#send(lane, draft));
  }

  async #begin(lane: Lane, window: LogWindow, ask: Ask): Promise<boolean> {
    const taken = await takeUp(this.#ports.log, window, lane, ask);
    if (lane.ask?.mark !== ask.mark) return true;
    const { mark, resumes } = ask;
    if (taken.begins === 'with') {
      const entries = taken.events.map((event) => new Entry(event, this.#ports.codec));
      const at = { mark, read: taken.after, told: taken.after, recovering: true, greeted: resumes };
      lane.begin(at, { entries, cursor: taken.cursor });
    } else if (taken.begins === 'at') {
      const { cursor, recovering } = taken;
      lane.begin({ mark, read: cursor, told: cursor, recovering, greeted: resumes });
    } else {
      return await this.#resync(lane, taken.cursor, taken.lost, resumes);
    }
    return resumes;
  }

  /** `greeted` false: the client waits for a word on its subscription. */
  async #resync(lane: Lane, cursor: string, lost: number, greeted: boolean): Promise<boolean> {
    const { ask, subscription } = lane;
    if (ask === null) return false;
    const { codec } = this.#ports;
    if (!greeted && !(await this.#post(lane, codec.subscribed(subscription?.id, cursor)))) return false;
    if (!(await this.#post(lane, codec.resync(cursor)))) return false;
    if (lane.ask?.mark !== ask.mark) return true;
    this.#tally.dropped(lost);
    lane.begin({ mark: ask.mark, read: cursor, told: cursor, recovering: false, greeted: true });
    return true;
  }

  async #greet(lane: Lane): Promise<boolean> {
    const { subscription, place } = lane;
    if (place === null) return false;
    if (!(await this.#post(lane, this.#ports.codec.subscribed(subscription?.id, place.told)))) return false;
    if (lane.place?.mark === place.mark) lane.greet();
    return true;
  }

  async #tell(lane: Lane): Promise<boolean> {
    const events = lane.ephemeral.splice(0);
    for (const frame of ephemeralFrames(events, this.#ports.codec)) {
      if (await this.#post(lane, frame)) continue;
      this.#tally.dropped(events.length);
      return false;
    }
    return true;
  }

  /** `later`: it had a frame a moment ago. */
  async #draft(lane: Lane, window: LogWindow): Promise<Draft | null | 'later'> {
    const { bytesMax } = this.#ports.codec;
    for (;;) {
      const held = lane.page;
      if (held) {
        const draft = lane.draftFrom(held, bytesMax);
        if (draft !== null) return draft;
        continue;
      }
      const joined = lane.join(window);
      if (joined === 'joined') {
        if (lane.next !== null && lane.next < window.first) return await this.#lost(lane, window);
        const draft = lane.draft(window, bytesMax);
        const isPaced = draft !== null && !draft.recovered && Date.now() - lane.postedMs < FRAME_MS;
        return isPaced ? 'later' : draft;
      }
      if (!(await this.#reaches(lane, window))) return await this.#lost(lane, window);
      lane.isAhead = joined === 'beyond';
      if (lane.isAhead) return null;
      const draft = await this.#replayed(lane, window);
      if (draft !== null) return draft;
    }
  }

  async #reaches(lane: Lane, window: LogWindow): Promise<boolean> {
    if (lane.replayed > REPLAY_EVENTS_MAX) return false;
    if (lane.isInReach || lane.place === null) return true;
    const { read } = lane.place;
    const asked = this.#reach.get(read) ?? outOfReach(this.#ports.log, this.#tenantId, window, read);
    this.#reach.set(read, asked);
    lane.isInReach = (await asked) === null;
    return lane.isInReach;
  }

  /** It fell behind what is replayed: it begins anew at the head. */
  async #lost(lane: Lane, window: LogWindow): Promise<null> {
    const behind = lane.next === null ? REPLAY_EVENTS_MAX : window.end - lane.next;
    await this.#resync(lane, window.head, behind, true);
    return null;
  }

  async #replayed(lane: Lane, window: LogWindow): Promise<Draft | null> {
    const { place } = lane;
    if (place === null) return null;
    const start = window.cursorBefore(window.first);
    const page: Page = await window.page(place.read);
    if (lane.place !== place) return null;
    if (page.entries.length > 0) return lane.draftFrom(page, this.#ports.codec.bytesMax);
    lane.leap(start);
    return null;
  }

  async #send(lane: Lane, draft: Draft): Promise<boolean> {
    const { codec, clock } = this.#ports;
    const { ask } = lane;
    if (!(await this.#post(lane, codec.events(draft)))) return false;
    if (lane.ask !== ask) return true;
    lane.settle(draft, Date.now());
    if (draft.since !== null) this.#tally.lag(clock.now().getTime() - Date.parse(draft.since));
    return true;
  }

  async #post(lane: Lane, frame: string): Promise<boolean> {
    const posted = await this.#ports.limit(() =>
      lane.isClosed ? ('closed' as const) : this.#ports.poster.post(lane.id, frame),
    );
    if (posted === 'posted') return true;
    if (posted === 'gone') {
      this.#drop(lane.id);
      this.#tally.gone(lane.id);
    } else if (posted !== 'closed') lane.rest(Date.now(), this.#ports.random());
    return false;
  }

  /** Nothing goes to it from here on. Where the gateway does not answer it stays condemned, and is closed another time. */
  #close(id: string): void {
    if (this.#closed.has(id)) return;
    this.#closed.add(id);
    this.#drop(id);
    const { poster, connections, limit } = this.#ports;
    const closing: Promise<void> = limit(() => poster.close(id))
      .then(async (outcome) => {
        if (outcome === 'closed') this.#tally.gone(id);
        else await connections.condemn(this.#tenantId, [id]);
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running.delete(closing);
      });
    this.#running.add(closing);
  }
}

/** A key that is bound to an agent sees that agent's part of the metrics. Null is what everybody sees. */
function forLane({ caller }: Lane, event: EphemeralEvent, codec: FrameCodec): string | null {
  const { agents } = event.data;
  if (event.type !== 'metrics' || caller.agentId === null || typeof agents !== 'object' || agents === null) return null;
  const own = Object.entries(agents).filter(([agentId]) => agentId === caller.agentId);
  return codec.event({ ...event, data: { ...event.data, agents: Object.fromEntries(own) } });
}
