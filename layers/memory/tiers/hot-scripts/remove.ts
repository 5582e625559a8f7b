/** Puts tombstones in place of records (and of older tombstones) up to the given seq: a late put with that seq stays out. */
import { script } from '../../clients/redis-script.ts';
import { BURY } from './bury.ts';

export const REMOVE = script(`
local keys = { scores = KEYS[1], pinned = KEYS[2], bytes = KEYS[3], prefix = ARGV[1] }
${BURY}
for at = 2, #ARGV, 2 do
  local id, seq = ARGV[at], ARGV[at + 1]
  local old = redis.call('HMGET', keys.prefix .. id, 'seq', 'size')
  if tonumber(old[1] or '0') <= tonumber(seq) then bury(keys, id, seq, 'removed', old[2]) end
end
return {}
`);
