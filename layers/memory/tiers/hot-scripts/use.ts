/**
 * Lua: counts a use, in all and by the hour of the day (UTC). Beside the count stand the instants of the last three, newest first and of
 * 24 characters each: by them the sweep sees what was much used lately. `lastUse` takes the newest of them. `noteRecall` keeps which
 * memories were used by one call, for the sweep to learn what is recalled together: the latest calls alone, and the first ids of each.
 */
import { RECALL_IDS_MAX, RECALLS_MAX } from '../port.ts';

const INSTANT_CHARACTERS = 24;
const EARLIER_CHARACTERS = 2 * INSTANT_CHARACTERS + 1;
/** Where the hour stands in an instant, `2026-03-01T12:...`. */
const HOUR_CHARACTERS = '12, 13';

export const LAST_USE = `
local function lastUse(usedAt, id)
  local instants = redis.call('HGET', usedAt, id)
  return instants and string.sub(instants, 1, ${INSTANT_CHARACTERS})
end
`;

export const USE = `
local function countUse(uses, usedAt, hours, id, instant)
  local earlier = redis.call('HGET', usedAt, id)
  redis.call('HSET', usedAt, id, earlier and instant .. ' ' .. string.sub(earlier, 1, ${EARLIER_CHARACTERS}) or instant)
  redis.call('HINCRBY', hours, id .. ' ' .. string.sub(instant, ${HOUR_CHARACTERS}), 1)
  return redis.call('HINCRBY', uses, id, 1)
end

local function noteRecall(recalls, instant, agent, ids)
  if #ids == 0 then return end
  local recall = { instant, agent }
  for i = 1, math.min(#ids, ${RECALL_IDS_MAX}) do recall[i + 2] = ids[i] end
  if redis.call('RPUSH', recalls, cjson.encode(recall)) > ${RECALLS_MAX} then redis.call('LPOP', recalls) end
end
`;
