/** The lexical index in memory: BM25 (Robertson, Zaragoza 2009) over the searchable text of what the caller may see. */
import type { CatalogRow } from '../../../layers/memory/catalog/port.ts';
import { searchableText } from '../../../layers/memory/embedding/searchable-text.ts';
import { matchesFilters } from '../../../layers/memory/search/filters.ts';
import { partitionKey } from '../../../layers/memory/search/partition-vector.ts';
import type { LexicalHit, LexicalIndex, PartitionMembers, SearchQuery } from '../../../layers/memory/search/port.ts';
import { pastRecords, visibleRows } from './rows.ts';
import { copyOf, type Store } from './store.ts';

const K1 = 1.2;
const B = 0.35;

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

export function inMemoryLexicalIndex(store: Store): LexicalIndex {
  return {
    async search(caller, query, limit, now) {
      const rows = visibleRows(store, caller, now, 'any').filter((row) => matchesFilters(query, row, now));
      const hits = query.query.trim() === '' ? listed(rows) : ranked(rows, new Set(wordsOf(query.query)));
      // What will be shown brings along the content that PostgreSQL holds, and no other.
      const held = (id: string) => store.of(caller.tenantId).rows.get(id)?.content ?? null;
      return hits.slice(0, limit).map(({ row, bm25 }, place) => {
        return { bm25, row: { ...row, content: place < query.limit ? copyOf(held(row.id)) : null } };
      });
    },

    async past(caller, query, asOf, { limit, after }) {
      const asked = new Set(wordsOf(query.query));
      const isBelow = (row: { id: string; createdAt: string }) =>
        after === undefined ||
        row.createdAt < after.createdAt ||
        (row.createdAt === after.createdAt && row.id < after.id);
      const scope = pastRecords(store, caller, asOf).filter((row) => inScope(query, row) && isBelow(row));
      scope.sort((a, b) => (a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1));
      return scope.slice(0, limit).map(({ content, ...row }) => {
        const words = wordsOf(searchableText(content));
        const counts: Record<string, number> = {};
        for (const word of words) if (asked.has(word)) counts[word] = (counts[word] ?? 0) + 1;
        return { row, counts, length: words.length };
      });
    },
  };
}

const inScope = ({ userId, spaceIds }: SearchQuery, row: { userId: string | null; spaceId: string | null }): boolean =>
  (userId === null && spaceIds.length === 0) ||
  (userId !== null && row.userId === userId) ||
  (row.spaceId !== null && spaceIds.includes(row.spaceId));

export function inMemoryMembers(store: Store): PartitionMembers {
  return {
    async members(tenantId, partitions, limit) {
      const rows = [...store.of(tenantId).rows.values()].map(({ record }) => record);
      const of = (partition: string) => rows.filter((row) => partitionKey(row) === partition).map(({ id }) => id);
      return new Map(partitions.map((partition) => [partition, of(partition).slice(0, limit)]));
    },
  };
}

/** By priority, then recency. */
const listed = (rows: CatalogRow[]): LexicalHit[] =>
  rows
    .sort((a, b) => b.priority - a.priority || Date.parse(b.createdAt) - Date.parse(a.createdAt))
    .map((row) => ({ row, bm25: 0 }));

function ranked(rows: CatalogRow[], terms: ReadonlySet<string>): LexicalHit[] {
  const documents = rows.map((row) => ({ row, words: wordsOf(searchableText(row.content ?? {})) }));
  const averageLength = documents.reduce((sum, { words }) => sum + words.length, 0) / documents.length;
  const rarity = new Map(
    [...terms].map((term) => {
      const holding = documents.filter(({ words }) => words.includes(term)).length;
      return [term, Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5))];
    }),
  );
  const scoreOf = (words: readonly string[]): number => {
    let score = 0;
    for (const [term, idf] of rarity) {
      const count = words.filter((word) => word === term).length;
      score += (idf * count * (K1 + 1)) / (count + K1 * (1 - B + (B * words.length) / averageLength));
    }
    return score;
  };
  return documents
    .map(({ row, words }) => ({ row, bm25: scoreOf(words) }))
    .filter(({ bm25 }) => bm25 > 0)
    .sort((a, b) => b.bm25 - a.bm25);
}
