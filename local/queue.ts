/**
 * SNS and SQS of the local run, in process: a poke goes to each consumer of the table as an SQS event, at least once.
 * Pokes of a tenant that is already waiting are one; a tenant that is being served is served once more afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Poke } from '../layers/memory/poke.ts';
import { ConsumerLine, type LineOptions, type QueueConsumer } from './queue-line.ts';

export interface QueueOptions extends LineOptions {
  readonly consumers: readonly QueueConsumer[];
}

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

  /** Delivers nothing more and waits 5 s at most for what runs. What is left is found again by the schedule of the next run. */
  async stop(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.stop()));
  }
}
