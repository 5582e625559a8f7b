/**
 * The domain for integration tests: composed as a process composes it, on real engines, with a tenant of its own, a clock
 * that tests move, and both consumers drained when a test says so, or by every poke with `live`.
 */
import { randomUUID } from 'node:crypto';
import { postgres as composedPostgres, withMeaning } from '@auren/memory/adapters.ts';
import type { Postgres } from '@auren/memory/clients/postgres.ts';
import * as compose from '@auren/memory/compose.ts';
import type { DrainReport } from '@auren/memory/feed/consumer.ts';
import type { AurenMemory, Idempotency, MemoryDraft } from '@auren/memory/memory.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import type { Memory, MemoryRecord } from '@auren/memory/model/memory.ts';
import type { Ports } from '@auren/memory/usecases/ports.ts';
import { Redis } from '@upstash/redis';
import type { EngineEnv } from '../../local/engines/main.ts';
import { aCaller } from './builders.ts';
import { type TestClock, testClock } from './clock.ts';
import { fakeEmbedder } from './fake-embedder.ts';
import { uniqueName } from './ids.ts';
import { wholeMemory } from './whole-memory.ts';

export interface DomainOptions {
  /** Variables of the domain, such as AUREN_HOT_CAPACITY. */
  settings?: Record<string, string>;
  /** In place of what the configuration names; the fake embedder unless another is given. */
  ports?: Partial<Ports>;
  /** Every poke drains the consumers in the background, as the queue does. */
  live?: boolean;
}

export type TestPorts = Awaited<ReturnType<typeof withMeaning>>;

export interface Domain {
  readonly tenantId: string;
  /** Admin key of the tenant. */
  readonly apiKey: string;
  readonly clock: TestClock;
  readonly memory: AurenMemory;
  readonly ports: TestPorts;
  readonly postgres: Postgres;
  /** Past the adapters, to look at what really lies there. */
  readonly redis: Redis;
  /** What was said where nobody waits for an answer. */
  readonly warnings: string[];
  authenticate(apiKey: string): Promise<Omit<Caller, 'requestId'> | null>;
  /** An unbound key, or the key of an agent. */
  caller(agentId?: string | null, overrides?: Partial<Caller>): Caller;
  /** Stores with what a test does not care about filled in. */
  store(draft?: Partial<MemoryDraft>, idempotency?: Idempotency): Promise<MemoryRecord>;
  /** Brings Redis and the index up to the log; throws where that takes longer than 20 s. */
  drain(): Promise<void>;
  project(): Promise<DrainReport>;
  index(): Promise<DrainReport>;
  /** Rows of one statement, past row security. */
  sql(text: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
  /** With `live`: what the pokes began has ended. */
  settled(): Promise<void>;
}

/** One for all, so that tenants of one database can be opened by every domain. */
const MASTER_KEY = Buffer.alloc(32, 'auren-test').toString('base64');
const DRAIN_MS = 20_000;
const MADE_BY_US = [
  ...['AUREN_HOT_CAPACITY', 'AUREN_HOT_LEASE_SECONDS', 'AUREN_KEY_CACHE_SECONDS'],
  ...['AUREN_PREDICTIVE_WARMING', 'AUREN_QUERY_LOG'],
];

/** The schema is brought up to date once a file: migrations take a lock that others wait for. */
const migrated = new Map<string, Promise<unknown>>();

export async function domain(env: EngineEnv, options: DomainOptions = {}): Promise<Domain> {
  const { settings = {}, live = false } = options;
  for (const name of MADE_BY_US) delete process.env[name];
  Object.assign(process.env, env, { AUREN_MASTER_KEY: MASTER_KEY, AUREN_HOT_LEASE_SECONDS: '60' }, settings);
  const clock = testClock();
  const warnings: string[] = [];
  const failures: unknown[] = [];
  /** Set once there is something to drain: making the tenant pokes already. */
  let onPoke: (() => void) | undefined;
  compose.usePorts({
    clock,
    embedder: fakeEmbedder(),
    warn: (message) => warnings.push(message),
    poke: { poke: async () => onPoke?.() },
    ...options.ports,
  });
  const { migrate } = await compose.composeMigration();
  await (migrated.get(env.DATABASE_URL) ?? keep(migrated, env.DATABASE_URL, migrate()));
  const { tenantId, apiKey } = await (await compose.composeTenants()).create(uniqueName('tenant'));
  const [indexing, projecting] = [await compose.composeIndexing(), await compose.composeHotProjecting()];
  const memory = await wholeMemory();
  const ports = await withMeaning();
  const { authenticate } = await compose.composeAuthorize();
  const postgres = await composedPostgres();

  const untilCaughtUp = async (consumer: typeof indexing): Promise<DrainReport> => {
    const deadline = new Date(Date.now() + DRAIN_MS);
    for (;;) {
      const report = await consumer.drain(tenantId, deadline);
      if (report.caughtUp) return report;
      if (Date.now() > deadline.getTime())
        throw new Error(`not caught up in ${DRAIN_MS} ms: ${JSON.stringify(report)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const drain = async () => {
    await Promise.all([untilCaughtUp(projecting), untilCaughtUp(indexing)]);
  };
  /** As the queue delivers: one drain at a time, and another one after a poke that came meanwhile. */
  let isPoked = false;
  let running: Promise<void> | undefined;
  const begin = () => {
    isPoked = true;
    running ??= (async () => {
      try {
        while (isPoked) {
          isPoked = false;
          await drain();
        }
      } catch (error) {
        failures.push(error);
      } finally {
        running = undefined;
      }
    })();
  };
  if (live) onPoke = begin;
  const caller: Domain['caller'] = (agentId = null, overrides = {}) =>
    aCaller(tenantId, { agentId, requestId: randomUUID(), ...overrides });

  return {
    tenantId,
    apiKey,
    clock,
    memory,
    ports,
    postgres,
    redis: new Redis({
      url: env.UPSTASH_REDIS_REST_URL,
      token: env.UPSTASH_REDIS_REST_TOKEN,
      automaticDeserialization: false,
      enableTelemetry: false,
    }),
    warnings,
    authenticate,
    caller,
    async store(draft = {}, idempotency) {
      const whole = {
        agentId: 'neuroscientist',
        type: 'analysis' as const,
        content: { text: 'resting heart rate' },
        ...draft,
      };
      return (await memory.store(caller(), whole, idempotency)).memory as MemoryRecord;
    },
    drain,
    project: () => untilCaughtUp(projecting),
    index: () => untilCaughtUp(indexing),
    async sql(text, params = []) {
      const [rows = []] = await postgres.run(tenantId, [{ text, params }], { role: 'owner' });
      return rows;
    },
    async settled() {
      while (running !== undefined) await running;
      if (failures.length > 0) throw failures[0];
    },
  };
}

function keep<T>(map: Map<string, Promise<T>>, key: string, value: Promise<T>): Promise<T> {
  map.set(key, value);
  return value;
}

/** The code of the domain error that a call ends in; the call's answer where it does not. */
export const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : error));

export const idsOf = (memories: readonly Pick<Memory, 'id'>[]): string[] => memories.map(({ id }) => id);
