/**
 * Takes uses that the catalog has counted off the pending ones, and brings the copies to the catalog's total. A flush is settled once:
 * its id is kept beside the counts. Where the flush before it is not the one that was settled last, these counts are of another Redis
 * than the one that was read: nothing is taken off.
 */
import { script } from '../../clients/redis-script.ts';
import { LAST_USE } from './use.ts';

export const SETTLE = script(`
local uses, usedAt, flushed, prefix, flush, previous = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3]
${LAST_USE}
local settledLast = redis.call('GET', flushed) or ''
if settledLast == flush then return {} end
redis.call('SET', flushed, flush)
if settledLast ~= previous then return {} end
for at = 4, #ARGV, 3 do
  local id, count, total = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local key = prefix .. id
  local lastAt = lastUse(usedAt, id)
  local copy = redis.call('HMGET', key, 'size', 'uses')
  if copy[1] then
    redis.call('HSET', key, 'uses', string.format('%.0f', math.max(total, tonumber(copy[2]))))
    if lastAt then redis.call('HSET', key, 'at', lastAt) end
  end
  local pending = tonumber(redis.call('HGET', uses, id) or '0')
  if pending <= count then
    redis.call('HDEL', uses, id)
    redis.call('HDEL', usedAt, id)
  else
    redis.call('HINCRBY', uses, id, -count)
  end
end
return {}
`);
