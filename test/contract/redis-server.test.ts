/** The adapters on the Redis of the run: redis-server where there is one on PATH, or `REDIS_URL`. */
import { sharedEngines } from '../support/engines.ts';
import { describeRedisAdapters } from './suites/on-redis.ts';

describeRedisAdapters('Redis', () => {
  const env = sharedEngines();
  return { redisUrl: env.UPSTASH_REDIS_REST_URL, redisToken: env.UPSTASH_REDIS_REST_TOKEN };
});
