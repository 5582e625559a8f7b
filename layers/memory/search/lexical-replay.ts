/**
 * The words' leg over a replayed past: BM25 with the constants, the statistics and the order of `0002_search.sql`, which ranks the
 * present. N and the mean length are of the whole scope, df of what matched. Pure; a test holds the two together.
 */
import type { PastDocument } from './port.ts';

const K1 = 1.2;
const B = 0.35;

export interface RankedDocument {
  row: PastDocument['row'];
  bm25: number;
}

/** The best `limit` of the scope's documents that pass the filters and share a word with the query. */
export function rankByWords(
  scope: readonly PastDocument[],
  passes: (row: PastDocument['row']) => boolean,
  limit: number,
): RankedDocument[] {
  const meanLength = Math.max(1, scope.reduce((sum, { length }) => sum + length, 0) / Math.max(1, scope.length));
  const matched = scope.filter(({ row, counts }) => Object.keys(counts).length > 0 && passes(row));
  const holding = new Map<string, number>();
  for (const { counts } of matched) {
    for (const word of Object.keys(counts)) holding.set(word, (holding.get(word) ?? 0) + 1);
  }
  const rarity = (word: string): number => {
    const df = holding.get(word) ?? 0;
    return Math.log(1 + (scope.length - df + 0.5) / (df + 0.5));
  };
  const scoreOf = ({ counts, length }: PastDocument): number => {
    const damping = K1 * (1 - B + (B * length) / meanLength);
    return Object.entries(counts).reduce((sum, [word, tf]) => sum + (rarity(word) * tf * (K1 + 1)) / (tf + damping), 0);
  };
  return matched
    .map((document) => ({ row: document.row, bm25: scoreOf(document) }))
    .sort((a, b) => b.bm25 - a.bm25 || newestFirst(a, b))
    .slice(0, limit);
}

/** Of a query without words: by priority, then recency, with score 0. */
export const listByPriority = (
  scope: readonly PastDocument[],
  passes: (row: PastDocument['row']) => boolean,
  limit: number,
): RankedDocument[] =>
  scope
    .filter(({ row }) => passes(row))
    .map(({ row }) => ({ row, bm25: 0 }))
    .sort((a, b) => b.row.priority - a.row.priority || newestFirst(a, b))
    .slice(0, limit);

function newestFirst({ row: a }: RankedDocument, { row: b }: RankedDocument): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
