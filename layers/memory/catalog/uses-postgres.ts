/** Uses, counted in PostgreSQL in one statement with the record of the flush: both happen or neither. */
import type { Postgres } from '../clients/postgres.ts';
import { AurenError } from '../errors.ts';
import { HIT_DAYS } from '../policy/prediction.ts';
import type { HourCounts } from '../tiers/port.ts';
import type { SweepCatalog } from './port.ts';

/**
 * $1 tenant, $2 id, $3 previous, $4 the counts, $5 the counts by id, $6 those by id and hour. The key share lock keeps a memory from ending
 * in between, which would leave its uses behind.
 */
const COUNT = `with flushed as (
  insert into usage_flushes as f (tenant_id, id, previous, counts, hours) values ($1, $2, $3, $5::jsonb, $6::jsonb)
  on conflict (tenant_id) do update set id = excluded.id, previous = excluded.previous, counts = excluded.counts, hours = excluded.hours
    where f.id = excluded.previous
  returning 1
), living as (
  select m.id, m.user_id, m.agent_id, m.type, c.count, c.hours,
    array(select jsonb_array_elements_text(c.recent))::timestamptz[] as recent
  from jsonb_to_recordset($4::jsonb) as c (id text, count int, recent jsonb, hours jsonb)
  join memories m on m.tenant_id = $1 and m.id = c.id
  where exists (select from flushed) order by m.id for key share of m
), counted as (
  insert into memory_usage as u (tenant_id, id, access_count, last_accessed_at, recent_uses)
  select $1, l.id, l.count, l.recent[1], l.recent from living l
  on conflict (tenant_id, id) do update set
    access_count = u.access_count + excluded.access_count,
    last_accessed_at = greatest(u.last_accessed_at, excluded.last_accessed_at),
    recent_uses = array(select at from unnest(excluded.recent_uses || u.recent_uses) as r (at) order by at desc limit 3)
  returning 1
), patterned as (
  insert into access_patterns as p (tenant_id, user_id, agent_id, type, hour, count)
  select $1, coalesce(l.user_id, ''), l.agent_id, l.type, h.key::smallint, sum((h.value #>> '{}')::bigint)
  from living l cross join lateral jsonb_each(l.hours) h group by 2, 3, 4, 5 order by 2, 3, 4, 5
  on conflict (tenant_id, user_id, agent_id, type, hour) do update set count = p.count + excluded.count
), hit as (
  update predictions p set hit_at = used.at
  from living l cross join lateral unnest(l.recent) as used (at)
  where p.tenant_id = $1 and p.id = l.id and p.hit_at is null and used.at > p.at and used.at <= p.at + interval '${HIT_DAYS} days'
)
select (select count(*) from flushed)::int as flushed, (select count(*) from counted)::int as counted`;

const LAST = `select f.id, f.previous, c.key as memory_id, (c.value #>> '{}')::int as count, coalesce(u.access_count, 0) as total,
    f.hours -> c.key as hours
  from usage_flushes f left join lateral jsonb_each(f.counts) c on true
  left join memory_usage u on u.tenant_id = f.tenant_id and u.id = c.key
  where f.tenant_id = $1`;

export function useCounts(postgres: Postgres): Pick<SweepCatalog, 'lastFlush' | 'countUses'> {
  return {
    async lastFlush(tenantId) {
      const [rows = []] = await postgres.run(tenantId, [{ text: LAST, params: [tenantId] }], { readOnly: true });
      const [first] = rows;
      if (first === undefined) return null;
      const counted = rows.filter((row) => row.memory_id !== null);
      return {
        id: first.id as string,
        previous: first.previous as string,
        uses: new Map(
          counted.map((row) => {
            const hours = row.hours === null ? {} : { hours: row.hours as HourCounts };
            return [row.memory_id as string, { count: row.count as number, total: row.total as number, ...hours }];
          }),
        ),
      };
    },

    async countUses(tenantId, { id, previous, uses }) {
      const byId = Object.fromEntries(uses.map((use) => [use.id, use.count]));
      const hours = Object.fromEntries(uses.filter((use) => use.hours !== undefined).map((use) => [use.id, use.hours]));
      const params = [tenantId, id, previous, JSON.stringify(uses), JSON.stringify(byId), JSON.stringify(hours)];
      const [[row] = []] = await postgres.run(tenantId, [{ text: COUNT, params }], { role: 'auren_worker' });
      if (row?.flushed !== 1) throw new AurenError('conflict', 'Another sweep has counted uses meanwhile.');
    },
  };
}
