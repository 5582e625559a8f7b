/** The one event filter, and who may see an event, in memory: the same rules that filter-sql.ts states in SQL. Pure. */
import type { Caller } from '../model/caller.ts';
import type { EphemeralEvent, EventHeader } from '../model/event.ts';
import { mayRead } from '../policy/access.ts';
import type { EventFilter } from './port.ts';

type Filtered = EventHeader | EphemeralEvent;
type Rule = (event: Filtered) => boolean;

/** An event without visibility (a policy, a key, a pattern) is its agent's and the tenant's. */
export function maySee(caller: Caller, event: Filtered): boolean {
  const { agentId, visibility, spaceId } = event;
  if (caller.agentId === null || caller.agentId === agentId) return true;
  return visibility !== null && mayRead(caller, { agentId: agentId ?? '', visibility, spaceId });
}

function namedBy(names: readonly string[]): Rule {
  const exact = new Set(names);
  return ({ type }) => exact.has(type) || exact.has(`${type.split('.', 1)[0]}.*`);
}

function among(wanted: readonly string[], field: (event: Filtered) => string | null): Rule {
  const values = new Set(wanted);
  return (event) => {
    const value = field(event);
    return value !== null && values.has(value);
  };
}

const atLeast =
  (bound: number, field: (event: Filtered) => number | null): Rule =>
  (event) => {
    const value = field(event);
    return value !== null && value >= bound;
  };

/**
 * Absent or empty means all; what an event does not have, no list and no bound lets through. `metrics` is about no memory and passes
 * whatever does not name other events.
 */
export function compileFilter(filter: EventFilter): Rule {
  const { events = [], minPriority, minConfidence } = filter;
  const isNamed = events.length > 0 ? namedBy(events) : () => true;
  const lists: [readonly string[] | undefined, (event: Filtered) => string | null][] = [
    [filter.agentIds, ({ agentId }) => agentId],
    [filter.userIds, ({ userId }) => userId],
    [filter.spaceIds, ({ spaceId }) => spaceId],
    [filter.memoryIds, ({ streamId }) => streamId],
    [filter.types, ({ memoryType }) => memoryType],
    [filter.tiers, ({ tier }) => tier],
  ];
  const rules = lists.flatMap(([wanted, field]) => (wanted?.length ? [among(wanted, field)] : []));
  if (minPriority !== undefined) rules.push(atLeast(minPriority, ({ priority }) => priority));
  if (minConfidence !== undefined) rules.push(atLeast(minConfidence, ({ confidence }) => confidence));
  return (event) => isNamed(event) && (event.type === 'metrics' || rules.every((rule) => rule(event)));
}
