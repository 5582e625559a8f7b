/** What is worth warming: one tier up, into free room alone, never against a pin, a hold or a ceiling. */
import { describe, expect, it } from 'vitest';
import type { Placed } from '../../../layers/memory/policy/moves.ts';
import {
  chosen,
  hotRoom,
  isHabit,
  nextHour,
  WARMED_PER_SWEEP_MAX,
  warmerTier,
} from '../../../layers/memory/policy/prediction.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';

const placed = (overrides: Partial<Placed> = {}): Placed => ({
  tier: 'warm',
  createdAt: daysAfter(NOON, -100),
  tierSince: daysAfter(NOON, -70),
  pinned: false,
  hold: null,
  retainedBy: null,
  ...overrides,
});

describe('the tier that a memory may be warmed into', () => {
  it.each([
    ['one up from cold', { tier: 'cold' }, 'hot', 'warm'],
    ['one up from warm', { tier: 'warm' }, 'hot', 'hot'],
    ['none above hot', { tier: 'hot' }, 'hot', null],
    ['none against a pin', { pinned: true }, 'hot', null],
    ['none against a hold', { hold: 'demoted' }, 'hot', null],
    ['none above what its agent’s policy leaves it', { tier: 'warm' }, 'warm', null],
    ['none at all where the policy archives', { tier: 'cold' }, 'cold', null],
    ['none within a day of its last move', { tierSince: secondsAfter(NOON, -86_399) }, 'hot', null],
    ['one after a day', { tierSince: secondsAfter(NOON, -86_400) }, 'hot', 'hot'],
  ] as const)('is %s', (_, of, ceiling, expected) => {
    expect(warmerTier(placed(of), NOON, ceiling)).toBe(expected);
  });
});

describe('the choice', () => {
  const choose = (candidates: Placed[], room: number) =>
    chosen(candidates, { now: NOON, room, ceiling: () => 'hot' }).map(({ memory, tier }) => [
      candidates.indexOf(memory),
      tier,
    ]);

  it('takes the first that fit: into hot only while there is room', () => {
    const candidates = [placed({ pinned: true }), placed(), placed(), placed({ tier: 'cold' })];

    expect(choose(candidates, 1)).toEqual([
      [1, 'hot'],
      [3, 'warm'],
    ]);
    expect(choose(candidates, 0)).toEqual([[3, 'warm']]);
  });

  it('is a few at a time', () => {
    const many = Array.from({ length: WARMED_PER_SWEEP_MAX + 9 }, () => placed());

    expect(choose(many, 1_000)).toHaveLength(WARMED_PER_SWEEP_MAX);
  });
});

describe('the room in the hot tier', () => {
  it.each([
    [0, 100, 90],
    [89, 100, 1],
    [90, 100, 0],
    [100, 100, 0],
    [0, 1, 0],
  ])('with %d of %d taken is %d: the rest is not for guesses', (count, capacity, room) => {
    expect(hotRoom(count, capacity)).toBe(room);
  });
});

describe('a habit', () => {
  it.each([
    [5, 5, true],
    [4, 4, false],
    [5, 60, true],
    [5, 61, false],
    [100, 2_400, false],
  ])('%d recalls at an hour of %d in all: %s', (count, total, expected) => {
    expect(isHabit({ count, total })).toBe(expected);
  });

  it('is looked for at the coming hour of the day, UTC', () => {
    expect([nextHour(NOON), nextHour('2026-03-01T23:59:59.999Z')]).toEqual([13, 0]);
  });
});
