/** The filters of a search as one pure predicate; `0002_search.sql` states the same rule in SQL, and a test holds them together. */
import type { Instant } from '../clock.ts';
import type { RankedRow, SearchQuery } from './port.ts';

/**
 * `userId` and `spaceIds` name where to look and add up: what is of that user, and what lies in those spaces. All other
 * filters narrow it down. Both bounds of `created` leave their instant out, as in lists.
 */
export function matchesFilters(query: SearchQuery, row: RankedRow, now: Instant): boolean {
  return (
    inScope(query, row) &&
    (row.expiresAt === null || row.expiresAt > now) &&
    (query.agentId === null || row.agentId === query.agentId) &&
    isAmong(query.types, row.type) &&
    isAmong(query.tiers, row.tier) &&
    Object.entries(query.metadata).every(
      ([key, value]) => Object.hasOwn(row.metadata, key) && row.metadata[key] === value,
    ) &&
    row.confidence >= query.minConfidence &&
    row.priority >= query.minPriority &&
    (query.createdAfter === null || row.createdAt > query.createdAfter) &&
    (query.createdBefore === null || row.createdAt < query.createdBefore)
  );
}

/** More than the scope: what the vector index cannot know, so that a search must fetch more than it shows. */
export const isSelective = (query: SearchQuery): boolean =>
  query.agentId !== null ||
  query.types.length > 0 ||
  query.tiers.length > 0 ||
  Object.keys(query.metadata).length > 0 ||
  query.minConfidence > 0 ||
  query.minPriority > 0 ||
  query.createdAfter !== null ||
  query.createdBefore !== null;

const isAmong = <T>(wanted: readonly T[], value: T): boolean => wanted.length === 0 || wanted.includes(value);

function inScope(query: SearchQuery, row: { userId: string | null; spaceId: string | null }): boolean {
  if (query.userId === null && query.spaceIds.length === 0) return true;
  if (query.userId !== null && row.userId === query.userId) return true;
  return row.spaceId !== null && query.spaceIds.includes(row.spaceId);
}
