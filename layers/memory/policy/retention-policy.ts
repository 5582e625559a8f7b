/** An agent's standing retention policy: which of its memories it wants kept, and what becomes of the others. Pure. */
import { daysBetween, type Instant } from '../clock.ts';
import type { Memory } from '../model/memory.ts';

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
