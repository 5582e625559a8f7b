/**
 * What is recalled together: the memories that one call used, and those that an agent used for the same person within ten minutes. Pure.
 * A pair counts once in ten minutes, however often both were asked for in between.
 */
import { type Instant, instant } from '../clock.ts';

export const TOGETHER_MS = 600_000;
/** The last memories of an agent and a person that one more is paired with. */
const NEIGHBORS_MAX = 5;

/** What one call used, and whose: null for a key that is bound to no agent. */
export interface Recall {
  at: Instant;
  agentId: string | null;
  ids: string[];
}

export interface JointRecall {
  id: string;
  otherId: string;
  count: number;
  lastAt: Instant;
}

/** Who a memory belongs to. */
export interface Belonging {
  agentId: string;
  userId: string | null;
}

interface Use {
  id: string;
  at: number;
}

const SEPARATOR = ' ';
const pairOf = (a: string, b: string): string => (a < b ? a + SEPARATOR + b : b + SEPARATOR + a);

/**
 * @param fresh recalls to be counted, oldest first
 * @param earlier recalls that were counted before, oldest first: what is fresh may go together with them
 * @param owners of the memories that are still there; recalls of others do not count
 */
export function jointRecalls(
  fresh: readonly Recall[],
  earlier: readonly Recall[],
  owners: ReadonlyMap<string, Belonging>,
): JointRecall[] {
  const lastCountedAt = new Map<string, number>();
  const neighbors = new Map<string, Use[]>();
  const joint = new Map<string, JointRecall>();

  const pair = (a: string, b: string, at: number, isFresh: boolean) => {
    const name = pairOf(a, b);
    if (a === b || at - (lastCountedAt.get(name) ?? Number.NEGATIVE_INFINITY) < TOGETHER_MS) return;
    lastCountedAt.set(name, at);
    if (!isFresh) return;
    const [id = '', otherId = ''] = name.split(SEPARATOR);
    joint.set(name, { id, otherId, count: (joint.get(name)?.count ?? 0) + 1, lastAt: instant(at) });
  };

  const take = (recall: Recall, isFresh: boolean) => {
    const at = Date.parse(recall.at);
    const ids = recall.ids.filter((id) => owners.has(id));
    for (const [place, id] of ids.entries()) {
      for (const other of ids.slice(place + 1)) pair(id, other, at, isFresh);
    }
    for (const id of ids) {
      const owner = owners.get(id);
      const session = JSON.stringify([recall.agentId ?? owner?.agentId, owner?.userId]);
      const before = (neighbors.get(session) ?? []).filter((use) => at - use.at < TOGETHER_MS && use.id !== id);
      for (const other of before) pair(id, other.id, at, isFresh);
      neighbors.set(session, [...before, { id, at }].slice(-NEIGHBORS_MAX));
    }
  };

  for (const recall of earlier) take(recall, false);
  for (const recall of fresh) take(recall, true);
  return [...joint.values()];
}
