/** Uses since the last flush: pairs of id and count, and pairs of id and instants of the last ones, newest first. */
import { script } from '../../clients/redis-script.ts';

export const PENDING = script(`return { redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }`);
