/** Lua: puts a tombstone in a record's place. `size` is what the record took, false where there was none. */
const TOMBSTONE_LIVES_MS = 3_600_000;

export const BURY = `
local function bury(keys, id, seq, reason, size)
  local key = keys.prefix .. id
  redis.call('DEL', key)
  redis.call('HSET', key, 'seq', seq, 'gone', reason)
  redis.call('PEXPIRE', key, ${TOMBSTONE_LIVES_MS})
  redis.call('ZREM', keys.scores, id)
  redis.call('SREM', keys.pinned, id)
  if size then redis.call('INCRBY', keys.bytes, -tonumber(size)) end
end
`;
