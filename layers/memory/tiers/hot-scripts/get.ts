/** Copies that are there, whoever asks and whenever: id, seq and record of each. */
import { script } from '../../clients/redis-script.ts';

export const GET = script(`
local found = {}
for at = 2, #ARGV do
  local row = redis.call('HMGET', ARGV[1] .. ARGV[at], 'seq', 'rec')
  if row[2] then
    found[#found + 1] = ARGV[at]
    found[#found + 1] = row[1]
    found[#found + 1] = row[2]
  end
end
return found
`);
