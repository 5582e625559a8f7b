/**
 * Lua: counts a use. Beside the count stand the instants of the last three, newest first and of 24 characters each: by them the sweep
 * sees what was much used lately. `lastUse` takes the newest of them.
 */
const INSTANT_CHARACTERS = 24;
const EARLIER_CHARACTERS = 2 * INSTANT_CHARACTERS + 1;

export const LAST_USE = `
local function lastUse(usedAt, id)
  local instants = redis.call('HGET', usedAt, id)
  return instants and string.sub(instants, 1, ${INSTANT_CHARACTERS})
end
`;

export const USE = `
local function countUse(uses, usedAt, id, instant)
  local earlier = redis.call('HGET', usedAt, id)
  redis.call('HSET', usedAt, id, earlier and instant .. ' ' .. string.sub(earlier, 1, ${EARLIER_CHARACTERS}) or instant)
  return redis.call('HINCRBY', uses, id, 1)
end
`;
