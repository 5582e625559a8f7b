/** Counts of the catalog, always recounted: nothing to drift. */
import type { Postgres, Statement } from '../clients/postgres.ts';
import type { Instant } from '../clock.ts';
import { placeholders, visibleTo } from '../log/filter-sql.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryType, TierName } from '../model/memory.ts';
import type { CatalogStats } from './port.ts';
import { notExpired } from './rows.ts';

interface Group {
  tier: TierName;
  type: MemoryType;
  agent_id: string;
  n: number;
  dual: number;
  pinned: number;
  warm_bytes: number;
}

function groups(caller: Caller, filter: { userId?: string; agentId?: string }, now: Instant): Statement {
  const params: unknown[] = [caller.tenantId];
  const place = placeholders(params);
  const terms = [notExpired(place(now)), visibleTo(caller, place, 'm.')];
  if (filter.userId !== undefined) terms.push(`m.user_id = ${place(filter.userId)}`);
  if (filter.agentId !== undefined) terms.push(`m.agent_id = ${place(filter.agentId)}`);
  const text = `select m.tier, m.type, m.agent_id, count(*)::int as n, count(*) filter (where m.dual_stored)::int as dual,
      count(*) filter (where m.pinned)::int as pinned,
      coalesce(sum(octet_length(m.content::text)) filter (where m.tier = 'warm' or m.dual_stored), 0)::float8 as warm_bytes
    from memories m where m.tenant_id = $1 and ${terms.join(' and ')} group by m.tier, m.type, m.agent_id`;
  return { text, params };
}

/** Moves and expiries of 24 hours. */
function flow(caller: Caller, filter: { userId?: string; agentId?: string }, now: Instant): Statement {
  const params: unknown[] = [caller.tenantId];
  const place = placeholders(params);
  const terms = [visibleTo(caller, place)];
  if (filter.userId !== undefined) terms.push(`user_id = ${place(filter.userId)}`);
  if (filter.agentId !== undefined) terms.push(`agent_id = ${place(filter.agentId)}`);
  const text = `select count(*) filter (where data ->> 'from' = 'hot' and data ->> 'to' = 'warm')::int as hot_to_warm,
      count(*) filter (where data ->> 'from' <> 'cold' and data ->> 'to' = 'cold')::int as warm_to_cold,
      count(*) filter (where data ->> 'to' = 'hot' or (data ->> 'from' = 'cold' and data ->> 'to' = 'warm'))::int as promoted,
      count(*) filter (where type = 'memory.expired')::int as expired
    from events where tenant_id = $1 and type in ('memory.tier_changed', 'memory.expired')
      and at > ${place(now)}::timestamptz - interval '24 hours' and ${terms.join(' and ')}`;
  return { text, params };
}

export async function catalogStats(
  postgres: Postgres,
  caller: Caller,
  filter: { userId?: string; agentId?: string },
  now: Instant,
): Promise<CatalogStats> {
  const [rows = [], [moved = {}] = []] = await postgres.run(
    caller.tenantId,
    [groups(caller, filter, now), flow(caller, filter, now)],
    { readOnly: true },
  );
  const stats: CatalogStats = {
    total: 0,
    tiers: { hot: 0, warm: 0, cold: 0 },
    dualStored: 0,
    pinned: 0,
    byType: {},
    byAgent: {},
    warmBytes: 0,
    flow: {
      hotToWarm: moved.hot_to_warm as number,
      warmToCold: moved.warm_to_cold as number,
      promoted: moved.promoted as number,
      expired: moved.expired as number,
    },
  };
  for (const group of rows as unknown as Group[]) {
    stats.total += group.n;
    stats.tiers[group.tier] += group.n;
    stats.dualStored += group.dual;
    stats.pinned += group.pinned;
    stats.byType[group.type] = (stats.byType[group.type] ?? 0) + group.n;
    stats.byAgent[group.agent_id] = (stats.byAgent[group.agent_id] ?? 0) + group.n;
    stats.warmBytes += group.warm_bytes;
  }
  return stats;
}
