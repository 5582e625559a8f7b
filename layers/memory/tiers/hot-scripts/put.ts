/**
 * Writes records, each unless a higher seq (or a tombstone of the same) is there, then evicts the lowest scores down to
 * 99 % of the capacity if it is exceeded. Retained memories and pins score above all others; pins go only where pins alone
 * exceed the whole capacity. Answers of each evicted one: record, uses, instant of the last use.
 */
import { script } from '../../clients/redis-script.ts';
import { BURY } from './bury.ts';
import { RIDE } from './ride.ts';
import { SCORE } from './score.ts';
import { LAST_USE } from './use.ts';

export const PUT = script(`
local keys = { scores = KEYS[1], pinned = KEYS[2], bytes = KEYS[3], prefix = ARGV[1] }
local uses, usedAt = KEYS[4], KEYS[5]
local now, capacity = tonumber(ARGV[2]), tonumber(ARGV[3])
${SCORE}${RIDE}${BURY}${LAST_USE}
local function put(at)
  local id, seq, rec = ARGV[at], ARGV[at + 1], ARGV[at + 11]
  local key = keys.prefix .. id
  local old = redis.call('HMGET', key, 'seq', 'size', 'uses', 'at')
  local oldSeq, oldSize = tonumber(old[1] or '0'), old[2]
  if tonumber(seq) < oldSeq or (tonumber(seq) == oldSeq and not oldSize) then return end
  local born, worth, base, lastAt = ARGV[at + 6], ARGV[at + 7], tonumber(ARGV[at + 8]), ARGV[at + 9]
  if old[3] then base = math.max(base, tonumber(old[3])) end
  if old[4] and old[4] > lastAt then lastAt = old[4] end
  redis.call('DEL', key)
  redis.call('HSET', key, 'seq', seq, 'agent', ARGV[at + 2], 'vis', ARGV[at + 3], 'space', ARGV[at + 4],
    'exp', ARGV[at + 5], 'born', born, 'worth', worth, 'uses', string.format('%.0f', base), 'at', lastAt,
    'pin', ARGV[at + 10], 'size', #rec, 'rec', rec)
  redis.call('INCRBY', keys.bytes, #rec - tonumber(oldSize or '0'))
  redis.call(ARGV[at + 10] == '1' and 'SADD' or 'SREM', keys.pinned, id)
  local pending = tonumber(redis.call('HGET', uses, id) or '0')
  redis.call('ZADD', keys.scores, score(base + pending, tonumber(born), tonumber(worth), now), id)
end

local first = ride(4, KEYS[6], KEYS[7], KEYS[8])
for at = first, #ARGV, 12 do put(at) end

local evicted = {}
local count = redis.call('ZCARD', keys.scores)
if count <= capacity then return evicted end
local target = capacity - math.floor(capacity / 100)
local lowest = redis.call('ZRANGE', keys.scores, 0, count - target - 1)
for i = 1, count - target do
  local id = lowest[i]
  local row = redis.call('HMGET', keys.prefix .. id, 'rec', 'seq', 'size', 'uses', 'at', 'pin')
  if row[6] == '1' and count <= capacity then break end
  if row[1] then
    local pending = tonumber(redis.call('HGET', uses, id) or '0')
    evicted[#evicted + 1] = row[1]
    evicted[#evicted + 1] = string.format('%.0f', tonumber(row[4]) + pending)
    evicted[#evicted + 1] = lastUse(usedAt, id) or row[5]
    bury(keys, id, row[2], 'evicted', row[3])
  else
    redis.call('ZREM', keys.scores, id)
  end
  count = count - 1
end
return evicted
`);
