/**
 * What a search tells on the Redis call that counts its uses: `memory.searched`, live only and without the query's text; and, where the
 * log of queries is on, the query of an agent.
 */
import { uuidv7 } from 'uuidv7';
import type { Instant } from '../clock.ts';
import { actorOf, type Caller } from '../model/caller.ts';
import type { EphemeralEvent } from '../model/event.ts';
import type { SearchQuery } from '../search/port.ts';
import type { Recaller, Ride } from '../tiers/port.ts';
import { newEventId } from './tell-feed.ts';

export interface Searched {
  resultsCount: number;
  ms: number;
  degraded: readonly string[];
  now: Instant;
}

const newId = (kind: string) => `${kind}_${uuidv7().replaceAll('-', '')}`;

/** The agent that searches: the one that the key is bound to, else the one whose memories it asks for. Null is the dashboard. */
export function recallerOf(caller: Caller, query: SearchQuery, now: Instant, isLogged: boolean): Recaller {
  const agentId = caller.agentId ?? query.agentId;
  if (agentId === null || !isLogged) return { agentId };
  return { agentId, query: { id: newId('qry'), json: JSON.stringify({ agentId, at: now, query }) } };
}

export function searchedRide(caller: Caller, query: SearchQuery, { resultsCount, ms, degraded, now }: Searched): Ride {
  const event: EphemeralEvent = {
    id: newEventId(),
    streamId: '',
    seq: 0,
    type: 'memory.searched',
    at: now,
    actor: actorOf(caller),
    requestId: caller.requestId,
    agentId: query.agentId ?? caller.agentId,
    userId: query.userId,
    spaceId: null,
    visibility: 'agent',
    memoryType: null,
    tier: null,
    version: null,
    priority: null,
    confidence: null,
    data: { results_count: resultsCount, mode: query.mode, took_ms: Math.round(ms), degraded: [...degraded] },
  };
  return { latencies: [], events: [JSON.stringify(event)] };
}
