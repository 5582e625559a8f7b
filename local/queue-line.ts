/** One consumer's queue: at most one delivery a tenant at a time, again after a growing wait where it fails. */
import type { Log } from './engines/types.ts';
import type { FunctionRef, Functions } from './gateway/functions.ts';
import { type Message, messageFor, namesFailures, sqsEvent } from './queue-message.ts';
import { STOP_WITHIN_MS, settledWithin } from './within.ts';

export interface QueueConsumer extends FunctionRef {
  readonly maxReceives: number;
}

export interface LineOptions {
  readonly functions: Pick<Functions, 'call'>;
  readonly log: Log;
  /** Before the second delivery; doubles with each further one. */
  readonly backoffFirstMs?: number;
}

const BACKOFF_FIRST_MS = 200;
const BACKOFF_MAX_MS = 5_000;
/** Tenants served side by side by one consumer: as many as two cores and a pool of connections bear. */
const TENANTS_AT_ONCE = 4;

interface Lane {
  message: Message;
  /** Poked while it ran. */
  again: boolean;
  running: boolean;
}

export class ConsumerLine {
  readonly #consumer: QueueConsumer;
  readonly #options: LineOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: string[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(consumer: QueueConsumer, options: LineOptions) {
    this.#consumer = consumer;
    this.#options = options;
  }

  poke(tenantId: string): void {
    if (this.#stopped) return;
    const lane = this.#lanes.get(tenantId);
    if (!lane) this.#enqueue(tenantId);
    else if (lane.running) lane.again = true;
  }

  isBusy(): boolean {
    return this.#lanes.size > 0;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    if (await settledWithin(this.#running, STOP_WITHIN_MS)) return;
    this.#options.log(
      `queue: ${this.#consumer.name} is still at work after ${STOP_WITHIN_MS / 1_000} s; left to the next run`,
    );
  }

  #enqueue(tenantId: string): void {
    this.#lanes.set(tenantId, { message: messageFor(tenantId), again: false, running: false });
    this.#makeReady(tenantId);
  }

  #makeReady(tenantId: string): void {
    this.#ready.push(tenantId);
    // Not at once: whoever pokes has an answer to send first.
    setImmediate(() => this.#pump());
  }

  #pump(): void {
    while (!this.#stopped && this.#running.size < TENANTS_AT_ONCE) {
      const tenantId = this.#ready.shift();
      const lane = tenantId === undefined ? undefined : this.#lanes.get(tenantId);
      if (tenantId === undefined || !lane) return;
      const run: Promise<void> = this.#deliver(tenantId, lane).finally(() => {
        this.#running.delete(run);
        this.#pump();
      });
      this.#running.add(run);
    }
  }

  async #deliver(tenantId: string, lane: Lane): Promise<void> {
    lane.running = true;
    lane.again = false;
    const failure = await this.#receive(lane.message);
    lane.running = false;
    if (failure === undefined) this.#finish(tenantId, lane);
    else this.#retry(tenantId, lane, failure);
  }

  /** One delivery. Answers why it failed: a thrown error, or the message named among the failures of its batch. */
  async #receive(message: Message): Promise<unknown> {
    message.receives += 1;
    message.firstReceivedAtMs ??= Date.now();
    try {
      const answer = await this.#options.functions.call(this.#consumer, sqsEvent(this.#consumer.name, message));
      return namesFailures(answer) ? new Error('it reported the message as failed') : undefined;
    } catch (error) {
      return error ?? new Error('it threw nothing');
    }
  }

  #finish(tenantId: string, lane: Lane): void {
    this.#lanes.delete(tenantId);
    if (lane.again) this.poke(tenantId);
  }

  #retry(tenantId: string, lane: Lane, failure: unknown): void {
    const { name, maxReceives } = this.#consumer;
    const { receives } = lane.message;
    if (receives >= maxReceives) {
      const why = failure instanceof Error ? failure.stack : String(failure);
      this.#options.log(
        `queue: ${name} gave up on ${tenantId} after ${receives} deliveries; the schedule heals it. ${why}`,
      );
      this.#finish(tenantId, lane);
      return;
    }
    const { backoffFirstMs = BACKOFF_FIRST_MS } = this.#options;
    const waitMs = Math.min(backoffFirstMs * 2 ** (receives - 1), BACKOFF_MAX_MS);
    const why = failure instanceof Error ? failure.message : String(failure);
    this.#options.log(`queue: ${name} failed for ${tenantId}, delivery ${receives}; again in ${waitMs} ms. ${why}`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#makeReady(tenantId);
    }, waitMs);
    this.#timers.add(timer);
  }
}
