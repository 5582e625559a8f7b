/** The figures of stats, counted from a full listing; and what each engine really holds, against it. */

import type { AurenMemory } from '../../layers/memory/memory.ts';
import type { Caller } from '../../layers/memory/model/caller.ts';
import type { Memory } from '../../layers/memory/model/memory.ts';
import type { Ports } from '../../layers/memory/usecases/ports.ts';
import { aCaller } from './builders.ts';

type Counted = Pick<Memory, 'tier' | 'dualStored' | 'pinned' | 'type' | 'agentId'>;

export interface Counts {
  total_memories: number;
  tier_distribution: Record<Memory['tier'], number>;
  dual_stored: number;
  pinned: number;
  by_type: Record<string, number>;
  by_agent: Record<string, number>;
}

const LIST_LIMIT = 200;
const BYTES = 4e6;

export function countsOf(memories: readonly Counted[]): Counts {
  const count = (of: (memory: Counted) => boolean) => memories.filter(of).length;
  const by = (field: 'type' | 'agentId') => {
    const names = [...new Set(memories.map((memory) => memory[field]))];
    return Object.fromEntries(names.map((name) => [name, count((memory) => memory[field] === name)]));
  };
  return {
    total_memories: memories.length,
    tier_distribution: {
      hot: count(({ tier }) => tier === 'hot'),
      warm: count(({ tier }) => tier === 'warm'),
      cold: count(({ tier }) => tier === 'cold'),
    },
    dual_stored: count(({ dualStored }) => dualStored),
    pinned: count(({ pinned }) => pinned),
    by_type: by('type'),
    by_agent: by('agentId'),
  };
}

/** Every memory that the caller may see, page by page. */
export async function listAll(memory: Pick<AurenMemory, 'list'>, caller: Caller): Promise<Memory[]> {
  const all: Memory[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<AurenMemory['list']>> = await memory.list(
      caller,
      { order: 'created_at', limit: LIST_LIMIT, ...(cursor === null ? {} : { cursor }) },
      BYTES,
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}

export interface Recounted {
  memory: Pick<AurenMemory, 'list' | 'stats'>;
  ports: Pick<Ports, 'hot' | 'warm' | 'cold' | 'vectors'>;
  tenantId: string;
}

/**
 * Where the system at rest (swept, consumers drained) contradicts itself: stats against the listing, and each memory against the
 * tiers: whole, once, in its own; hot ones in Redis, and in PostgreSQL too if dual-stored. Empty is good.
 */
export async function recount({ memory, ports, tenantId }: Recounted): Promise<string[]> {
  const caller = aCaller(tenantId);
  const [all, stats] = [await listAll(memory, caller), await memory.stats(caller, {})];
  const ids = all.map(({ id }) => id);
  const [hot, warm, cold, marks] = await Promise.all([
    ports.hot.get(tenantId, ids),
    ports.warm.get(tenantId, ids),
    ports.cold.get(tenantId, ids),
    ports.vectors.marks(tenantId, ids),
  ]);
  const faults: string[] = [];
  const same = (what: string, is: unknown, should: unknown) => {
    const [found, wanted] = [canonical(is), canonical(should)];
    if (found !== wanted) faults.push(`${what}: ${found} instead of ${wanted}`);
  };
  const counts = countsOf(all);
  for (const [name, value] of Object.entries(counts)) same(`stats.${name}`, stats[name], value);
  const { hot: hotCount, warm: warmCount, cold: coldCount } = counts.tier_distribution;
  same('stats.hot.count', (stats.hot as { count: number }).count, hotCount);
  same('copies in Redis', await ports.hot.count(tenantId), hotCount);
  same('copies in PostgreSQL', await ports.warm.count(tenantId), warmCount + counts.dual_stored);
  same('copies in Chroma', await ports.cold.count(tenantId), coldCount);
  same('vectors', [await ports.vectors.count(tenantId), marks.size], [all.length, all.length]);
  for (const { id, tier, dualStored, content } of all) {
    same(`${id} in Redis`, hot.get(id)?.content, tier === 'hot' ? content : undefined);
    same(`${id} in PostgreSQL`, warm.get(id)?.content, tier === 'warm' || dualStored ? content : undefined);
    same(`${id} in Chroma`, cold.get(id)?.content, tier === 'cold' ? content : undefined);
  }
  return faults;
}

/** With its keys in order: equal values have equal texts. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'nothing';
