/** An agent's standing retention policy: which of its memories it wants kept, and what becomes of the others. Pure. */
import { daysBetween, type Instant } from '../clock.ts';
import type { Memory, MemoryRecord, TierName } from '../model/memory.ts';

export const ON_FAIL = ['demote', 'archive', 'forget'] as const;
export type OnFail = (typeof ON_FAIL)[number];

export interface RetentionCriteria {
  minPriority?: number;
  minConfidence?: number;
  minAccessCount?: number;
  maxAgeDays?: number;
}

export interface RetentionPolicy {
  id: string;
  criteria: RetentionCriteria;
  /** Points a memory needs, one per satisfied criterion. */
  scoreThreshold: number;
  onFail: OnFail;
  setAt: Instant;
}

const DEFAULT_THRESHOLD = 2;

export const criteriaCount = (criteria: RetentionCriteria): number =>
  Object.values(criteria).filter((value) => value !== undefined).length;

export const defaultThreshold = (criteria: RetentionCriteria): number =>
  Math.min(DEFAULT_THRESHOLD, criteriaCount(criteria));

/** One point per satisfied criterion. */
export function retentionPoints(
  memory: Pick<Memory, 'priority' | 'confidence' | 'accessCount' | 'createdAt'>,
  criteria: RetentionCriteria,
  now: Instant,
): number {
  let points = 0;
  if (criteria.minPriority !== undefined && memory.priority >= criteria.minPriority) points += 1;
  if (criteria.minConfidence !== undefined && memory.confidence >= criteria.minConfidence) points += 1;
  if (criteria.minAccessCount !== undefined && memory.accessCount >= criteria.minAccessCount) points += 1;
  if (criteria.maxAgeDays !== undefined && daysBetween(memory.createdAt, now) <= criteria.maxAgeDays) points += 1;
  return points;
}

/** Ids of the memories that earn the points that the policy asks for. */
export const keptBy = (
  policy: RetentionPolicy,
  memories: readonly (Parameters<typeof retentionPoints>[0] & { id: string })[],
  now: Instant,
): Set<string> =>
  new Set(
    memories
      .filter((memory) => retentionPoints(memory, policy.criteria, now) >= policy.scoreThreshold)
      .map(({ id }) => id),
  );

/** What a policy makes of a memory. */
export interface PolicyOutcome {
  forget: boolean;
  retainedBy: string | null;
  tier: TierName;
}

/** `demote` means at most warm; a pin is never moved or forgotten. */
export function outcomeOf(
  memory: Pick<MemoryRecord, 'pinned' | 'tier'>,
  policy: RetentionPolicy,
  keeps: boolean,
): PolicyOutcome {
  if (keeps) return { forget: false, retainedBy: policy.id, tier: memory.tier };
  if (memory.pinned) return { forget: false, retainedBy: null, tier: memory.tier };
  const isBelow = policy.onFail !== 'archive' && memory.tier === 'cold';
  return { forget: policy.onFail === 'forget', retainedBy: null, tier: isBelow ? 'cold' : ceilingOf(policy) };
}

/** The highest tier for what a policy does not keep. */
export const ceilingOf = ({ onFail }: Pick<RetentionPolicy, 'onFail'>): TierName =>
  onFail === 'archive' ? 'cold' : 'warm';

/** Whether a memory is as the policy wants it. */
export function isSettled(
  memory: Pick<MemoryRecord, 'pinned' | 'tier' | 'retainedBy'>,
  policy: RetentionPolicy,
  keeps: boolean,
): boolean {
  const { forget, retainedBy, tier } = outcomeOf(memory, policy, keeps);
  return !forget && retainedBy === memory.retainedBy && tier === memory.tier;
}
