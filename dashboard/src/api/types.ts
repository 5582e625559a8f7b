/** The contract's shapes, by the names that the page uses for them. */
import type { getPolicy } from '../../../functions/contract/control.ts';
import type { EventObject } from '../../../functions/contract/events.ts';
import type { MemoryObject } from '../../../functions/contract/memory-object.ts';
import type { health } from '../../../functions/contract/service.ts';
import type { getStats, listAgents } from '../../../functions/contract/stats.ts';
import type { Answer } from './client.ts';

export type Memory = MemoryObject;
export type MemoryType = Memory['type'];
export type Tier = Memory['tier'];
export type FeedEvent = EventObject;
export type Health = Answer<typeof health>;
export type Agent = Answer<typeof listAgents>['agents'][number];
export type Policy = Answer<typeof getPolicy>;
export type TierCounts = Agent['tier_distribution'];

/** Parts that may be absent: the contract lets the stats grow. */
export interface FeedFigures {
  connected?: boolean;
  events_processed?: number;
  events_dropped?: number;
  queue_size?: number;
  active_connections?: number;
  subscriptions?: number;
  lag_ms?: { p50: number | null; p99: number | null };
}
export type Stats = Answer<typeof getStats> & { feed?: FeedFigures };

/** The page takes types from the contract, no values: as keys of a record none can be missing or too many. In the order of the page. */
const namesOf = <T extends string>(names: Record<T, true>): readonly T[] => Object.keys(names) as T[];
export const TIERS = namesOf<Tier>({ hot: true, warm: true, cold: true });
export const MEMORY_TYPES = namesOf<MemoryType>({
  fact: true,
  analysis: true,
  recommendation: true,
  hypothesis: true,
  insight: true,
  conversation: true,
  decision: true,
  knowledge: true,
});
