/**
 * Uses since the last flush: pairs of id and count, pairs of id and instants of the last ones (newest first), and pairs of id with hour
 * and count.
 */
import { script } from '../../clients/redis-script.ts';

export const PENDING = script(`
return { redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]), redis.call('HGETALL', KEYS[3]) }
`);
