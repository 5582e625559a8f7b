/** Counts a use of each id, whatever its tier, and scores the hot ones anew. */
import { script } from '../../clients/redis-script.ts';
import { RIDE } from './ride.ts';
import { SCORE } from './score.ts';
import { USE } from './use.ts';

export const USED = script(`
local scores, uses, usedAt = KEYS[1], KEYS[2], KEYS[3]
local prefix, now, instant = ARGV[1], tonumber(ARGV[2]), ARGV[3]
${SCORE}${RIDE}${USE}
for i = ride(4, KEYS[4], KEYS[5]), #ARGV do
  local id = ARGV[i]
  local pending = countUse(uses, usedAt, id, instant)
  local row = redis.call('HMGET', prefix .. id, 'uses', 'born', 'worth')
  if row[2] then
    redis.call('ZADD', scores, score(tonumber(row[1]) + pending, tonumber(row[2]), tonumber(row[3]), now), id)
  end
end
return {}
`);
