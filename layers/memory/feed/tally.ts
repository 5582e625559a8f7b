/** What the broadcaster has done since its last round, collected to be stored with the next. */
import type { EphemeralEvent, PlacedEvent } from '../model/event.ts';
import type { Lane } from './lane.ts';
import type { Progress } from './port.ts';

/** Enough for percentiles; a round that tells more than this many frames is one of thousands of connections. */
const LAGS_MAX = 200;

export class Tally {
  readonly #gone = new Set<string>();
  #lags: number[] = [];
  #agents = new Map<string, number>();
  #processed = 0;
  #dropped = 0;
  #head: string | null = null;

  processed(event: PlacedEvent | EphemeralEvent): void {
    this.#processed += 1;
    if (event.agentId !== null) this.#agents.set(event.agentId, (this.#agents.get(event.agentId) ?? 0) + 1);
  }

  dropped(count: number): void {
    this.#dropped += count;
  }

  lag(ms: number): void {
    if (this.#lags.length < LAGS_MAX) this.#lags.push(Math.max(0, ms));
  }

  gone(id: string): void {
    this.#gone.add(id);
  }

  head(cursor: string): void {
    this.#head = cursor;
  }

  get isEmpty(): boolean {
    return this.#gone.size === 0 && this.#processed === 0 && this.#dropped === 0 && this.#head === null;
  }

  /** Takes all of it, and the places of the lanes that moved. */
  take(lanes: Iterable<Lane>): Progress {
    const places = [...lanes].flatMap((lane) => (lane.isDirty ? lane.stored() : []));
    const progress: Progress = {
      places,
      gone: [...this.#gone],
      head: this.#head,
      processed: this.#processed,
      dropped: this.#dropped,
      lagsMs: this.#lags,
      agents: this.#agents,
    };
    this.#gone.clear();
    this.#lags = [];
    this.#agents = new Map();
    this.#processed = 0;
    this.#dropped = 0;
    this.#head = null;
    return progress;
  }
}
