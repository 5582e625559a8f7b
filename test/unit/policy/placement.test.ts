/** Which tier an age gives, to the millisecond, and what is stored twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIERS } from '../../../layers/memory/model/memory.ts';
import { isDualStored, tierByAge } from '../../../layers/memory/policy/placement.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';

const RULES = { hotDays: 30, warmDays: 365, dualStorePriority: 8, dualStoreConfidence: 0.9 };
const bornAt = (createdAt: string, pinned = false) => tierByAge({ createdAt, pinned }, NOON, RULES);

describe('the tier of an age', () => {
  it.each([
    ['now', NOON, 'hot'],
    ['a moment less than 30 days', secondsAfter(daysAfter(NOON, -30), 0.001), 'hot'],
    ['30 days', daysAfter(NOON, -30), 'warm'],
    ['a moment less than a year', secondsAfter(daysAfter(NOON, -365), 0.001), 'warm'],
    ['a year', daysAfter(NOON, -365), 'cold'],
    ['20 years', daysAfter(NOON, -7_300), 'cold'],
    ['a clock that runs behind', secondsAfter(NOON, 60), 'hot'],
  ])('%s', (_, createdAt, tier) => {
    expect(bornAt(createdAt)).toBe(tier);
  });

  it('never goes up as time passes', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.nat(2_000), (days, more) => {
        const [younger, older] = [bornAt(daysAfter(NOON, -days)), bornAt(daysAfter(NOON, -days - more))];
        expect(TIERS.indexOf(older)).toBeGreaterThanOrEqual(TIERS.indexOf(younger));
      }),
      { numRuns: 50 },
    );
  });

  it('is hot for what is pinned, however old', () => {
    expect(bornAt(daysAfter(NOON, -7_300), true)).toBe('hot');
  });
});

describe('dual storage', () => {
  const plain = { tier: 'hot', priority: 5, confidence: 0.7 } as const;

  it.each([
    ['the defaults', {}, false],
    ['priority 7.99', { priority: 7.99 }, false],
    ['priority 8', { priority: 8 }, true],
    ['confidence 0.89', { confidence: 0.89 }, false],
    ['confidence 0.9', { confidence: 0.9 }, true],
    ['priority 10 in warm', { priority: 10, tier: 'warm' as const }, false],
    ['confidence 1 in cold', { confidence: 1, tier: 'cold' as const }, false],
  ])('%s: %o gives %s', (_, worth, isDual) => {
    expect(isDualStored({ ...plain, ...worth }, RULES)).toBe(isDual);
  });
});
