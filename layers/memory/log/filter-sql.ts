/** What a caller may see of the log, and the one event filter of HTTP and WebSocket, as SQL with parameters. */
import type { Caller } from '../model/caller.ts';
import type { EventFilter } from './port.ts';

/** Collects parameters and hands out their places, from `$n` on. */
export function placeholders(params: unknown[]) {
  return (value: unknown): string => `$${params.push(value)}`;
}

/** The rule of policy/access.ts over the columns agent_id, visibility and space_id. */
export function visibleTo(caller: Caller, place: (value: unknown) => string, prefix = ''): string {
  if (caller.agentId === null) return 'true';
  const spaces = place(Object.keys(caller.spaceRoles));
  return `(${prefix}agent_id = ${place(caller.agentId)} or ${prefix}visibility = 'user'
    or (${prefix}visibility = 'space' and ${prefix}space_id = any(${spaces}::text[])))`;
}

export function matchesFilter(filter: EventFilter, place: (value: unknown) => string): string {
  const terms: string[] = [];
  const anyOf = (column: string, values: readonly string[] | undefined) => {
    if (values?.length) terms.push(`${column} = any(${place(values)}::text[])`);
  };
  anyOf('agent_id', filter.agentIds);
  anyOf('user_id', filter.userIds);
  anyOf('space_id', filter.spaceIds);
  anyOf('stream_id', filter.memoryIds);
  anyOf('memory_type', filter.types);
  anyOf('tier', filter.tiers);
  if (filter.events?.length) {
    const exact = filter.events.filter((name) => !name.endsWith('.*'));
    const families = filter.events.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2));
    terms.push(`(type = any(${place(exact)}::text[]) or split_part(type, '.', 1) = any(${place(families)}::text[]))`);
  }
  if (filter.minPriority !== undefined) terms.push(`priority >= ${place(filter.minPriority)}`);
  if (filter.minConfidence !== undefined) terms.push(`confidence >= ${place(filter.minConfidence)}`);
  return terms.length === 0 ? 'true' : terms.join(' and ');
}
