/**
 * Lua: what the scripts of the registry share. Each change of a connection takes the next version, so that a reader that knows one asks
 * only for what came after it. `keys` are the first eight of every script's KEYS.
 */
import { CONNECTION_LIFE_MS } from '../port.ts';

/** Longer than any connection lives. */
export const STORED_MS = CONNECTION_LIFE_MS + 300_000;

export const CHANGE = `
local members, subscriptions, asks, places = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local ends, changed, version, condemned = KEYS[5], KEYS[6], KEYS[7], KEYS[8]

local function noteChange(id)
  redis.call('ZADD', changed, redis.call('INCR', version), id)
end

local function stay()
  for i = 1, 8 do redis.call('PEXPIRE', KEYS[i], ${STORED_MS}) end
end

local function unsubscribe(id)
  redis.call('HDEL', subscriptions, id)
  redis.call('HDEL', asks, id)
  redis.call('HDEL', places, id)
end

local function forget(id)
  unsubscribe(id)
  redis.call('HDEL', members, id)
  redis.call('ZREM', ends, id)
  redis.call('SREM', condemned, id)
  noteChange(id)
end
`;
