import { describe, expect, it } from 'vitest';
import {
  criteriaOf,
  EMPTY_FORM,
  faultsOf,
  formOf,
  inWords,
  queriesOf,
} from '../../../dashboard/src/views/agents/criteria.ts';

describe('the form of a policy', () => {
  it('sends what was given and leaves the rest to the service', () => {
    expect(criteriaOf({ ...EMPTY_FORM, min_priority: '4.5', max_age_days: '90' })).toEqual({
      min_priority: 4.5,
      max_age_days: 90,
    });
  });

  it('comes back from a standing policy as it was', () => {
    const criteria = { min_priority: 5, min_confidence: 0.6, score_threshold: 2 };

    const form = formOf({ policy_id: 'policy-1', set_at: '2026-01-01T00:00:00.000Z', criteria, on_fail: 'archive' });

    expect(criteriaOf(form)).toEqual(criteria);
    expect(form.onFail).toBe('archive');
  });

  it.each([
    [{ min_priority: '11' }, 'min_priority'],
    [{ min_confidence: '1.2' }, 'min_confidence'],
    [{ max_age_days: '0' }, 'max_age_days'],
    [{ min_priority: '5', threshold: '2' }, 'threshold'],
    [{ min_priority: '5', threshold: '0.5' }, 'threshold'],
  ])('finds the fault in %j', (fields, name) => {
    expect(Object.keys(faultsOf({ ...EMPTY_FORM, ...fields }))).toEqual([name]);
  });

  it('rehearses one search a line', () => {
    expect(queriesOf({ ...EMPTY_FORM, queries: 'soup\n\n bread ' }, 'kitchen')).toEqual([
      { query: 'soup', agent_id: 'kitchen' },
      { query: 'bread', agent_id: 'kitchen' },
    ]);
  });

  it('says a policy in words', () => {
    const criteria = { min_priority: 5, max_age_days: 30, score_threshold: 1 };

    expect(inWords({ criteria, on_fail: 'forget' })).toBe(
      '1 of: priority 5 or more, not older than 30 days; the rest is forgotten',
    );
  });
});
