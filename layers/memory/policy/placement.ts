/** Placement: which tier a memory belongs in by its age, and whether it is stored twice. Pure. */
import { daysBetween, type Instant } from '../clock.ts';
import type { Memory, TierName } from '../model/memory.ts';

export interface PlacementRules {
  hotDays: number;
  warmDays: number;
  dualStorePriority: number;
  dualStoreConfidence: number;
}

/** The tier for an age: hot below `hotDays`, warm below `warmDays`, then cold. A pin holds it hot. */
export function tierByAge(memory: Pick<Memory, 'createdAt' | 'pinned'>, now: Instant, rules: PlacementRules): TierName {
  if (memory.pinned) return 'hot';
  const ageDays = daysBetween(memory.createdAt, now);
  if (ageDays < rules.hotDays) return 'hot';
  return ageDays < rules.warmDays ? 'warm' : 'cold';
}

/** Important memories stand in hot and warm at once, so that they are read with Redis gone. */
export const isDualStored = (
  memory: Pick<Memory, 'tier' | 'priority' | 'confidence'>,
  rules: PlacementRules,
): boolean =>
  memory.tier === 'hot' &&
  (memory.priority >= rules.dualStorePriority || memory.confidence >= rules.dualStoreConfidence);
