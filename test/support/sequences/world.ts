/** The domain under the sequences: composed anew after each crash, on ports that fail as told; in memory or on the engines. */
import * as compose from '../../../layers/memory/compose.ts';
import type { Engine } from '../../../layers/memory/errors.ts';
import type { DrainReport } from '../../../layers/memory/feed/consumer.ts';
import type { AurenMemory } from '../../../layers/memory/memory.ts';
import type { JsonObject } from '../../../layers/memory/model/json.ts';
import type { Ports } from '../../../layers/memory/usecases/ports.ts';
import { createSweep } from '../../../layers/memory/usecases/sweep/sweep.ts';
import type { TestClock } from '../clock.ts';
import { wholeMemory } from '../whole-memory.ts';
import { createFaults, type Faults } from './faults.ts';

/** Persons are not erased in a sequence. */
type Absent = 'probes' | 'persons' | 'erasures' | 'subjectKeys' | 'residue' | 'certificateKey' | 'poster';
export type WorldPorts = Omit<Ports, Absent> & { clock: TestClock };

/** What a world stands on. */
export interface Ground {
  tenantId: string;
  capacity: number;
  ports: WorldPorts;
  /** All that Redis held is gone. */
  emptyRedis(): Promise<void>;
  /** Leases of a process that died run out. */
  expireLeases(): Promise<void>;
}

export interface World extends Ground {
  readonly memory: AurenMemory;
  readonly faults: Faults;
  /** Only what is in the engines remains. */
  restart(): Promise<void>;
  sweep(): Promise<JsonObject>;
  project(): Promise<DrainReport>;
  index(): Promise<DrainReport>;
}

const RUN_MS = 20_000;
const ENGINE_OF: Partial<Record<keyof Ports, Engine>> = {
  log: 'postgres',
  catalog: 'postgres',
  consumers: 'postgres',
  warm: 'postgres',
  lexical: 'postgres',
  members: 'postgres',
  apiKeys: 'postgres',
  spaces: 'postgres',
  recalls: 'postgres',
  queries: 'postgres',
  hot: 'redis',
  keyCache: 'redis',
  cold: 'chroma',
  vectors: 'chroma',
};

export async function aWorld(ground: Ground): Promise<World> {
  const faults = createFaults();
  const wrapped = Object.entries(ENGINE_OF).map(([name, engine]) => [
    name,
    faults.wrap(engine, () => ground.ports[name as keyof WorldPorts] as object),
  ]);
  // What is warmed by habit has tests of its own: the model would have to learn the same habits.
  const quiet = { warn: () => {}, predictiveWarming: false };
  const ports = { ...ground.ports, ...quiet, ...Object.fromEntries(wrapped) } as WorldPorts;
  let memory: AurenMemory;
  let runs: { indexing: Drains; projecting: Drains; sweep: (deadline: Date) => Promise<JsonObject> };
  const deadline = () => new Date(Date.now() + RUN_MS);

  const restart = async () => {
    compose.usePorts(ports);
    memory = await wholeMemory();
    // Other files leave their tenants in the database, and live by other clocks.
    const consumers = { ...ports.consumers, tenants: async () => [ground.tenantId] };
    runs = {
      indexing: await compose.composeIndexing(),
      projecting: await compose.composeHotProjecting(),
      sweep: createSweep({ ...ports, consumers }).sweep,
    };
    await ground.expireLeases();
  };
  await restart();

  return {
    ...ground,
    faults,
    restart,
    get memory() {
      return memory;
    },
    sweep: () => runs.sweep(deadline()),
    project: () => runs.projecting.drain(ground.tenantId, deadline()),
    index: () => runs.indexing.drain(ground.tenantId, deadline()),
  };
}

interface Drains {
  drain(tenantId: string, deadline: Date): Promise<DrainReport>;
}
