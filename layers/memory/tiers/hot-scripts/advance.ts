/**
 * Stores the projector's cursor; where it is caught up, also renews the lease under which copies are believed. Does neither,
 * and answers '0', where the cursor is not the one that the projector last saw: Redis was emptied or rolled back meanwhile,
 * and a newer cursor would hide for good that its copies are old.
 */
import { script } from '../../clients/redis-script.ts';

export const ADVANCE = script(`
local isKnown, seen = ARGV[4] == '1', ARGV[5]
if isKnown and (redis.call('GET', KEYS[1]) or '') ~= seen then return { '0' } end
redis.call('SET', KEYS[1], ARGV[1])
if ARGV[2] == '1' then redis.call('SET', KEYS[2], '1', 'PX', ARGV[3]) end
return { '1' }
`);
