/** A connection comes and goes; what it wants to see replaces what it wanted before. Each answers '1' where it is known. */
import { script } from '../../clients/redis-script.ts';
import { CHANGE } from './change.ts';

/** ARGV: id, member, the millisecond at which it is over. */
export const ADD = script(`${CHANGE}
redis.call('HSET', members, ARGV[1], ARGV[2])
redis.call('ZADD', ends, ARGV[3], ARGV[1])
stay()
return { '1' }
`);

/** ARGV: id */
export const REMOVE = script(`${CHANGE}
if redis.call('HEXISTS', members, ARGV[1]) == 0 then return { '0' } end
forget(ARGV[1])
stay()
return { '1' }
`);

/** ARGV: id, subscription (empty keeps the one that is there), ask, how long the tenant counts as watched. */
export const SUBSCRIBE = script(`${CHANGE}
local id, subscription = ARGV[1], ARGV[2]
if redis.call('HEXISTS', members, id) == 0 then return { 'unknown' } end
if subscription ~= '' then redis.call('HSET', subscriptions, id, subscription) end
if redis.call('HEXISTS', subscriptions, id) == 0 then return { 'unsubscribed' } end
redis.call('HSET', asks, id, ARGV[3])
redis.call('HDEL', places, id)
redis.call('SET', KEYS[9], '1', 'PX', ARGV[4])
noteChange(id)
stay()
return { 'subscribed' }
`);

/** ARGV: id */
export const UNSUBSCRIBE = script(`${CHANGE}
if redis.call('HEXISTS', members, ARGV[1]) == 0 then return { '0' } end
unsubscribe(ARGV[1])
noteChange(ARGV[1])
stay()
return { '1' }
`);
