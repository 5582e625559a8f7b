/** Standing policies: one point for each criterion that holds, bounds included. */
import { describe, expect, it } from 'vitest';
import {
  criteriaCount,
  defaultThreshold,
  type RetentionCriteria,
  retentionPoints,
} from '../../../layers/memory/policy/retention-policy.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';

const memory = { priority: 7, confidence: 0.8, accessCount: 3, createdAt: daysAfter(NOON, -10) };
const points = (criteria: RetentionCriteria, of = memory, now = NOON) => retentionPoints(of, criteria, now);

describe('retention points', () => {
  it.each<[RetentionCriteria, number]>([
    [{}, 0],
    [{ minPriority: 7 }, 1],
    [{ minPriority: 7.01 }, 0],
    [{ minPriority: 0 }, 1],
    [{ minConfidence: 0.8 }, 1],
    [{ minConfidence: 0.81 }, 0],
    [{ minAccessCount: 3 }, 1],
    [{ minAccessCount: 4 }, 0],
    [{ maxAgeDays: 10 }, 1],
    [{ maxAgeDays: 9.99 }, 0],
    [{ minPriority: 7, minConfidence: 0.9, minAccessCount: 1, maxAgeDays: 30 }, 3],
    [{ minPriority: 7, minConfidence: 0.8, minAccessCount: 3, maxAgeDays: 10 }, 4],
  ])('%o gives %d', (criteria, expected) => {
    expect(points(criteria)).toBe(expected);
  });

  it('loses the point for age a moment after its last day', () => {
    expect([points({ maxAgeDays: 10 }), points({ maxAgeDays: 10 }, memory, secondsAfter(NOON, 1))]).toEqual([1, 0]);
  });
});

describe('the threshold where none is given', () => {
  it.each<[RetentionCriteria, number]>([
    [{}, 0],
    [{ minPriority: 0 }, 1],
    [{ minPriority: 1, maxAgeDays: 1 }, 2],
    [{ minPriority: 1, maxAgeDays: 1, minConfidence: 0.5 }, 2],
  ])('of %o is %d', (criteria, expected) => {
    expect(defaultThreshold(criteria)).toBe(expected);
  });

  it('counts a criterion of zero, and none that is undefined', () => {
    const { minPriority, ...without }: RetentionCriteria = { minPriority: 0, maxAgeDays: 0 };

    expect([criteriaCount({ minPriority: minPriority ?? 1, ...without }), criteriaCount(without)]).toEqual([2, 1]);
  });
});
