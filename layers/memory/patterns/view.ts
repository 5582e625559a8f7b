/** A pattern as it is shown: told from those of its memories that are still there, as they are now. Pure. */
import type { CatalogRow } from '../catalog/port.ts';
import type { MemoryType } from '../model/memory.ts';
import type { Pattern, StoredPattern } from '../model/pattern.ts';

export type PatternRow = Pick<CatalogRow, 'id' | 'agentId' | 'userId' | 'type' | 'confidence'>;

/** Null where fewer memories are left than a pattern has to have. */
export function shownPattern(stored: StoredPattern, rows: ReadonlyMap<string, PatternRow>): Pattern | null {
  const alive = stored.members.flatMap(({ id, similarity }) => {
    const row = rows.get(id);
    return row === undefined ? [] : [{ row, member: { id, similarity } }];
  });
  if (alive.length === 0 || alive.length < stored.minSize) return null;
  const agents = distinct(alive.map(({ row }) => row.agentId));
  const types = distinct(alive.map(({ row }) => row.type));
  return {
    id: stored.id,
    label: stored.label,
    terms: stored.terms,
    size: alive.length,
    cohesion: mean(alive.map(({ member }) => member.similarity)),
    dominantType: dominantType(alive.map(({ row }) => row)),
    averageConfidence: mean(alive.map(({ row }) => row.confidence)),
    agents,
    users: distinct(alive.flatMap(({ row }) => row.userId ?? [])),
    crossDomain: agents.length > 1 || types.length > 1,
    memories: alive.map(({ member }) => member),
    discoveredAt: stored.discoveredAt,
  };
}

/** The most frequent one; of equals the first by name. */
export function dominantType(rows: readonly Pick<PatternRow, 'type'>[]): MemoryType {
  const counts = new Map<MemoryType, number>();
  for (const { type } of rows) counts.set(type, (counts.get(type) ?? 0) + 1);
  const [first] = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  if (first === undefined) throw new RangeError('a pattern has at least one memory');
  return first[0];
}

const distinct = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort();

const DIGITS = 4;

/** Shares and cosines are told in four digits: the fifth is the noise of 32-bit vectors. */
export const rounded = (value: number): number => Number(value.toFixed(DIGITS));

const mean = (values: readonly number[]) => rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
