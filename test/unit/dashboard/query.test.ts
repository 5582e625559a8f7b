import { describe, expect, it } from 'vitest';
import { queryString } from '../../../dashboard/src/api/query.ts';

describe('parameters of a call', () => {
  it('join lists by commas and leave out what is absent or empty', () => {
    const query = { limit: 5, types: ['fact', 'insight'], tiers: [], agent: '', before: null, after: undefined };

    expect(queryString(query)).toBe('?limit=5&types=fact%2Cinsight');
    expect(queryString({})).toBe('');
  });
});
