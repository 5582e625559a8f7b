/** EventBridge Scheduler of the local run: calls each scheduled function again and again, never two of one at a time. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../layers/memory/clock.ts';
import type { Log } from './engines/types.ts';
import type { FunctionRef, Functions } from './gateway/functions.ts';
import { STOP_WITHIN_MS, settledWithin } from './within.ts';

export interface ScheduledFunction extends FunctionRef {
  readonly localSeconds: number;
}

export interface SchedulerOptions {
  readonly functions: Pick<Functions, 'call'>;
  readonly schedules: readonly ScheduledFunction[];
  readonly clock: Clock;
  readonly log: Log;
}

export class LocalScheduler {
  readonly #options: SchedulerOptions;
  readonly #timers = new Map<ScheduledFunction, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  /** Starts at once; the first calls come after their interval. */
  constructor(options: SchedulerOptions) {
    this.#options = options;
    for (const schedule of options.schedules) this.#wait(schedule);
  }

  /** Calls nothing more and waits 5 s at most for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    if (await settledWithin(this.#running, STOP_WITHIN_MS)) return;
    this.#options.log(`scheduler: a run goes on after ${STOP_WITHIN_MS / 1_000} s; left to the next start`);
  }

  #wait(schedule: ScheduledFunction): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      const run: Promise<void> = this.#call(schedule).finally(() => {
        this.#running.delete(run);
        this.#wait(schedule);
      });
      this.#running.add(run);
    }, schedule.localSeconds * 1_000);
    this.#timers.set(schedule, timer);
  }

  /** A failure is told and the next turn comes all the same, as in AWS. */
  async #call(schedule: ScheduledFunction): Promise<void> {
    try {
      await this.#options.functions.call(schedule, scheduledEvent(schedule.name, this.#options.clock));
    } catch (error) {
      this.#options.log(`scheduler: ${schedule.name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
}

/** The event of EventBridge Scheduler where a schedule names no input of its own. */
export const scheduledEvent = (name: string, clock: Clock) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '000000000000',
  time: clock.now().toISOString(),
  region: 'local',
  resources: [`arn:aws:scheduler:local:000000000000:schedule/default/${name}`],
  detail: '{}',
});
