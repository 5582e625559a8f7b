/** The adapters on the Redis in process, which a machine without a server runs on. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type RedisEngine, startRedis } from '../../local/engines/redis.ts';
import { temporaryDirectory } from '../support/engine-directory.ts';
import { describeRedisAdapters } from './suites/on-redis.ts';

const TOKEN = 'a token';
const directory = temporaryDirectory();
let engine: RedisEngine | undefined;

beforeAll(async () => {
  const dataDir = join(directory, 'redis');
  engine = await startRedis({ dataDir, password: 'secret', token: TOKEN, log: () => undefined, embedded: true });
});

afterAll(async () => {
  await engine?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describeRedisAdapters('Redis in process', () => {
  if (!engine) throw new Error('the engine is there only inside a test or a hook');
  return { redisUrl: engine.url, redisToken: TOKEN };
});
