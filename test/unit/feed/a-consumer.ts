/** A consumer of a log with some memories in it, whose projection does what a test says. */
import { EngineUnavailable } from '../../../layers/memory/errors.ts';
import { createConsumer, type Projection } from '../../../layers/memory/feed/consumer.ts';
import type { PlacedEvent } from '../../../layers/memory/model/event.ts';
import { aMemory, storedCommit } from '../../support/builders.ts';
import { inMemoryPorts } from '../../support/in-memory/index.ts';

export const TENANT = 't';
export const NAME = 'test-consumer';
export const LEASE_MS = 30_000;
export const inMs = (ms: number) => new Date(Date.now() + ms);
export const soon = () => inMs(5_000);

type Apply = (events: readonly PlacedEvent[]) => Promise<void> | void;

export async function prepare({ events = 3, batchSize = 10, apply = (() => {}) as Apply, ...more } = {}) {
  const ports = inMemoryPorts();
  const ids: string[] = [];
  const store = async () => {
    const memory = aMemory();
    ids.push(memory.id);
    await ports.log.commit(storedCommit(TENANT, memory));
  };
  for (let n = 0; n < events; n += 1) await store();
  /** Streams in the order in which they were really applied. */
  const applied: string[] = [];
  const projection: Projection = {
    name: NAME,
    batchSize,
    apply: async (_, batch) => {
      await apply(batch);
      applied.push(...batch.map(({ streamId }) => streamId));
    },
    ...more,
  };
  const drain = (deadline = soon()) => createConsumer(ports, projection).drain(TENANT, deadline);
  /** Whether another consumer could begin now; gives the lease back at once. */
  const isFree = async () => {
    const lease = await ports.consumers.acquire(NAME, TENANT, 'another', LEASE_MS);
    if (lease) await ports.consumers.release(NAME, TENANT, 'another');
    return lease !== null;
  };
  return { ports, ids, applied, store, drain, projection, isFree };
}

export const unavailable = () => new EngineUnavailable('chroma', new Error('down'));
