/** Counts of the catalog in memory: a recount, each time. */
import type { CatalogStats } from '../../../layers/memory/catalog/port.ts';
import { DAY_MS, type Instant } from '../../../layers/memory/clock.ts';
import { maySee } from '../../../layers/memory/log/filter.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';
import { TIERS, type TierName } from '../../../layers/memory/model/memory.ts';
import { visibleRows } from './rows.ts';
import type { Store } from './store.ts';

type Matches = (of: { userId: string | null; agentId: string | null }) => boolean;

export function statsOf(
  store: Store,
  caller: Caller,
  filter: { userId?: string; agentId?: string },
  now: Instant,
): CatalogStats {
  const matches: Matches = ({ userId, agentId }) =>
    (filter.userId === undefined || userId === filter.userId) &&
    (filter.agentId === undefined || agentId === filter.agentId);
  const rows = visibleRows(store, caller, now, 'any').filter(matches);
  const warm = rows.filter(({ tier, dualStored }) => tier === 'warm' || dualStored);
  return {
    total: rows.length,
    tiers: tiersOf(rows),
    dualStored: rows.filter(({ dualStored }) => dualStored).length,
    pinned: rows.filter(({ pinned }) => pinned).length,
    byType: countBy(rows, ({ type }) => type),
    byAgent: countBy(rows, ({ agentId }) => agentId),
    warmBytes: warm.reduce((bytes, { content }) => bytes + Buffer.byteLength(JSON.stringify(content)), 0),
    flow: flowOf(store, caller, matches, now),
  };
}

export function tiersOf(rows: readonly { tier: TierName }[]): Record<TierName, number> {
  const counts = countBy(rows, ({ tier }) => tier);
  return { hot: counts.hot ?? 0, warm: counts.warm ?? 0, cold: counts.cold ?? 0 };
}

function countBy<T, K extends string>(
  items: readonly T[],
  nameOf: (item: T) => K,
): Partial<Record<K, number>> & Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts as Partial<Record<K, number>> & Record<string, number>;
}

/** Moves and expiries in the log of the last 24 hours. */
function flowOf(store: Store, caller: Caller, matches: Matches, now: Instant): CatalogStats['flow'] {
  const since = Date.parse(now) - DAY_MS;
  const recent = store
    .of(caller.tenantId)
    .events.filter((event) => Date.parse(event.at) > since && maySee(caller, event) && matches(event));
  const depth = (tier: unknown) => TIERS.indexOf(tier as TierName);
  const moves = recent
    .filter(({ type }) => type === 'memory.tier_changed')
    .map(({ data }) => ({ from: depth(data.from), to: depth(data.to) }));
  return {
    hotToWarm: moves.filter(({ from, to }) => from === 0 && to === 1).length,
    warmToCold: moves.filter(({ from, to }) => from < 2 && to === 2).length,
    promoted: moves.filter(({ from, to }) => to < from).length,
    expired: recent.filter(({ type }) => type === 'memory.expired').length,
  };
}
