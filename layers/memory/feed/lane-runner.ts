/**
 * The lanes of a session at work: each runs by itself, with one frame on its way at a time, so that a slow or failing connection delays
 * nobody else. Says which of them still have something to do, and closes those that are to hear nothing more.
 */
import type { Lane } from './lane.ts';
import { LanePump, type PumpPorts } from './lane-pump.ts';
import type { LogWindow } from './log-window.ts';
import type { Connections } from './port.ts';
import type { Tally } from './tally.ts';

export interface RunnerPorts extends PumpPorts {
  connections: Pick<Connections, 'condemn'>;
}

/** After so many failed posts in a row a lane no longer keeps the session; the next one tries again. */
const FAILURES_MAX = 4;

export class LaneRunner {
  readonly #ports: RunnerPorts;
  readonly #tenantId: string;
  readonly #lanes: Map<string, Lane>;
  readonly #tally: Tally;
  readonly #running = new Set<Promise<void>>();
  readonly #closed = new Set<string>();
  #window: LogWindow | null = null;
  #pump: LanePump | null = null;
  #isEnding = false;
  #failure: { error: unknown } | null = null;

  constructor(ports: RunnerPorts, tenantId: string, lanes: Map<string, Lane>, tally: Tally) {
    this.#ports = ports;
    this.#tenantId = tenantId;
    this.#lanes = lanes;
    this.#tally = tally;
  }

  /** From here on lanes are told what is in this window. */
  follow(window: LogWindow): void {
    const onGone = ({ id }: Lane) => {
      this.drop(id);
      this.#tally.gone(id);
    };
    this.#window = window;
    this.#pump = new LanePump(this.#ports, this.#tenantId, { window, tally: this.#tally, onGone });
  }

  /** Starts those that have something to do; throws what one failed with. */
  start(): void {
    if (this.#pump !== null) for (const lane of this.#lanes.values()) this.#startOne(lane, this.#pump);
    if (this.#failure) throw this.#failure.error;
  }

  #startOne(lane: Lane, pump: LanePump): void {
    if (lane.isBusy || !this.#hasWork(lane) || Date.now() < lane.restsUntilMs) return;
    lane.isBusy = true;
    this.#keep(this.#run(lane, pump), () => {
      lane.isBusy = false;
    });
  }

  async #run(lane: Lane, pump: LanePump): Promise<void> {
    while (!this.#isEnding && !lane.isClosed && lane.subscription !== null) {
      if (!(await pump.step(lane))) return;
    }
  }

  #hasWork(lane: Lane): boolean {
    if (lane.isClosed || lane.subscription === null) return false;
    if (lane.isAsking) return lane.mayBegin;
    if (lane.ephemeral.length > 0) return true;
    if (lane.place === null || this.#window === null) return false;
    if (!lane.isBusy && lane.page === null) lane.join(this.#window);
    if (!lane.place.greeted || lane.place.recovering) return true;
    if (lane.next !== null) return lane.next < this.#window.end;
    // What it waits for is not written yet: it was told of a place without an event.
    return !lane.isAhead || this.#window.locate(lane.place.read) !== 'beyond';
  }

  /** Nothing is on its way, and no lane that may keep the session has anything left to do or to store. */
  isDone(nowMs: number): boolean {
    if (this.#running.size > 0) return false;
    const isDue = (lane: Lane) =>
      lane.failures <= FAILURES_MAX &&
      (lane.isDirty || lane.isAsking || this.#hasWork(lane) || lane.restsUntilMs > nowMs);
    return ![...this.#lanes.values()].some(isDue);
  }

  /** Nothing goes to it from here on. Where the gateway does not answer it stays condemned, and is closed another time. */
  close(id: string): void {
    if (this.#closed.has(id)) return;
    this.#closed.add(id);
    this.drop(id);
    this.#keep(this.#disconnect(id));
  }

  async #disconnect(id: string): Promise<void> {
    const { poster, connections, limit } = this.#ports;
    const outcome = await limit(() => poster.close(id));
    if (outcome === 'closed') this.#tally.gone(id);
    else await connections.condemn(this.#tenantId, [id]);
  }

  drop(id: string): void {
    const lane = this.#lanes.get(id);
    if (lane) lane.isClosed = true;
    this.#lanes.delete(id);
  }

  /** The first failure is thrown at the next start. */
  #keep(work: Promise<void>, onEnd = () => {}): void {
    const kept: Promise<void> = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        onEnd();
        this.#running.delete(kept);
      });
    this.#running.add(kept);
  }

  /** What is on its way is waited for; nothing else is begun. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#pump?.stop();
    await Promise.all(this.#running);
  }
}
