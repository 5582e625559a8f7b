/** A search with every filter off. */
import type { SearchQuery } from '../../layers/memory/search/port.ts';

export const aSearch = (query: string, overrides: Partial<SearchQuery> = {}): SearchQuery => ({
  query,
  userId: null,
  agentId: null,
  spaceIds: [],
  types: [],
  tiers: [],
  metadata: {},
  minConfidence: 0,
  minPriority: 0,
  createdAfter: null,
  createdBefore: null,
  mode: 'hybrid',
  limit: 20,
  explain: false,
  asOf: null,
  ...overrides,
});
