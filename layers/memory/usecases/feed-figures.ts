/** The live feed in figures, for stats and for those who watch. */
import type { FeedStats } from '../feed/port.ts';
import type { JsonObject } from '../model/json.ts';
import type { Ports } from './ports.ts';

/** `stats` is null where Redis does not answer. `queue_size`: events that the broadcaster has not looked at yet; none are due while nobody is subscribed. */
export async function feedFigures(
  { log }: Pick<Ports, 'log'>,
  tenantId: string,
  stats: FeedStats | null,
): Promise<JsonObject> {
  const isFollowed = stats !== null && stats.subscriptions > 0 && stats.head !== null;
  return {
    connected: stats !== null,
    events_processed: stats?.processed ?? 0,
    events_dropped: stats?.dropped ?? 0,
    queue_size: isFollowed ? await log.backlog(tenantId, stats.head) : 0,
    active_connections: stats?.members ?? 0,
    subscriptions: stats?.subscriptions ?? 0,
    lag_ms: { p50: stats?.lagMs?.p50 ?? null, p99: stats?.lagMs?.p99 ?? null },
  };
}
