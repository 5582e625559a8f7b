/** Takes uses that the catalog has counted off the pending ones and adds them to the copies: their sum stays the same. */
import { script } from '../../clients/redis-script.ts';

export const SETTLE = script(`
local uses, usedAt, prefix = KEYS[1], KEYS[2], ARGV[1]
for at = 2, #ARGV, 2 do
  local id, count = ARGV[at], tonumber(ARGV[at + 1])
  local pending = tonumber(redis.call('HGET', uses, id) or '0')
  local settled = math.min(count, pending)
  if settled > 0 then
    local key = prefix .. id
    local lastAt = redis.call('HGET', usedAt, id)
    if redis.call('HGET', key, 'size') then
      redis.call('HINCRBY', key, 'uses', settled)
      if lastAt then redis.call('HSET', key, 'at', lastAt) end
    end
    if settled == pending then
      redis.call('HDEL', uses, id)
      redis.call('HDEL', usedAt, id)
    else
      redis.call('HINCRBY', uses, id, -settled)
    end
  end
end
return {}
`);
