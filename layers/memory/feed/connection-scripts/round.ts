/**
 * A round of the broadcaster: stores how far it told whom, forgets what is closed or over, counts, and answers what changed since the
 * version that it knows; everything, where another one read in between. The mark of an ask guards its place: a connection that asked for
 * something else meanwhile begins there.
 */
import { script } from '../../clients/redis-script.ts';
import { CHANGE, STORED_MS } from './change.ts';

const COUNTERS_LIVE_MS = 2 * 3_600_000;

export const ROUND = script(`${CHANGE}
local reader, watched, counters, lag, ephemeral = KEYS[9], KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local who, known, now, watchMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local at = 5
local function each(size, take)
  local last = at + tonumber(ARGV[at]) * size
  for i = at + 1, last, size do take(i) end
  at = last + 1
end

each(3, function(i)
  local ask = redis.call('HGET', asks, ARGV[i])
  if ask and cjson.decode(ask).mark == ARGV[i + 1] then redis.call('HSET', places, ARGV[i], ARGV[i + 2]) end
  redis.call('PEXPIRE', places, ${STORED_MS})
end)
each(1, function(i) forget(ARGV[i]) end)
each(2, function(i)
  if ARGV[i] == 'head' then redis.call('HSET', counters, 'head', ARGV[i + 1])
  else redis.call('HINCRBY', counters, ARGV[i], ARGV[i + 1]) end
  redis.call('PEXPIRE', counters, ${COUNTERS_LIVE_MS})
end)
each(1, function(i)
  redis.call('HINCRBY', lag, ARGV[i], 1)
  redis.call('PEXPIRE', lag, ${COUNTERS_LIVE_MS})
end)
local over = redis.call('ZRANGEBYSCORE', ends, '-inf', now)
for i = 1, #over do forget(over[i]) end

local isWhole = known == '' or redis.call('GET', reader) ~= who
redis.call('SET', reader, who, 'PX', ${COUNTERS_LIVE_MS})
local ids = isWhole and redis.call('HKEYS', members) or redis.call('ZRANGEBYSCORE', changed, '(' .. known, '+inf')
local found, left = {}, {}
for i = 1, #ids do
  local id = ids[i]
  local member = redis.call('HGET', members, id)
  if member then
    found[#found + 1] = id
    found[#found + 1] = member
    found[#found + 1] = redis.call('HGET', subscriptions, id) or ''
    found[#found + 1] = redis.call('HGET', asks, id) or ''
    found[#found + 1] = redis.call('HGET', places, id) or ''
  else
    left[#left + 1] = id
    redis.call('ZREM', changed, id)
  end
end
local events = redis.call('LRANGE', ephemeral, 0, -1)
if #events > 0 then redis.call('DEL', ephemeral) end
if redis.call('HLEN', subscriptions) > 0 then redis.call('SET', watched, '1', 'PX', watchMs) else redis.call('DEL', watched) end
return {
  { redis.call('GET', version) or '0', isWhole and '1' or '0' },
  found,
  left,
  redis.call('SMEMBERS', condemned),
  events,
}
`);
