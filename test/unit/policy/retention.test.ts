/** The retention score: the formula against values worked out by hand, and that it moves the right way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retentionParts, retentionScore } from '../../../layers/memory/policy/retention.ts';
import { NOON, secondsAfter } from '../../support/clock.ts';

const memory = { accessCount: 0, createdAt: NOON, priority: 0, confidence: 0 };
const aged = (seconds: number) => secondsAfter(NOON, seconds);

describe('the retention score', () => {
  // ln((n + 1) / (1 - 0.5)) - 0.5 ln(L) + 0.5 priority + confidence
  it.each([
    ['never used, one second old: ln 2', {}, 1, Math.LN2],
    ['three uses, 10,000 s old: ln 8 - 0.5 ln 10,000', { accessCount: 3 }, 10_000, 2.079442 - 4.60517],
    ['the defaults, one day old', { priority: 5, confidence: 0.7 }, 86_400, Math.LN2 - 5.683371 + 2.5 + 0.7],
    ['everything at its most', { accessCount: 49, priority: 10, confidence: 1 }, 100, 4.60517 - Math.LN10 + 5 + 1],
  ])('%s', (_, of, ageSeconds, score) => {
    expect(retentionScore({ ...memory, ...of }, aged(ageSeconds))).toBeCloseTo(score, 5);
  });

  it('is the sum of the parts that explain it', () => {
    const of = { accessCount: 7, createdAt: NOON, priority: 6, confidence: 0.4 };
    const parts = retentionParts(of, aged(1_000));

    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(retentionScore(of, aged(1_000)), 10);
  });

  it('is finite at age zero and for a clock that runs behind', () => {
    expect(retentionScore(memory, NOON)).toBeCloseTo(Math.log(2), 10);
    expect(retentionScore(memory, aged(-60))).toBeCloseTo(Math.log(2), 10);
  });

  const anyMemory = fc.record({
    accessCount: fc.nat(10_000),
    createdAt: fc.constant(NOON),
    priority: fc.double({ min: 0, max: 10, noNaN: true }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const anAge = fc.integer({ min: 1, max: 1e8 });

  it('rises with every use, priority and confidence, and falls with age', () => {
    fc.assert(
      fc.property(anyMemory, anAge, (of, ageSeconds) => {
        const score = retentionScore(of, aged(ageSeconds));
        expect(retentionScore({ ...of, accessCount: of.accessCount + 1 }, aged(ageSeconds))).toBeGreaterThan(score);
        expect(retentionScore({ ...of, priority: of.priority + 0.1 }, aged(ageSeconds))).toBeGreaterThan(score);
        expect(retentionScore({ ...of, confidence: of.confidence + 0.1 }, aged(ageSeconds))).toBeGreaterThan(score);
        expect(retentionScore(of, aged(ageSeconds * 2))).toBeLessThan(score);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the order of two unused memories of one age as both grow older', () => {
    const [low, high] = [
      { ...memory, priority: 3 },
      { ...memory, priority: 4 },
    ];
    const gaps = [10, 1e4, 1e8].map((age) => retentionScore(high, aged(age)) - retentionScore(low, aged(age)));

    for (const gap of gaps) expect(gap).toBeCloseTo(0.5, 10);
  });
});
