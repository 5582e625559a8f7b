import { describe, expect, it } from 'vitest';
import {
  ask,
  type Filters,
  NO_FILTERS,
  readFilters,
  writeFilters,
} from '../../../dashboard/src/views/memories/filters.ts';
import { searchBody } from '../../../functions/contract/search.ts';

const given = (filters: Partial<Filters>): Filters => ({ ...NO_FILTERS, ...filters });
function addressOf(filters: Filters): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(writeFilters(filters))) if (value) params.set(name, value);
  return params;
}

describe('the filters of the memories', () => {
  it('come back from the address as they were', () => {
    const filters = given({
      query: 'deep sleep',
      agent: 'sleep-coach',
      types: ['fact', 'insight'],
      tiers: ['cold'],
      mode: 'lexical',
      minConfidence: 0.5,
      minPriority: 7.5,
      order: '-priority',
    });

    expect(readFilters(addressOf(filters))).toEqual(filters);
    expect(addressOf(NO_FILTERS).toString()).toBe('');
  });

  it('drop from an address what they do not know', () => {
    const params = new URLSearchParams('types=fact,wish&tiers=tepid&mode=psychic&min_confidence=9&min_priority=x');

    expect(readFilters(params)).toEqual(given({ types: ['fact'], minConfidence: 1 }));
  });

  it('are a list, with its cursor, where a list can say them', () => {
    const asked = ask(given({ types: ['fact'], tiers: ['warm'], order: 'created_at' }));

    expect(asked).toMatchObject({ as: 'list', query: { type: 'fact', tier: 'warm', order: 'created_at' } });
  });

  it('are a search where only a search can say them, and the contract takes it', () => {
    for (const filters of [
      given({ query: ' sleep ' }),
      given({ types: ['fact', 'insight'] }),
      given({ minPriority: 5 }),
    ]) {
      const asked = ask(filters);

      expect(asked.as).toBe('search');
      expect(searchBody.safeParse('body' in asked && asked.body).success).toBe(true);
    }
  });
});
