/** What is done for one lane: what it asks for is taken up, and what is due to it is posted, one frame after the other. */
import type { LimitFunction } from 'p-limit';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../log/port.ts';
import { Entry, ephemeralFrames, type FrameCodec } from './frames.ts';
import type { Draft, Lane } from './lane.ts';
import type { LogWindow, Page } from './log-window.ts';
import { type Ask, type Poster, REPLAY_EVENTS_MAX } from './port.ts';
import { outOfReach, takeUp } from './take-up.ts';
import type { Tally } from './tally.ts';

export interface PumpPorts {
  log: Pick<EventLog, 'read' | 'horizon' | 'page' | 'backlog'>;
  poster: Poster;
  codec: FrameCodec;
  clock: Clock;
  random: () => number;
  /** Bounds the posts of the process. */
  limit: LimitFunction;
}

/** So often at most a live connection gets a frame. */
const FRAME_MS = 50;

export class LanePump {
  readonly #ports: PumpPorts;
  readonly #tenantId: string;
  readonly #window: LogWindow;
  readonly #tally: Tally;
  readonly #onGone: (lane: Lane) => void;
  /** What lies behind a cursor, asked once for all that stand there. */
  readonly #reach = new Map<string, Promise<number | null>>();
  #isStopped = false;

  constructor(
    ports: PumpPorts,
    tenantId: string,
    { window, tally, onGone }: { window: LogWindow; tally: Tally; onGone: (lane: Lane) => void },
  ) {
    this.#ports = ports;
    this.#tenantId = tenantId;
    this.#window = window;
    this.#tally = tally;
    this.#onGone = onGone;
  }

  /** What waits for its turn to be posted is not posted any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** One thing for one lane. Answers whether to go on with it at once. */
  async step(lane: Lane): Promise<boolean> {
    const { ask, place } = lane;
    if (ask !== null && lane.isAsking) return lane.mayBegin && (await this.#begin(lane, ask));
    if (place === null) return false;
    if (!place.greeted) return lane.isStored && (await this.#greet(lane));
    if (lane.ephemeral.length > 0) return await this.#tell(lane);
    const draft = await this.#draft(lane);
    return draft !== null && draft !== 'later' && (await this.#send(lane, draft));
  }

  async #begin(lane: Lane, ask: Ask): Promise<boolean> {
    const taken = await takeUp(this.#ports.log, this.#window, lane, ask);
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
  async #draft(lane: Lane): Promise<Draft | null | 'later'> {
    const { bytesMax } = this.#ports.codec;
    const window = this.#window;
    for (;;) {
      const held = lane.page;
      if (held) {
        const draft = lane.draftFrom(held, bytesMax);
        if (draft !== null) return draft;
        continue;
      }
      const joined = lane.join(window);
      if (joined === 'joined') {
        if (lane.next !== null && lane.next < window.first) return await this.#lost(lane);
        const draft = lane.draft(window, bytesMax);
        // A frame that is full need not wait for more.
        const mayGrow = draft !== null && !draft.recovered && draft.stop === window.end;
        return mayGrow && Date.now() - lane.postedMs < FRAME_MS ? 'later' : draft;
      }
      if (!(await this.#reaches(lane))) return await this.#lost(lane);
      lane.isAhead = joined === 'beyond';
      if (lane.isAhead) return null;
      const draft = await this.#replayed(lane);
      if (draft !== null) return draft;
    }
  }

  async #reaches(lane: Lane): Promise<boolean> {
    if (lane.replayed > REPLAY_EVENTS_MAX) return false;
    if (lane.isInReach || lane.place === null) return true;
    const { read } = lane.place;
    const asked = this.#reach.get(read) ?? outOfReach(this.#ports.log, this.#tenantId, this.#window, read);
    this.#reach.set(read, asked);
    lane.isInReach = (await asked) === null;
    return lane.isInReach;
  }

  /** It fell behind what is replayed: it begins anew at the head. */
  async #lost(lane: Lane): Promise<null> {
    const behind = lane.next === null ? REPLAY_EVENTS_MAX : this.#window.end - lane.next;
    await this.#resync(lane, this.#window.head, behind, true);
    return null;
  }

  async #replayed(lane: Lane): Promise<Draft | null> {
    const { place } = lane;
    if (place === null) return null;
    const window = this.#window;
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
    // It was asked for something else while the draft was made.
    if (lane.isAsking) return true;
    if (!(await this.#post(lane, codec.events(draft)))) return false;
    if (lane.ask?.mark !== ask?.mark) return true;
    lane.settle(draft, Date.now());
    if (draft.since !== null) this.#tally.lag(clock.now().getTime() - Date.parse(draft.since));
    return true;
  }

  async #post(lane: Lane, frame: string): Promise<boolean> {
    const posted = await this.#ports.limit(() =>
      lane.isClosed || this.#isStopped ? ('closed' as const) : this.#ports.poster.post(lane.id, frame),
    );
    if (posted === 'posted') return true;
    if (posted === 'gone') {
      this.#onGone(lane);
    } else if (posted !== 'closed') lane.rest(Date.now(), this.#ports.random());
    return false;
  }
}
