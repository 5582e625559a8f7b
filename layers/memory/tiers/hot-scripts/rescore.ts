/** Scores copies as of now, since stored scores do not age by themselves. Answers the ids that have no copy here. */
import { script } from '../../clients/redis-script.ts';
import { SCORE } from './score.ts';

export const RESCORE = script(`
local scores, uses, prefix, now = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
${SCORE}
local absent = {}
for at = 3, #ARGV do
  local id = ARGV[at]
  local row = redis.call('HMGET', prefix .. id, 'uses', 'born', 'worth')
  if row[2] then
    local pending = tonumber(redis.call('HGET', uses, id) or '0')
    redis.call('ZADD', scores, score(tonumber(row[1]) + pending, tonumber(row[2]), tonumber(row[3]), now), id)
  else
    absent[#absent + 1] = id
  end
end
return absent
`);
