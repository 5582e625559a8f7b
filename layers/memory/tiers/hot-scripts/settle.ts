/**
 * Takes uses that the catalog has counted off the pending ones, and brings the copies to the catalog's total. A flush is settled once:
 * its id is kept beside the counts. Where the flush before it is not the one that was settled last, these counts are of another Redis
 * than the one that was read: nothing is taken off.
 */
import { script } from '../../clients/redis-script.ts';
import { LAST_USE } from './use.ts';

export const SETTLE = script(`
local uses, usedAt, hours, flushed = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local prefix, flush, previous = ARGV[1], ARGV[2], ARGV[3]
${LAST_USE}
local settledLast = redis.call('GET', flushed) or ''
if settledLast == flush then return {} end
redis.call('SET', flushed, flush)
if settledLast ~= previous then return {} end

local function takeOff(counts, field, count)
  local pending = tonumber(redis.call('HGET', counts, field) or '0')
  if pending > count then return redis.call('HINCRBY', counts, field, -count) end
  redis.call('HDEL', counts, field)
  return 0
end

local at = 4
while at <= #ARGV do
  local id, count, total = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local key = prefix .. id
  local lastAt = lastUse(usedAt, id)
  local copy = redis.call('HMGET', key, 'size', 'uses')
  if copy[1] then
    redis.call('HSET', key, 'uses', string.format('%.0f', math.max(total, tonumber(copy[2]))))
    if lastAt then redis.call('HSET', key, 'at', lastAt) end
  end
  if takeOff(uses, id, count) == 0 then redis.call('HDEL', usedAt, id) end
  local lastHour = at + 3 + 2 * tonumber(ARGV[at + 3])
  for hour = at + 4, lastHour, 2 do takeOff(hours, id .. ' ' .. ARGV[hour], tonumber(ARGV[hour + 1])) end
  at = lastHour + 1
end
return {}
`);
