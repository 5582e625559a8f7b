/**
 * Retention score: how much a memory deserves the hot tier. Base-level activation of ACT-R in its optimized form
 * (Petrov 2006), plus weighted priority and confidence. Pure; unit: nats; higher is kept longer.
 */
import { type Instant, secondsBetween } from '../clock.ts';
import type { Memory } from '../model/memory.ts';

/** d of ACT-R: the power with which an unused memory fades. */
export const DECAY = 0.5;
/** A priority step weighs as much as 1.65 times the uses: ten steps outweigh two hundred-fold use. */
export const PRIORITY_WEIGHT = 0.5;
export const CONFIDENCE_WEIGHT = 1;

export interface RetentionParts {
  use: number;
  age: number;
  priority: number;
  confidence: number;
}

/** The terms of the score; their sum is the score. */
export function retentionParts(
  memory: Pick<Memory, 'accessCount' | 'createdAt' | 'priority' | 'confidence'>,
  now: Instant,
): RetentionParts {
  const lifetimeSeconds = Math.max(1, secondsBetween(memory.createdAt, now));
  return {
    use: Math.log((memory.accessCount + 1) / (1 - DECAY)),
    age: -DECAY * Math.log(lifetimeSeconds),
    priority: PRIORITY_WEIGHT * memory.priority,
    confidence: CONFIDENCE_WEIGHT * memory.confidence,
  };
}

export function retentionScore(
  memory: Pick<Memory, 'accessCount' | 'createdAt' | 'priority' | 'confidence'>,
  now: Instant,
): number {
  const parts = retentionParts(memory, now);
  return parts.use + parts.age + parts.priority + parts.confidence;
}
