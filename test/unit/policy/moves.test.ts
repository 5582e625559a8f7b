/** Moves that nobody asks for: down by age, up by use, and nothing that undoes the move before it. */
import { describe, expect, it } from 'vitest';
import { dueMove, type Placed } from '../../../layers/memory/policy/moves.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';

const RULES = { hotDays: 30, warmDays: 365, dualStorePriority: 8, dualStoreConfidence: 0.9 };

/** Made so many days ago; in its tier since then, unless said otherwise. */
function placed(tier: Placed['tier'], ageDays: number, more: Partial<Placed> & { sinceDays?: number } = {}): Placed {
  const { sinceDays = ageDays, ...rest } = more;
  return {
    tier,
    createdAt: daysAfter(NOON, -ageDays),
    tierSince: daysAfter(NOON, -sinceDays),
    pinned: false,
    hold: null,
    retainedBy: null,
    ...rest,
  };
}
/** As many uses, the oldest so many days ago. */
const uses = (count: number, daysAgo: number) =>
  Array.from({ length: count }, (_, n) => secondsAfter(daysAfter(NOON, -daysAgo), count - n));

const moveOf = (...[memory, recent = [], ceiling]: [Placed, string[]?, Placed['tier']?]) => {
  const due = dueMove(memory, recent, NOON, RULES, ceiling);
  return due && `${due.tier} by ${due.reason}`;
};

describe('age', () => {
  it.each([
    ['hot', 29.9, null],
    ['hot', 30, 'warm by age'],
    ['hot', 364.9, 'warm by age'],
    ['hot', 365, 'cold by age'],
    ['warm', 29, null],
    ['warm', 364.9, null],
    ['warm', 365, 'cold by age'],
    ['cold', 10, null],
    ['cold', 9_999, null],
  ] as const)('moves a %s memory of %d days: %s', (tier, ageDays, expected) => {
    expect(moveOf(placed(tier, ageDays))).toBe(expected);
  });

  it('leaves pins where they are', () => {
    expect(moveOf(placed('hot', 9_999, { pinned: true }))).toBeNull();
    expect(moveOf(placed('warm', 9_999, { pinned: true }), uses(3, 1))).toBeNull();
  });

  it.each([
    ['hot', 59, null],
    ['hot', 60, 'warm by age'],
    ['warm', 729, null],
    ['warm', 730, 'cold by age'],
  ] as const)('takes a retained %s memory at twice the age only: %d days, %s', (tier, ageDays, expected) => {
    expect(moveOf(placed(tier, ageDays, { retainedBy: 'pol_1' }))).toBe(expected);
  });

  it('leaves what is much used, until it has not been for a week', () => {
    expect(moveOf(placed('hot', 40), uses(3, 6))).toBeNull();
    expect(moveOf(placed('hot', 40), uses(2, 6))).toBe('warm by age');
    expect(moveOf(placed('hot', 40), uses(3, 8))).toBe('warm by age');
  });

  it('leaves what was brought above its age for a week', () => {
    expect(moveOf(placed('warm', 400, { sinceDays: 6 }))).toBeNull();
    expect(moveOf(placed('warm', 400, { sinceDays: 8 }))).toBe('cold by age');
    expect(moveOf(placed('hot', 400, { sinceDays: 6 }))).toBeNull();
  });

  it('does not wait for what moved there at its age: it was under the limit then', () => {
    expect(moveOf(placed('hot', 31, { sinceDays: 2 }))).toBe('warm by age');
  });

  it('leaves a hold as it is', () => {
    expect(dueMove(placed('warm', 400, { hold: 'demoted' }), [], NOON, RULES)?.hold).toBe('demoted');
  });
});

describe('use', () => {
  it.each([
    ['cold', 3, 'warm by use'],
    ['warm', 3, 'hot by use'],
    ['warm', 2, null],
    ['hot', 3, null],
  ] as const)('brings a %s memory with %d uses in a week up one tier: %s', (tier, count, expected) => {
    expect(moveOf(placed(tier, 100), uses(count, 2))).toBe(expected);
  });

  it('counts from the last move, and a week at most', () => {
    expect(moveOf(placed('warm', 100, { sinceDays: 1 }), uses(3, 2))).toBeNull();
    expect(moveOf(placed('warm', 100, { sinceDays: 3 }), uses(3, 2))).toBe('hot by use');
    expect(moveOf(placed('warm', 100), uses(3, 8))).toBeNull();
  });

  it('clears a hold; time alone does not bring up what is held', () => {
    expect(dueMove(placed('warm', 1, { hold: 'demoted' }), uses(3, 0.5), NOON, RULES)?.hold).toBeNull();
    expect(moveOf(placed('cold', 1, { hold: 'archived' }))).toBeNull();
  });

  it('goes no higher than the agent’s policy leaves it', () => {
    expect(moveOf(placed('warm', 100), uses(3, 2), 'warm')).toBeNull();
    expect(moveOf(placed('cold', 400), uses(3, 2), 'warm')).toBe('warm by use');
    expect(moveOf(placed('cold', 400), uses(3, 2), 'cold')).toBeNull();
  });
});
