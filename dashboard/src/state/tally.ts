/** What an event does to the counts of the tiers: pure. Uses, updates and marks do nothing. */
import type { FeedEvent, Tier, TierCounts } from '../api/types.ts';

const ENDINGS = new Set(['memory.expired', 'memory.deleted', 'memory.erased']);

export const isTier = (value: unknown): value is Tier => value === 'hot' || value === 'warm' || value === 'cold';

/** From where to where an event moves a memory; null is outside of the memory. */
export interface Move {
  from: Tier | null;
  to: Tier | null;
}

export function moveOf({ type, tier, data }: FeedEvent): Move | undefined {
  if (type === 'memory.stored') return tier === null ? undefined : { from: null, to: tier };
  if (ENDINGS.has(type)) return tier === null ? undefined : { from: tier, to: null };
  if (type !== 'memory.tier_changed') return undefined;
  const { from, to } = data;
  return isTier(from) && isTier(to) && from !== to ? { from, to } : undefined;
}

/** The counts after the moves; none falls below zero where a snapshot was taken in between. */
export function counted(counts: TierCounts, moves: readonly Move[]): TierCounts {
  const next = { ...counts };
  for (const { from, to } of moves) {
    if (from) next[from] = Math.max(0, next[from] - 1);
    if (to) next[to] += 1;
  }
  return next;
}
