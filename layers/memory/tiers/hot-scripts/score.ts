/** Lua: the retention score of policy/retention.ts. `worth` is the part that time and use leave alone. */
import { DECAY } from '../../policy/retention.ts';

export const SCORE = `
local function score(uses, born, worth, now)
  local lifetime = math.max(1, (now - born) / 1000)
  local value = math.log((uses + 1) / ${1 - DECAY}) - ${DECAY} * math.log(lifetime) + worth
  return string.format('%.17g', value)
end
`;
