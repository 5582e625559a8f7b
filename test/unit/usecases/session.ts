/** The domain composed on ports in memory: use cases to call, engines to switch off, consumers to drain when a test says so. */
import { onTestFinished, vi } from 'vitest';
import * as compose from '../../../layers/memory/compose.ts';
import type { DrainReport } from '../../../layers/memory/feed/consumer.ts';
import type { AurenMemory, Idempotency, MemoryDraft, MemoryPatch } from '../../../layers/memory/memory.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import { aCaller } from '../../support/builders.ts';
import { type InMemoryPorts, inMemoryPorts } from '../../support/in-memory/index.ts';
import { wholeMemory } from '../../support/whole-memory.ts';

export const TENANT = 'tenant-a';

const DRAIN_MS = 5_000;

export interface Session {
  ports: InMemoryPorts;
  memory: AurenMemory;
  /** The key of an agent, or an unbound one. */
  caller(agentId?: string | null, overrides?: Partial<Caller>): Caller;
  /** Stores with what a test does not care about filled in. */
  store(draft?: Partial<MemoryDraft>, idempotency?: Idempotency): Promise<MemoryRecord>;
  patch(id: string, patch: MemoryPatch): Promise<MemoryRecord>;
  retrieve(id: string, caller?: Caller): Promise<MemoryRecord>;
  events(id: string): Promise<LogEvent[]>;
  project(): Promise<DrainReport>;
  index(): Promise<DrainReport>;
  /** Brings Redis and the index up to the log. */
  drain(): Promise<void>;
}

export async function aSession(overrides: Partial<InMemoryPorts> = {}): Promise<Session> {
  const ports = inMemoryPorts(overrides);
  ports.store.addTenant(TENANT);
  compose.usePorts(ports);
  const memory = await wholeMemory();
  const [projecting, indexing] = [await compose.composeHotProjecting(), await compose.composeIndexing()];
  const deadline = () => new Date(Date.now() + DRAIN_MS);
  const caller: Session['caller'] = (agentId = null, more = {}) => aCaller(TENANT, { agentId, ...more });
  const project = () => projecting.drain(TENANT, deadline());
  const index = () => indexing.drain(TENANT, deadline());
  return {
    ports,
    memory,
    caller,
    async store(draft = {}, idempotency) {
      const whole: MemoryDraft = { agentId: 'neuroscientist', type: 'analysis', content: { text: 'sleep' }, ...draft };
      return (await memory.store(caller(), whole, idempotency)).memory as MemoryRecord;
    },
    patch: async (id, patch) => (await memory.update(caller(), id, patch, {})) as MemoryRecord,
    retrieve: async (id, by = caller()) => (await memory.retrieve(by, id, {})) as MemoryRecord,
    events: (id) => ports.log.stream(TENANT, id),
    project,
    index,
    async drain() {
      await project();
      await index();
    },
  };
}

/** What the catalog says of a memory. */
export async function rowOf({ ports }: Session, id: string) {
  const [row] = await ports.catalog.find(TENANT, [id], 'any', ports.clock.instant());
  return row;
}

/** Where copies of a memory lie. */
export async function copiesOf({ ports }: Session, id: string): Promise<string[]> {
  const tiers = [ports.hot, ports.warm, ports.cold] as const;
  const found = await Promise.all(tiers.map(async (tier) => ((await tier.get(TENANT, [id])).has(id) ? tier.name : '')));
  return found.filter(Boolean);
}

/** Lets another writer in between a use case's look and its first commit. */
export function raceOnce({ ports }: Session, other: () => Promise<unknown>): void {
  const { commit } = ports.log;
  ports.log.commit = async (asked) => {
    ports.log.commit = commit;
    await other();
    return await commit(asked);
  };
}

/** Makes every commit lose against another writer, and the pauses in between short; answers how many were tried. */
export function loseAlways({ ports }: Session, error: () => Error): { tries: number } {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  onTestFinished(() => random.mockRestore());
  const count = { tries: 0 };
  ports.log.commit = async () => {
    count.tries += 1;
    throw error();
  };
  return count;
}
