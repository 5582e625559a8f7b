/** The hot tier on a Redis of one's own, for each of the two that the local run knows. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll } from 'vitest';
import { createRedis, type RedisClient } from '../../../layers/memory/clients/redis.ts';
import { hotKeys } from '../../../layers/memory/keys.ts';
import { createHotRedis } from '../../../layers/memory/tiers/hot-redis.ts';
import { type RedisEngine, startRedis } from '../../../local/engines/redis.ts';
import { testClock } from '../../support/clock.ts';
import { temporaryDirectory } from '../../support/engine-directory.ts';
import { uniqueName } from '../../support/ids.ts';

export const ENGINES = [
  { engine: 'Redis server', embedded: false },
  { engine: 'Redis in process', embedded: true },
];

const TOKEN = 'a token';
/** Generous: the deadline is not what these tests are about, and the machine may be busy. */
const DEADLINE_MS = 20_000;

export interface HotEngine {
  engine: RedisEngine;
  redis: RedisClient;
  /** Past the adapter, to look at what really lies there. */
  raw: Redis;
}

/** Starts one before the tests of the file (or of the describe around) and stops it afterwards. */
export function hotEngine(embedded: boolean): () => HotEngine {
  const directory = temporaryDirectory();
  let running: HotEngine | undefined;
  beforeAll(async () => {
    const dataDir = join(directory, 'redis');
    const engine = await startRedis({ dataDir, password: 'secret', token: TOKEN, log: () => undefined, embedded });
    const redis = createRedis({ redisUrl: engine.url, redisToken: TOKEN }, { deadlineMs: DEADLINE_MS });
    const raw = new Redis({ url: engine.url, token: TOKEN, automaticDeserialization: false, enableTelemetry: false });
    running = { engine, redis, raw };
  });
  afterAll(async () => {
    await running?.engine.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return () => {
    if (!running) throw new Error('the engine is there only inside a test or a hook');
    return running;
  };
}

/** A hot tier with a tenant that no other test knows, whose copies are believed. */
export async function prepareHot(
  { redis, raw }: HotEngine,
  {
    capacity = 10_000,
    leased = true,
    leaseSeconds = 600,
  }: { capacity?: number; leased?: boolean; leaseSeconds?: number } = {},
) {
  const clock = testClock();
  const tenantId = uniqueName('tenant');
  const hot = createHotRedis({ redis, capacity, leaseSeconds, clock });
  if (leased) await hot.advance(tenantId, 'cursor-0', true);
  return { hot, clock, tenantId, raw, keys: hotKeys(tenantId), now: clock.instant() };
}
