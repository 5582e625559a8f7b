import { describe, expect, it } from 'vitest';
import { counted, moveOf } from '../../../dashboard/src/state/tally.ts';
import { anEvent } from './an-event.ts';

const COUNTS = { hot: 2, warm: 1, cold: 0 };

describe('the counts of the tiers', () => {
  it.each([
    ['memory.stored', { tier: 'warm' }, { hot: 2, warm: 2, cold: 0 }],
    ['memory.deleted', { tier: 'hot' }, { hot: 1, warm: 1, cold: 0 }],
    ['memory.expired', { tier: 'warm' }, { hot: 2, warm: 0, cold: 0 }],
    ['memory.erased', { tier: 'cold' }, { hot: 2, warm: 1, cold: 0 }],
    ['memory.tier_changed', { tier: 'cold', data: { from: 'hot', to: 'cold' } }, { hot: 1, warm: 1, cold: 1 }],
    ['memory.tier_changed', { tier: 'hot', data: { from: 'hot', to: 'hot' } }, COUNTS],
    ['memory.updated', { tier: 'hot' }, COUNTS],
    ['policy.set', { tier: null }, COUNTS],
    ['something.new', { tier: 'hot' }, COUNTS],
  ] as const)('after %s with %j are right', (type, fields, expected) => {
    const move = moveOf(anEvent({ type, ...fields }));

    expect(counted(COUNTS, move ? [move] : [])).toEqual(expected);
  });
});
