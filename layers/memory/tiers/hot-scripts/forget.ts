/**
 * Removes all that is kept of erased memories: tombstones in place of copies, no uses, no recall that names one, and none of the waiting
 * queries and live-only events in which the person stands. ARGV[2] is how these name the person, as plain text.
 */
import { script } from '../../clients/redis-script.ts';
import { BURY } from './bury.ts';

export const FORGET = script(`
local keys = { scores = KEYS[1], pinned = KEYS[2], bytes = KEYS[3], prefix = ARGV[1] }
local uses, usedAt, hours, queries, ephemeral, person = KEYS[4], KEYS[5], KEYS[6], KEYS[9], KEYS[10], ARGV[2]
${BURY}
local function forgetUses(id)
  redis.call('HDEL', uses, id)
  redis.call('HDEL', usedAt, id)
  local fields = {}
  for hour = 0, 23 do fields[hour + 1] = string.format('%s %02d', id, hour) end
  redis.call('HDEL', hours, unpack(fields))
end

local gone = {}
for at = 3, #ARGV, 2 do
  local id, seq = ARGV[at], ARGV[at + 1]
  local old = redis.call('HMGET', keys.prefix .. id, 'seq', 'size')
  if tonumber(old[1] or '0') <= tonumber(seq) then bury(keys, id, seq, 'removed', old[2]) end
  forgetUses(id)
  gone[id] = true
end

local function namesGone(recall)
  for i = 3, #recall do
    if gone[recall[i]] then return true end
  end
  return false
end
local function forgetRecalls(list)
  local recalls = redis.call('LRANGE', list, 0, -1)
  for i = 1, #recalls do
    if namesGone(cjson.decode(recalls[i])) then redis.call('LREM', list, 0, recalls[i]) end
  end
end
if #ARGV > 2 then
  forgetRecalls(KEYS[7])
  forgetRecalls(KEYS[8])
end

local waiting = redis.call('HGETALL', queries)
for i = 1, #waiting, 2 do
  if string.find(waiting[i + 1], person, 1, true) then redis.call('HDEL', queries, waiting[i]) end
end
local events = redis.call('LRANGE', ephemeral, 0, -1)
for i = 1, #events do
  if string.find(events[i], person, 1, true) then redis.call('LREM', ephemeral, 0, events[i]) end
end
return {}
`);
