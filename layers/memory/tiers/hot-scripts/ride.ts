/**
 * Lua: what rides on a call. Reads a count and as many latency counters, then a count and as many events, from ARGV
 * beginning at `at`; answers where the rest begins, and whether the tenant is watched: only then events are kept. Both lists leave by
 * themselves when nobody looks.
 */
const LATENCY_LIVES_MS = 2 * 3_600_000;
export const EPHEMERAL_LIVES_MS = 60_000;
export const EPHEMERAL_MAX = 1_000;

export const RIDE = `
local function ride(at, latency, ephemeral, watched)
  local last = at + tonumber(ARGV[at])
  for i = at + 1, last do redis.call('HINCRBY', latency, ARGV[i], 1) end
  if last > at then redis.call('PEXPIRE', latency, ${LATENCY_LIVES_MS}) end
  at = last + 1
  last = at + tonumber(ARGV[at])
  local isWatched = redis.call('EXISTS', watched) == 1
  if last > at and isWatched then
    for i = at + 1, last do redis.call('LPUSH', ephemeral, ARGV[i]) end
    redis.call('LTRIM', ephemeral, 0, ${EPHEMERAL_MAX - 1})
    redis.call('PEXPIRE', ephemeral, ${EPHEMERAL_LIVES_MS})
  end
  return last + 1, isWatched
end
`;
