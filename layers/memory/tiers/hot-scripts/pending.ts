/** Uses since the last flush: pairs of id and count, and pairs of id and instant of the last one. */
import { script } from '../../clients/redis-script.ts';

export const PENDING = script(`return { redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }`);
