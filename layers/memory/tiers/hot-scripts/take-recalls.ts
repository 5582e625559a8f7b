/**
 * Hands out what was recalled since the last time, and what was handed out then, and keeps what is younger than `since` for the next time:
 * a recall may go together with one before it. An entry begins with `["` and its instant.
 */
import { script } from '../../clients/redis-script.ts';
import { RECALLS_MAX } from '../port.ts';

export const TAKE_RECALLS = script(`
local recalls, kept, since = KEYS[1], KEYS[2], ARGV[1]
local fresh, earlier = redis.call('LRANGE', recalls, 0, -1), redis.call('LRANGE', kept, 0, -1)
local function keep(list)
  for i = 1, #list do
    if string.sub(list[i], 3, 26) > since then redis.call('RPUSH', kept, list[i]) end
  end
end
redis.call('DEL', recalls, kept)
keep(earlier)
keep(fresh)
redis.call('LTRIM', kept, -${RECALLS_MAX}, -1)
return { fresh, earlier }
`);
