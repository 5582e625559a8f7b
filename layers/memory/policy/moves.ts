/**
 * Moves that nobody asks for: down by age, one tier up by use. Pure. A memory is hot while it is young, pinned or much used; a move
 * never undoes the one before it, so nothing flaps:
 * - up takes three uses in the last seven days, all of them after the last move;
 * - what is much used does not move down by age, and what was brought above its age (by use, promote or a pin since taken back) stays for
 *   seven days at least;
 * - what a standing policy retains yields to age at twice the age of the others.
 */
import { DAY_MS, type Instant, instant } from '../clock.ts';
import type { Hold, MemoryRecord, TierName } from '../model/memory.ts';
import { TIERS } from '../model/memory.ts';
import { type PlacementRules, tierByAge } from './placement.ts';

export const USES_TO_RISE = 3;
export const USE_WINDOW_DAYS = 7;
export const RETAINED_AGE_FACTOR = 2;

export type Placed = Pick<MemoryRecord, 'tier' | 'tierSince' | 'createdAt' | 'pinned' | 'hold' | 'retainedBy'>;

export interface DueMove {
  tier: TierName;
  reason: 'age' | 'use';
  /** A use clears it, age leaves it. */
  hold: Hold | null;
}

const depth = (tier: TierName): number => TIERS.indexOf(tier);
const UP: Partial<Record<TierName, TierName>> = { cold: 'warm', warm: 'hot' };

/** The next tier up; null where there is none, or where it lies above the ceiling. */
export function oneUp(tier: TierName, ceiling: TierName): TierName | null {
  const up = UP[tier];
  return up !== undefined && depth(up) >= depth(ceiling) ? up : null;
}

/** Uses of before this do not count for a rise. */
export const useWindowStart = (now: Instant): Instant => instant(Date.parse(now) - USE_WINDOW_DAYS * DAY_MS);

/** Whether the last three uses, newest first, all lie after an instant. */
const isMuchUsedSince = (recentUses: readonly Instant[], since: Instant): boolean => {
  const third = recentUses[USES_TO_RISE - 1];
  return third !== undefined && third > since;
};

const stretched = (rules: PlacementRules): PlacementRules => ({
  ...rules,
  hotDays: rules.hotDays * RETAINED_AGE_FACTOR,
  warmDays: rules.warmDays * RETAINED_AGE_FACTOR,
});

/**
 * Where a memory should be moved now; null where it is right.
 * @param recentUses instants of its last uses, newest first
 * @param ceiling the highest tier that its agent's standing policy leaves it
 */
export function dueMove(
  memory: Placed,
  recentUses: readonly Instant[],
  now: Instant,
  rules: PlacementRules,
  ceiling: TierName = 'hot',
): DueMove | null {
  if (memory.pinned) return null;
  const windowStart = useWindowStart(now);
  const up = oneUp(memory.tier, ceiling);
  const usesSince = memory.tierSince > windowStart ? memory.tierSince : windowStart;
  if (up !== null && isMuchUsedSince(recentUses, usesSince)) {
    return { tier: up, reason: 'use', hold: null };
  }
  const limits = memory.retainedBy === null ? rules : stretched(rules);
  const target = tierByAge(memory, now, limits);
  if (depth(target) <= depth(memory.tier) || isMuchUsedSince(recentUses, windowStart)) return null;
  const wasLifted = depth(tierByAge(memory, memory.tierSince, limits)) > depth(memory.tier);
  return wasLifted && memory.tierSince > windowStart ? null : { tier: target, reason: 'age', hold: memory.hold };
}
