/** The tier in figures: copies, pins, bytes, hits and misses; then the latency counters of this hour and of the one before. */
import { script } from '../../clients/redis-script.ts';

export const STATS = script(`
local tally = redis.call('HMGET', KEYS[4], 'hits', 'misses')
return {
  {
    string.format('%.0f', redis.call('ZCARD', KEYS[1])),
    string.format('%.0f', redis.call('SCARD', KEYS[2])),
    redis.call('GET', KEYS[3]) or '0',
    tally[1] or '0',
    tally[2] or '0',
  },
  redis.call('HGETALL', KEYS[5]),
  redis.call('HGETALL', KEYS[6]),
}
`);
