/**
 * Reads what the caller may see of the ids: no tombstones, nothing expired, nothing of others. Only while the lease lives
 * does a read count, as a hit and (where asked for) as a use, which also scores the memory anew. Answers '1' or '0' for
 * the lease and for whether the tenant is watched, then of each record: id, record, uses, instant of the last use.
 */
import { script } from '../../clients/redis-script.ts';
import { RIDE } from './ride.ts';
import { SCORE } from './score.ts';
import { LAST_USE, USE } from './use.ts';

export const READ = script(`
local scores, uses, usedAt, lease, counters = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local hours, recalls = KEYS[8], KEYS[9]
local prefix, now, instant, counts = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4] == '1'
local isBound, agent = ARGV[5] == '1', ARGV[6]
${SCORE}${RIDE}${USE}${LAST_USE}
local at, isWatched = ride(7, KEYS[6], KEYS[7], KEYS[10])
local spaces = {}
local lastSpace = at + tonumber(ARGV[at])
for i = at + 1, lastSpace do spaces[ARGV[i]] = true end

local function mayRead(owner, visibility, space)
  if not isBound or owner == agent or visibility == 'user' then return true end
  return visibility == 'space' and spaces[space] == true
end

local leased = redis.call('EXISTS', lease) == 1
local answer = { leased and '1' or '0', isWatched and '1' or '0' }
local hits, misses, used = 0, 0, {}
for i = lastSpace + 1, #ARGV do
  local id = ARGV[i]
  local row = redis.call('HMGET', prefix .. id, 'rec', 'agent', 'vis', 'space', 'exp', 'born', 'worth', 'uses', 'at')
  local isThere = row[1] and (row[5] == '' or tonumber(row[5]) > now) and mayRead(row[2], row[3], row[4])
  if leased and isThere then hits = hits + 1 else misses = misses + 1 end
  if isThere then
    local base, pending, lastAt = tonumber(row[8]), nil, nil
    if leased and counts then
      pending, lastAt = countUse(uses, usedAt, hours, id, instant), instant
      used[#used + 1] = id
      redis.call('ZADD', scores, score(base + pending, tonumber(row[6]), tonumber(row[7]), now), id)
    else
      pending, lastAt = tonumber(redis.call('HGET', uses, id) or '0'), lastUse(usedAt, id) or row[9]
    end
    answer[#answer + 1] = id
    answer[#answer + 1] = row[1]
    answer[#answer + 1] = string.format('%.0f', base + pending)
    answer[#answer + 1] = lastAt
  end
end
noteRecall(recalls, instant, agent, used)
if hits > 0 then redis.call('HINCRBY', counters, 'hits', hits) end
if misses > 0 then redis.call('HINCRBY', counters, 'misses', misses) end
return answer
`);
