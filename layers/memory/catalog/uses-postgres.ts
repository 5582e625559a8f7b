/** Uses, counted in PostgreSQL in one statement with the record of the flush: both happen or neither. */
import type { Postgres } from '../clients/postgres.ts';
import { AurenError } from '../errors.ts';
import type { SweepCatalog } from './port.ts';

/**
 * $1 tenant, $2 id, $3 previous, $4 the counts, $5 the counts by id. The key share lock keeps a memory from ending in between, which
 * would leave its uses behind.
 */
const COUNT = `with flushed as (
  insert into usage_flushes as f (tenant_id, id, previous, counts) values ($1, $2, $3, $5::jsonb)
  on conflict (tenant_id) do update set id = excluded.id, previous = excluded.previous, counts = excluded.counts
    where f.id = excluded.previous
  returning 1
), living as (
  select m.id, c.count, array(select jsonb_array_elements_text(c.recent))::timestamptz[] as recent
  from jsonb_to_recordset($4::jsonb) as c (id text, count int, recent jsonb)
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
)
select (select count(*) from flushed)::int as flushed, (select count(*) from counted)::int as counted`;

const LAST = `select f.id, f.previous, c.key as memory_id, (c.value #>> '{}')::int as count, coalesce(u.access_count, 0) as total
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
          counted.map((row) => [row.memory_id as string, { count: row.count as number, total: row.total as number }]),
        ),
      };
    },

    async countUses(tenantId, { id, previous, uses }) {
      const byId = Object.fromEntries(uses.map((use) => [use.id, use.count]));
      const params = [tenantId, id, previous, JSON.stringify(uses), JSON.stringify(byId)];
      const [[row] = []] = await postgres.run(tenantId, [{ text: COUNT, params }], { role: 'auren_worker' });
      if (row?.flushed !== 1) throw new AurenError('conflict', 'Another sweep has counted uses meanwhile.');
    },
  };
}
