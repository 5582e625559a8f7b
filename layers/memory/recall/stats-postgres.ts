/** Access patterns and the hit rate of predictions, for stats: two statements in one round trip, which count nothing themselves. */
import { notExpired } from '../catalog/rows.ts';
import type { Postgres, Statement } from '../clients/postgres.ts';
import type { Instant } from '../clock.ts';
import { placeholders, visibleTo } from '../log/filter-sql.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryType } from '../model/memory.ts';
import { decidedBefore, predictionStart } from '../policy/prediction.ts';
import { PATTERNS_MAX, type RecallStats } from './port.ts';

interface Filter {
  userId?: string;
  agentId?: string;
}

function patterns(caller: Caller, filter: Filter): Statement {
  const params: unknown[] = [caller.tenantId];
  const place = placeholders(params);
  const terms = ['tenant_id = $1'];
  if (caller.agentId !== null) terms.push(`agent_id = ${place(caller.agentId)}`);
  if (filter.agentId !== undefined) terms.push(`agent_id = ${place(filter.agentId)}`);
  if (filter.userId !== undefined) terms.push(`user_id = ${place(filter.userId)}`);
  const text = `select nullif(user_id, '') as user_id, type, hour, sum(count)::float8 as count from access_patterns
    where ${terms.join(' and ')} group by access_patterns.user_id, type, hour
    order by count desc, access_patterns.user_id, type, hour limit ${PATTERNS_MAX}`;
  return { text, params };
}

function predictions(caller: Caller, filter: Filter, now: Instant): Statement {
  const params: unknown[] = [caller.tenantId, predictionStart(now), decidedBefore(now)];
  const place = placeholders(params);
  const terms = ['p.at > $2::timestamptz', notExpired(place(now)), visibleTo(caller, place, 'm.')];
  if (filter.userId !== undefined) terms.push(`m.user_id = ${place(filter.userId)}`);
  if (filter.agentId !== undefined) terms.push(`m.agent_id = ${place(filter.agentId)}`);
  const text = `select count(*)::int as warmed, count(p.hit_at)::int as hits,
      count(*) filter (where p.hit_at is not null or p.at <= $3::timestamptz)::int as decided
    from predictions p join memories m on m.tenant_id = p.tenant_id and m.id = p.id
    where p.tenant_id = $1 and ${terms.join(' and ')}`;
  return { text, params };
}

export async function recallStats(
  postgres: Postgres,
  caller: Caller,
  filter: Filter,
  now: Instant,
): Promise<RecallStats> {
  const [rows = [], [counts = {}] = []] = await postgres.run(
    caller.tenantId,
    [patterns(caller, filter), predictions(caller, filter, now)],
    { readOnly: true },
  );
  return {
    patterns: rows.map((row) => ({
      userId: row.user_id as string | null,
      type: row.type as MemoryType,
      hour: row.hour as number,
      count: row.count as number,
    })),
    predictions: {
      warmed: counts.warmed as number,
      decided: counts.decided as number,
      hits: counts.hits as number,
    },
  };
}
