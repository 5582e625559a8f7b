/** Counts a use of each id, whatever its tier, and scores the hot ones anew. Keeps a query for the log, unless too many wait already.
 * Answers '1' where the tenant is watched. */
import { script } from '../../clients/redis-script.ts';
import { QUERIES_MAX } from '../port.ts';
import { RIDE } from './ride.ts';
import { SCORE } from './score.ts';
import { USE } from './use.ts';

export const USED = script(`
local scores, uses, usedAt, hours, recalls, queries = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local prefix, now, instant = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local agent, queryId, query = ARGV[4], ARGV[5], ARGV[6]
${SCORE}${RIDE}${USE}
local ids = {}
local first, isWatched = ride(7, KEYS[7], KEYS[8], KEYS[9])
for i = first, #ARGV do
  local id = ARGV[i]
  ids[#ids + 1] = id
  local pending = countUse(uses, usedAt, hours, id, instant)
  local row = redis.call('HMGET', prefix .. id, 'uses', 'born', 'worth')
  if row[2] then
    redis.call('ZADD', scores, score(tonumber(row[1]) + pending, tonumber(row[2]), tonumber(row[3]), now), id)
  end
end
noteRecall(recalls, instant, agent, ids)
if queryId ~= '' and redis.call('HLEN', queries) < ${QUERIES_MAX} then redis.call('HSET', queries, queryId, query) end
return { isWatched and '1' or '0' }
`);
