/** Checked API keys in Redis, so that a cold process need not ask PostgreSQL, and can do without it for a while. */
import type { RedisClient } from '../clients/redis.ts';
import { script } from '../clients/redis-script.ts';
import { apiKeyName } from '../keys.ts';
import { type CachedKey, type KeyCache, STALE_SECONDS_MAX } from './port.ts';

/** Longer than any check may take between reading a key and putting it here. */
const DROPPED_SECONDS = 60;

/** The mark of a dropped key: empty, which no entry is. */
const PUT = script(`
if redis.call('GET', KEYS[1]) ~= '' then redis.call('SET', KEYS[1], ARGV[1], 'EX', ${STALE_SECONDS_MAX}) end
return {}
`);

export const createRedisKeyCache = (redis: RedisClient): KeyCache => ({
  async get(hash) {
    const text = await redis.call((client) => client.get<string>(apiKeyName(hash)));
    return text ? (JSON.parse(text) as CachedKey) : null;
  },

  async put(hash, key, at) {
    await redis.script(PUT, [apiKeyName(hash)], [JSON.stringify({ key, at } satisfies CachedKey)]);
  },

  async drop(hash) {
    await redis.call((client) => client.set(apiKeyName(hash), '', { ex: DROPPED_SECONDS }));
  },
});
