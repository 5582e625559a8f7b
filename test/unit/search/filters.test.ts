/** Each filter of a search lets through what it names and keeps out the rest. */
import { describe, expect, it } from 'vitest';
import { isSelective, matchesFilters } from '../../../layers/memory/search/filters.ts';
import type { SearchQuery } from '../../../layers/memory/search/port.ts';
import { aSearch } from '../../support/a-search.ts';
import { aMemory } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';

const YESTERDAY = daysAfter(NOON, -1);
const memory = aMemory({
  userId: 'u1',
  spaceId: 's1',
  metadata: { session: 'a', turn: 3, last: true },
  createdAt: YESTERDAY,
});

describe('matchesFilters', () => {
  it.each<[string, Partial<SearchQuery>, boolean]>([
    ['no filter', {}, true],
    ['its user', { userId: 'u1' }, true],
    ['another user whose id begins alike', { userId: 'u10' }, false],
    ['its space', { spaceIds: ['s0', 's1'] }, true],
    ['another space', { spaceIds: ['s0'] }, false],
    ['another user, but its space', { userId: 'u2', spaceIds: ['s1'] }, true],
    ['its agent', { agentId: 'neuroscientist' }, true],
    ['another agent', { agentId: 'coach' }, false],
    ['its type among others', { types: ['fact', 'analysis'] }, true],
    ['another type', { types: ['fact'] }, false],
    ['its tier', { tiers: ['hot'] }, true],
    ['another tier', { tiers: ['warm', 'cold'] }, false],
    ['part of its metadata', { metadata: { session: 'a', last: true } }, true],
    ['metadata of another type', { metadata: { turn: '3' } }, false],
    ['metadata it lacks', { metadata: { session: 'a', toString: 'x' } }, false],
    ['its confidence', { minConfidence: 0.7 }, true],
    ['more confidence', { minConfidence: 0.71 }, false],
    ['its priority', { minPriority: 5 }, true],
    ['more priority', { minPriority: 5.5 }, false],
    ['created after an earlier instant', { createdAfter: secondsAfter(YESTERDAY, -1) }, true],
    ['created after its own instant', { createdAfter: YESTERDAY }, false],
    ['created before a later instant', { createdBefore: NOON }, true],
    ['created before its own instant', { createdBefore: YESTERDAY }, false],
  ])('%s', (_, filter, passes) => {
    expect(matchesFilters(aSearch('x', filter), memory, NOON)).toBe(passes);
  });

  it('keeps out what has expired, from the very instant on', () => {
    const mortal = aMemory({ expiresAt: NOON });

    expect(matchesFilters(aSearch('x'), mortal, secondsAfter(NOON, -1))).toBe(true);
    expect(matchesFilters(aSearch('x'), mortal, NOON)).toBe(false);
  });
});

describe('isSelective', () => {
  it('is about what narrows a scope down, not about the scope', () => {
    expect(isSelective(aSearch('x', { userId: 'u1', spaceIds: ['s1'] }))).toBe(false);
    expect(isSelective(aSearch('x', { tiers: ['cold'] }))).toBe(true);
  });
});
