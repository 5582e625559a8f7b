/**
 * What is worth warming before anyone asks for it, one tier up: partners of what was just used, which were not used themselves, and what a
 * person recalls at this hour.
 * Pure. A prediction may be wrong, so it takes free room alone, leaves pins, holds and ceilings as they are, and does not flap: what moved
 * within a day rests, what was warmed in vain is left alone for a month, and leaves again by age or pressure like everything else.
 */
import { DAY_MS, type Instant, instant } from '../clock.ts';
import type { TierName } from '../model/memory.ts';
import { oneUp, type Placed } from './moves.ts';

/** Two memories that were recalled together so often are partners. */
export const PARTNER_RECALLS_MIN = 3;
export const PARTNERS_MAX = 20;
/** A habit: this many recalls of a type at an hour of the day, and twice what an even spread over the day would give. */
export const HABIT_RECALLS_MIN = 5;
const HABIT_SHARE_MIN = 2 / 24;
/** Memories that a habit may warm in one sweep, chosen from so many candidates. */
export const HABIT_WARMED_MAX = 3;
export const HABIT_CANDIDATES_MAX = 50;
export const WARMED_PER_SWEEP_MAX = 50;
/** The rest of the hot tier is left to what is stored and used: filling it would evict. */
const HOT_SHARE_MAX = 0.9;
const REST_DAYS = 1;
/** A use within these of the warming is a hit. */
export const HIT_DAYS = 7;
/** How long predictions are counted, and how long one in vain is not repeated. */
export const PREDICTION_DAYS = 30;
/** Joint recalls fade: after a week without another a third is left, after a month they are forgotten. */
export const TOGETHER_FADE_DAYS = 7;
export const TOGETHER_DAYS = 30;

const daysBefore = (now: Instant, days: number): Instant => instant(Date.parse(now) - days * DAY_MS);

/** The hour of the day (UTC) that comes next. */
export const nextHour = (now: Instant): number => (new Date(now).getUTCHours() + 1) % 24;

export const isHabit = ({ count, total }: { count: number; total: number }): boolean =>
  count >= HABIT_RECALLS_MIN && count >= total * HABIT_SHARE_MIN;

/** What moved after this rests. */
export const restStart = (now: Instant): Instant => daysBefore(now, REST_DAYS);
/** Predictions before this are forgotten. */
export const predictionStart = (now: Instant): Instant => daysBefore(now, PREDICTION_DAYS);
/** Predictions before this are decided: what was not used by now was warmed in vain. */
export const decidedBefore = (now: Instant): Instant => daysBefore(now, HIT_DAYS);
export const togetherStart = (now: Instant): Instant => daysBefore(now, TOGETHER_DAYS);

/** How many memories may still be warmed into the hot tier. */
export const hotRoom = (count: number, capacity: number): number =>
  Math.max(0, Math.floor(capacity * HOT_SHARE_MAX) - count);

/** The tier that a memory may be warmed into; null where it is to stay. */
export function warmerTier(memory: Placed, now: Instant, ceiling: TierName): TierName | null {
  if (memory.pinned || memory.hold !== null || memory.tierSince > restStart(now)) return null;
  return oneUp(memory.tier, ceiling);
}

/** The first candidates that may be warmed, as many as there is room for. */
export function chosen<T extends Placed>(
  candidates: readonly T[],
  { now, room, ceiling }: { now: Instant; room: number; ceiling: (memory: T) => TierName },
): { memory: T; tier: TierName }[] {
  const found: { memory: T; tier: TierName }[] = [];
  let left = room;
  for (const memory of candidates) {
    if (found.length === WARMED_PER_SWEEP_MAX) break;
    const tier = warmerTier(memory, now, ceiling(memory));
    if (tier === null || (tier === 'hot' && left === 0)) continue;
    if (tier === 'hot') left -= 1;
    found.push({ memory, tier });
  }
  return found;
}
