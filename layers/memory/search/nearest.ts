/**
 * The nearest memories of each partition, made whole: an approximate index may return fewer of a partition's own than it holds
 * (recall .62 with default lists where sizes are unequal). Where that shows, it is asked again with the partition's ids.
 */
import type { PartitionMembers, SemanticHit, VectorIndex } from './port.ts';

/** A query by ids takes at most this many; a larger partition is found without them. */
export const WITHIN_IDS_MAX = 1_000;

export interface NearestPorts {
  vectors: VectorIndex;
  members: PartitionMembers;
}

export interface Nearest {
  /** Best first. */
  hits: SemanticHit[];
  /** At most `k` were wanted of each; some partition gave that many and may hold more. */
  isCut: boolean;
  /** Memories live in these partitions, but the index of this model holds nothing at all of the tenant. */
  isUnfilled: boolean;
}

export async function nearest(
  { vectors, members }: NearestPorts,
  tenantId: string,
  query: { vector: Float32Array; partitions: readonly string[]; k: number },
): Promise<Nearest> {
  const first = await vectors.query(tenantId, query);
  const found = countBy(first);
  const short = query.partitions.filter((partition) => (found.get(partition) ?? 0) < query.k);
  const whole = { hits: first, isCut: short.length < query.partitions.length, isUnfilled: false };
  if (short.length === 0) return whole;

  const living = await members.members(tenantId, short, WITHIN_IDS_MAX);
  const lacking = short.filter(
    (partition) => (found.get(partition) ?? 0) < Math.min(query.k, living.get(partition)?.length ?? 0),
  );
  if (lacking.length === 0) return whole;
  if (first.length === 0 && (await vectors.count(tenantId)) === 0) return { ...whole, isUnfilled: true };

  const again = await Promise.all(
    lacking.map((partition) =>
      vectors.query(tenantId, { ...query, partitions: [partition], within: living.get(partition) ?? [] }),
    ),
  );
  const byId = new Map([...first, ...again.flat()].map((hit) => [hit.id, hit]));
  return { ...whole, hits: [...byId.values()].sort((a, b) => b.cosine - a.cosine || (a.id < b.id ? -1 : 1)) };
}

function countBy(hits: readonly SemanticHit[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { partition } of hits) counts.set(partition, (counts.get(partition) ?? 0) + 1);
  return counts;
}
