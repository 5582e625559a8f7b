/** Which partitions a search's semantic leg asks: at most eight, because each is a vector of its own. Pure. */
import type { Caller } from '../model/caller.ts';
import { partitionKey } from './partition-vector.ts';
import type { SearchQuery } from './port.ts';

/** 8 vectors in one query take 12 to 20 ms, 65 take 67 to 86 ms (measured). */
export const PARTITIONS_MAX = 8;

export interface NamedPartitions {
  named: string[];
  /** The query names no place: the most recently used partitions fill up. */
  open: boolean;
}

/** In the order in which they are kept: the user, the spaces asked for, the agent, the caller's own spaces. */
export function namedPartitions(
  caller: Caller,
  query: Pick<SearchQuery, 'userId' | 'agentId' | 'spaceIds'>,
): NamedPartitions {
  const mayEnter = (spaceId: string) => caller.agentId === null || spaceId in caller.spaceRoles;
  const agentId = query.agentId ?? caller.agentId;
  const isOwnAgent = caller.agentId === null || agentId === caller.agentId;
  const owner = { agentId: agentId ?? '', userId: query.userId, spaceId: null };
  const inSpace = (spaceId: string) => partitionKey({ ...owner, visibility: 'space', spaceId });
  const named = [
    ...(query.userId === null ? [] : [partitionKey({ ...owner, visibility: 'user' })]),
    ...query.spaceIds.filter(mayEnter).map(inSpace),
    ...(agentId !== null && isOwnAgent ? [partitionKey({ ...owner, visibility: 'agent' })] : []),
    ...(query.spaceIds.length > 0 ? [] : Object.keys(caller.spaceRoles).map(inSpace)),
  ];
  return { named: [...new Set(named)], open: query.userId === null && query.spaceIds.length === 0 };
}

/** Named ones first, then recent ones, up to the limit; `truncated` where some had to stay out. */
export function choosePartitions(
  { named, open }: NamedPartitions,
  recent: readonly string[],
): { partitions: string[]; truncated: boolean } {
  const all = [...new Set([...named, ...(open ? recent : [])])];
  return { partitions: all.slice(0, PARTITIONS_MAX), truncated: all.length > PARTITIONS_MAX };
}
