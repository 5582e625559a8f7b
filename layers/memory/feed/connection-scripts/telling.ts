/** What is told of the feed and to it beside its rounds. */
import { script } from '../../clients/redis-script.ts';
import { EPHEMERAL_LIVES_MS, EPHEMERAL_MAX } from '../../tiers/hot-scripts/ride.ts';

/** Keeps live-only events while somebody is subscribed. ARGV: the events. */
export const ANNOUNCE = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return { '0' } end
for i = 1, #ARGV do redis.call('LPUSH', KEYS[2], ARGV[i]) end
redis.call('LTRIM', KEYS[2], 0, ${EPHEMERAL_MAX - 1})
redis.call('PEXPIRE', KEYS[2], ${EPHEMERAL_LIVES_MS})
return { '1' }
`);

/** Connections and subscriptions, the counters, and the lags of this hour and of the one before. */
export const STATS = script(`
return {
  { string.format('%.0f', redis.call('HLEN', KEYS[1])), string.format('%.0f', redis.call('HLEN', KEYS[2])) },
  redis.call('HGETALL', KEYS[3]),
  redis.call('HGETALL', KEYS[4]),
  redis.call('HGETALL', KEYS[5]),
}
`);
