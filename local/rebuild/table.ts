/** The result of a rebuild as text: a line a tenant, and what is not equal. */
import type { Engine } from '@auren/memory/errors.ts';
import type { Rebuilt } from '@auren/memory/usecases/rebuild/rebuild.ts';

const HASH_DIGITS = 12;
const HEAD = ['tenant', 'memories', 'hot', 'warm', 'cold', 'rebuilt', 'hash of the log', 'hash read back', 'equal'];

const MEANS: Record<Engine, string> = { postgres: 'catalog', redis: 'Redis', chroma: 'Chroma' };

function rebuiltOf({ rowsRepaired, redisRefilled, indexRefilled }: Rebuilt): string {
  const parts = [
    rowsRepaired > 0 ? `${rowsRepaired} rows` : '',
    redisRefilled ? MEANS.redis : '',
    indexRefilled ? MEANS.chroma : '',
  ].filter(Boolean);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function rowOf(one: Rebuilt): string[] {
  const { memories, tiers, logHash, foundHash } = one.proof;
  const counts = [memories, tiers.hot, tiers.warm, tiers.cold].map(String);
  const hashes = [logHash, foundHash].map((hash) => hash.slice(0, HASH_DIGITS));
  return [one.tenantId, ...counts, rebuiltOf(one), ...hashes, one.isEqual ? 'yes' : 'NO'];
}

/** Columns as wide as their widest cell. */
export function table(rebuilt: readonly Rebuilt[]): string[] {
  const rows = [HEAD, ...rebuilt.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What differs of a tenant, and what to do. */
export function differences({ tenantId, isEqual, proof }: Rebuilt): string[] {
  if (isEqual) return [];
  const lines = (Object.entries(proof.differences) as [Engine, { count: number; examples: string[] }][])
    .filter(([, { count }]) => count > 0)
    .map(
      ([engine, { count, examples }]) => `${tenantId}: ${MEANS[engine]} differs in ${count}: ${examples.join(', ')}`,
    );
  return [...lines, `${tenantId}: run \`npm run rebuild\` (again), while nobody writes.`];
}
