/**
 * One session of the broadcaster on one tenant: learns in rounds who is connected, and reads what is new once for all of them. Ends when
 * all is told and nothing came for a while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EphemeralEvent } from '../model/event.ts';
import type { FrameCodec } from './frames.ts';
import { Lane } from './lane.ts';
import { LaneRunner, type RunnerPorts } from './lane-runner.ts';
import { type Fetched, foremost, LogWindow } from './log-window.ts';
import type { Connections, Round } from './port.ts';
import { rightsChanged } from './rights.ts';
import { Tally } from './tally.ts';

export interface SessionPorts extends RunnerPorts {
  connections: Connections;
  /** How long a session stays after the last thing that it found. */
  lingerMs: number;
}

/** What a process remembers of a tenant's connections between sessions; it holds while nobody else read the registry. */
export interface Remembered {
  readonly lanes: Map<string, Lane>;
  version: number | null;
}

/** Prolongs the lease; throws where it was lost. */
export type Stay = (head: string | null) => Promise<void>;

const POLL_MS = 25;
const EPHEMERAL_WAITING_MAX = 200;

export class BroadcastSession {
  readonly #ports: SessionPorts;
  readonly #tenantId: string;
  readonly #reader: string;
  readonly #remembered: Remembered;
  readonly #tally = new Tally();
  readonly #runner: LaneRunner;
  #window: LogWindow | null = null;
  #foundAtMs: number | null = null;
  events = 0;

  constructor(ports: SessionPorts, tenantId: string, reader: string, remembered: Remembered) {
    this.#ports = ports;
    this.#tenantId = tenantId;
    this.#reader = reader;
    this.#remembered = remembered;
    this.#runner = new LaneRunner(ports, tenantId, remembered.lanes, this.#tally);
  }

  get #lanes(): Map<string, Lane> {
    return this.#remembered.lanes;
  }

  /** Until nothing is left to tell, or the deadline; answers whether the log was read to its end. */
  async run(deadlineMs: number, stay: Stay): Promise<boolean> {
    try {
      await this.#round();
      for (let isFirst = true; ; isFirst = false) {
        const isMore = await this.#readOn(isFirst);
        this.#runner.start();
        if (Date.now() >= deadlineMs) return !isMore;
        if (!isMore && this.#isQuiet()) return true;
        await stay(this.#window?.head ?? null);
        if (!isMore && !this.#isAwaited()) await sleep(POLL_MS);
      }
    } finally {
      await this.#runner.end();
    }
  }

  /** Somebody waits for the next read to begin. */
  #isAwaited(): boolean {
    return [...this.#lanes.values()].some((lane) => lane.isAsking && !lane.mayBegin);
  }

  /** Stores what is not stored yet. */
  async flush(): Promise<void> {
    const isMoved = [...this.#lanes.values()].some((lane) => lane.isDirty);
    if (isMoved || !this.#tally.isEmpty) await this.#round();
  }

  /** All is told, and what was found in this session was found a while ago. */
  #isQuiet(): boolean {
    const now = Date.now();
    if (!this.#runner.isDone(now)) return false;
    return this.#foundAtMs === null || now - this.#foundAtMs > this.#ports.lingerMs;
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
      const there = new Set(round.changed.map(({ id }) => id));
      const before = [...this.#lanes.values()];
      for (const lane of before) lane.isClosed = true;
      this.#lanes.clear();
      // Redis lost them, or they have left: who is still connected comes anew.
      for (const { id } of before) if (!there.has(id)) this.#runner.close(id);
    }
    this.#remembered.version = round.version;
    for (const connection of round.changed) {
      const lane = this.#lanes.get(connection.id);
      if (lane) lane.update(connection);
      else this.#lanes.set(connection.id, new Lane(connection));
    }
    for (const id of round.left) this.#runner.drop(id);
    for (const id of round.condemned) this.#runner.close(id);
    this.#hearEphemeral(round.ephemeral);
    if (round.ephemeral.length > 0 || (round.changed.length > 0 && !round.isWhole)) this.#foundAtMs = Date.now();
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

  /**
   * Answers whether more can be read at once. What was read is told by the wishes that stand after it was read: who unsubscribed before
   * an event was written does not get it. And a subscription begins with the read after it was learned: now is not before it was asked for.
   */
  async #readOn(isFirst: boolean): Promise<boolean> {
    const asked = [...this.#lanes.values()].map((lane) => ({ lane, mark: lane.ask?.mark }));
    const fetched = await this.#fetch();
    if (!isFirst || fetched?.entries.length) await this.#round();
    if (fetched === null || this.#window === null) return false;
    if (fetched.restored) {
      this.#window = await this.#open(true);
      return true;
    }
    this.#window.append(fetched);
    const isRead = !fetched.isFull;
    for (const { lane, mark } of asked) if (isRead && lane.ask?.mark === mark) lane.mayBegin = true;
    const { entries, behindHorizon, isFull } = fetched;
    if (entries.length > 0) {
      this.events += entries.length;
      this.#tally.head(this.#window.head);
    }
    if (entries.length > 0 || behindHorizon) this.#foundAtMs = Date.now();
    for (const { event } of entries) {
      this.#tally.processed(event);
      for (const lane of this.#lanes.values()) if (rightsChanged(lane, event)) this.#runner.close(lane.id);
    }
    return isFull;
  }

  /** Null where nobody is subscribed. */
  async #fetch(): Promise<Fetched | null> {
    if (![...this.#lanes.values()].some(({ subscription }) => subscription !== null)) return null;
    this.#window ??= await this.#open(false);
    return await this.#window.fetch();
  }

  /** The window begins where the foremost lane stands: from there on all is read once for all. */
  async #open(anew: boolean): Promise<LogWindow> {
    const { log, codec } = this.#ports;
    const lanes = [...this.#lanes.values()];
    const places = anew ? [] : lanes.flatMap(({ place }) => (place === null ? [] : [place.read]));
    const start = foremost(places) ?? (await log.horizon(this.#tenantId));
    for (const lane of lanes) lane.leave();
    const window = new LogWindow(log, this.#tenantId, codec, start);
    this.#runner.follow(window);
    return window;
  }
}

/** A key that is bound to an agent sees that agent's part of the metrics. Null is what everybody sees. */
function forLane({ caller }: Lane, event: EphemeralEvent, codec: FrameCodec): string | null {
  const { agents } = event.data;
  if (event.type !== 'metrics' || caller.agentId === null || typeof agents !== 'object' || agents === null) return null;
  const own = Object.entries(agents).filter(([agentId]) => agentId === caller.agentId);
  return codec.event({ ...event, data: { ...event.data, agents: Object.fromEntries(own) } });
}
