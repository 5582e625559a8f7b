/** Which events a caller and a filter let through. */
import type { EventFilter } from '../../../layers/memory/log/port.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import { mayRead } from '../../../layers/memory/policy/access.ts';

/** An event without visibility (a policy, a key, a pattern) is its agent's and the tenant's. */
export function maySee(caller: Caller, event: LogEvent): boolean {
  const { agentId, visibility, spaceId } = event;
  if (caller.agentId === null || caller.agentId === agentId) return true;
  return visibility !== null && mayRead(caller, { agentId: agentId ?? '', visibility, spaceId });
}

/** Absent or empty means all; what an event does not have, no list and no bound lets through. */
export function passes(filter: EventFilter, event: LogEvent): boolean {
  const among = (wanted: readonly string[] | undefined, value: string | null): boolean =>
    !wanted?.length || (value !== null && wanted.includes(value));
  const atLeast = (bound: number | undefined, value: number | null): boolean =>
    bound === undefined || (value !== null && value >= bound);
  const family = `${event.type.split('.')[0]}.*`;
  return (
    among(filter.agentIds, event.agentId) &&
    among(filter.userIds, event.userId) &&
    among(filter.spaceIds, event.spaceId) &&
    among(filter.memoryIds, event.streamId) &&
    among(filter.types, event.memoryType) &&
    among(filter.tiers, event.tier) &&
    (among(filter.events, event.type) || among(filter.events, family)) &&
    atLeast(filter.minPriority, event.priority) &&
    atLeast(filter.minConfidence, event.confidence)
  );
}
