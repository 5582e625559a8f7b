/** Which of the groups found now is which pattern known before: by the memories that they share. Pure. */

/** Two sets share half of what they hold together: a pattern that grows to twice its size is the same one, a larger one is new. */
const OVERLAP_MIN = 0.5;

/** Index of a found group -> index of the known one that it continues. Jaccard overlap, the best first, each known one once. */
export function continuing(
  found: readonly (readonly string[])[],
  known: readonly (readonly string[])[],
): Map<number, number> {
  const holders = new Map<string, number[]>();
  for (const [index, ids] of known.entries()) {
    for (const id of ids) holders.set(id, [...(holders.get(id) ?? []), index]);
  }
  const pairs = found.flatMap((ids, foundIndex) => {
    const shared = new Map<number, number>();
    for (const id of ids) for (const index of holders.get(id) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1);
    return [...shared].map(([knownIndex, common]) => {
      const overlap = common / (ids.length + (known[knownIndex]?.length ?? 0) - common);
      return { foundIndex, knownIndex, overlap };
    });
  });
  const matches = new Map<number, number>();
  const taken = new Set<number>();
  for (const { foundIndex, knownIndex, overlap } of pairs.sort((a, b) => b.overlap - a.overlap)) {
    if (overlap < OVERLAP_MIN || matches.has(foundIndex) || taken.has(knownIndex)) continue;
    matches.set(foundIndex, knownIndex);
    taken.add(knownIndex);
  }
  return matches;
}
