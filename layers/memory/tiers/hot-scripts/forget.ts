/**
 * Removes all that is kept of erased memories: tombstones in place of copies, no uses, and none of the live-only events in which the
 * person stands. ARGV[2] is how such an event names the person, as plain text.
 */
import { script } from '../../clients/redis-script.ts';
import { BURY } from './bury.ts';

export const FORGET = script(`
local keys = { scores = KEYS[1], pinned = KEYS[2], bytes = KEYS[3], prefix = ARGV[1] }
local uses, usedAt, ephemeral, person = KEYS[4], KEYS[5], KEYS[6], ARGV[2]
${BURY}
for at = 3, #ARGV, 2 do
  local id, seq = ARGV[at], ARGV[at + 1]
  local old = redis.call('HMGET', keys.prefix .. id, 'seq', 'size')
  if tonumber(old[1] or '0') <= tonumber(seq) then bury(keys, id, seq, 'removed', old[2]) end
  redis.call('HDEL', uses, id)
  redis.call('HDEL', usedAt, id)
end
local events = redis.call('LRANGE', ephemeral, 0, -1)
for i = 1, #events do
  if string.find(events[i], person, 1, true) then redis.call('LREM', ephemeral, 0, events[i]) end
end
return {}
`);
