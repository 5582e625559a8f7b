/**
 * Groups of similar vectors: density clusters, each brought down to the members that lie at `minSimilarity` or
 * above to its middle. Two members at a cosine of s to their middle are expected at s^2 to each other: so far does a cluster reach
 * from member to member, but never below the model's floor, under which nothing is similar. What chains several groups together is
 * taken apart by a shorter reach, and what a group leaves over is looked at again (docs/adr/0007).
 */
import type { Cosines } from './cosines.ts';
import { Dbscan } from './dbscan.ts';

export interface Grouping {
  minSize: number;
  /** Of a member to the middle of its group, 0..1. */
  minSimilarity: number;
  /** The cosine below which the model's vectors say nothing. */
  floor: number;
}

/** A vector of a group, by its index, and its cosine to the middle. */
export interface Grouped {
  at: number;
  similarity: number;
}

/** So many within reach, itself counted, make a vector one that a cluster grows from, however large groups have to be. */
const DENSE = 3;
/** A cluster that would lose more than half of its members is a chain of several. */
const KEPT_SHARE_MIN = 0.5;
const REACH_STEP = 0.05;
/** Of 32-bit cosines: equal vectors may come out at 0.9999999. */
const TOLERANCE = 1e-6;

/** Disjoint groups, the largest first; members by similarity. */
export function groupsIn(cosines: Cosines, grouping: Grouping): Grouped[][] {
  const { minSize, minSimilarity, floor } = grouping;
  const all = Array.from({ length: cosines.size }, (_, at) => at);
  const within = (points: number[], reach: number): Grouped[][] =>
    clusters(cosines, points, reach, Math.min(minSize, DENSE)).flatMap((cluster) => {
      const kept = around(cosines, cluster, minSimilarity);
      if (kept.length < cluster.length * KEPT_SHARE_MIN && reach < minSimilarity) {
        return within(cluster, Math.min(minSimilarity, reach + REACH_STEP));
      }
      if (kept.length < minSize) return [];
      const members = new Set(kept.map(({ at }) => at));
      const rest = cluster.filter((at) => !members.has(at));
      return [kept, ...within(rest, reach)];
    });
  return within(all, Math.max(minSimilarity ** 2, floor)).sort((a, b) => b.length - a.length);
}

function clusters(cosines: Cosines, points: number[], reach: number, dense: number): number[][] {
  const distance = (a: number, b: number) => 1 - cosines.between(a, b);
  const found = new Dbscan().run(points, 1 - reach + TOLERANCE, dense, distance);
  return found.map((cluster) => cluster.map((index) => points[index] ?? 0));
}

/**
 * Drops the least similar, one at a time, until all that are left lie around their middle. The cosine of a to the middle of a group is
 * the sum of its cosines to the members over the length of their sum, so no vector is needed.
 */
function around(cosines: Cosines, cluster: readonly number[], minSimilarity: number): Grouped[] {
  let members = cluster.map((at) => ({
    at,
    sum: cluster.reduce((sum, other) => sum + cosines.between(at, other), 0),
  }));
  for (;;) {
    const length = Math.sqrt(members.reduce((sum, member) => sum + member.sum, 0));
    const least = members.reduce((worst, member) => (member.sum < worst.sum ? member : worst), members[0] ?? NOBODY);
    if (members.length === 0 || least.sum / length >= minSimilarity - TOLERANCE) {
      return members
        .map(({ at, sum }) => ({ at, similarity: Math.min(1, sum / length) }))
        .sort((a, b) => b.similarity - a.similarity || a.at - b.at);
    }
    members = members
      .filter((member) => member !== least)
      .map(({ at, sum }) => ({ at, sum: sum - cosines.between(at, least.at) }));
  }
}

const NOBODY = { at: -1, sum: 0 };
