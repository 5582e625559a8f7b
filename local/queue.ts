/**
 * SNS and SQS of the local run, in process: a poke goes to each consumer of the table as an SQS event, at least once.
 * Pokes of a tenant that is already waiting are one; a tenant that is being served is served once more afterwards.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import type { Poke } from '../layers/memory/poke.ts';
import type { Log } from './engines/types.ts';
import type { FunctionRef, Functions } from './gateway/functions.ts';

export interface QueueConsumer extends FunctionRef {
  readonly maxReceives: number;
}

export interface QueueOptions {
  readonly functions: Pick<Functions, 'call'>;
  readonly consumers: readonly QueueConsumer[];
  readonly log: Log;
  /** Before the second delivery; doubles with each further one. */
  readonly backoffFirstMs?: number;
}

const BACKOFF_FIRST_MS = 200;
const BACKOFF_MAX_MS = 5_000;
/** Tenants served side by side by one consumer: as many as two cores and a pool of connections bear. */
const TENANTS_AT_ONCE = 4;

export class LocalQueue implements Poke {
  readonly #lines: readonly ConsumerLine[];

  constructor(options: QueueOptions) {
    this.#lines = options.consumers.map((consumer) => new ConsumerLine(consumer, options));
  }

  async poke(tenantId: string): Promise<void> {
    for (const line of this.#lines) line.poke(tenantId);
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.#lines.some((line) => line.isBusy())) await sleep(5);
  }

  /** Delivers nothing more and waits for what runs. What waits is found again by the schedule of the next run. */
  async stop(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.stop()));
  }
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  firstReceivedAtMs: number | undefined;
  receives: number;
}

interface Lane {
  message: Message;
  /** Poked while it ran. */
  again: boolean;
  running: boolean;
}

/** One consumer: at most one delivery a tenant at a time. */
class ConsumerLine {
  readonly #consumer: QueueConsumer;
  readonly #options: QueueOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: string[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(consumer: QueueConsumer, options: QueueOptions) {
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
    await Promise.all(this.#running);
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
  async #receive(message: Message): Promise<string | undefined> {
    message.receives += 1;
    message.firstReceivedAtMs ??= Date.now();
    try {
      const answer = await this.#options.functions.call(this.#consumer, sqsEvent(this.#consumer.name, message));
      return namesFailures(answer) ? 'it reported the message as failed' : undefined;
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  }

  #finish(tenantId: string, lane: Lane): void {
    this.#lanes.delete(tenantId);
    if (lane.again) this.poke(tenantId);
  }

  #retry(tenantId: string, lane: Lane, failure: string): void {
    const { name, maxReceives } = this.#consumer;
    const { receives } = lane.message;
    if (receives >= maxReceives) {
      this.#options.log(
        `queue: ${name} gave up on ${tenantId} after ${receives} deliveries; the schedule heals it. ${failure}`,
      );
      this.#finish(tenantId, lane);
      return;
    }
    const { backoffFirstMs = BACKOFF_FIRST_MS } = this.#options;
    const waitMs = Math.min(backoffFirstMs * 2 ** (receives - 1), BACKOFF_MAX_MS);
    this.#options.log(`queue: ${name} failed for ${tenantId}, delivery ${receives}; again in ${waitMs} ms. ${failure}`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#makeReady(tenantId);
    }, waitMs);
    this.#timers.add(timer);
  }
}

const messageFor = (tenantId: string): Message => ({
  id: randomUUID(),
  body: JSON.stringify({ tenant_id: tenantId }),
  sentAtMs: Date.now(),
  firstReceivedAtMs: undefined,
  receives: 0,
});

const namesFailures = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'batchItemFailures' in answer &&
  Array.isArray(answer.batchItemFailures) &&
  answer.batchItemFailures.length > 0;

/** As SQS delivers a raw SNS message to Lambda. */
function sqsEvent(queue: string, { id, body, sentAtMs, firstReceivedAtMs, receives }: Message): SQSEvent {
  return {
    Records: [
      {
        messageId: id,
        receiptHandle: `${id}#${receives}`,
        body,
        attributes: {
          ApproximateReceiveCount: String(receives),
          SentTimestamp: String(sentAtMs),
          SenderId: 'local',
          ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs ?? sentAtMs),
        },
        messageAttributes: {},
        md5OfBody: createHash('md5').update(body).digest('hex'),
        eventSource: 'aws:sqs',
        eventSourceARN: `arn:aws:sqs:local:000000000000:${queue}`,
        awsRegion: 'local',
      },
    ],
  };
}
