/** `memory.searched`: live only, without the query's text. It rides on the Redis call that counts the uses. */
import { uuidv7 } from 'uuidv7';
import type { Instant } from '../clock.ts';
import { actorOf, type Caller } from '../model/caller.ts';
import type { SearchQuery } from '../search/port.ts';
import type { Ride } from '../tiers/port.ts';

export interface Searched {
  resultsCount: number;
  ms: number;
  degraded: readonly string[];
  now: Instant;
}

export function searchedRide(caller: Caller, query: SearchQuery, { resultsCount, ms, degraded, now }: Searched): Ride {
  const event = {
    id: `evt_${uuidv7().replaceAll('-', '')}`,
    type: 'memory.searched',
    at: now,
    actor: actorOf(caller),
    requestId: caller.requestId,
    agentId: query.agentId ?? caller.agentId,
    userId: query.userId,
    data: { results_count: resultsCount, mode: query.mode, took_ms: Math.round(ms), degraded: [...degraded] },
  };
  return { latencies: [], events: [JSON.stringify(event)] };
}
