/** What was recalled when and together, and what came of predictions, in PostgreSQL. */
import { CATALOG_FROM, catalogColumns, catalogFromRow, notExpired } from '../catalog/rows.ts';
import type { Postgres, Row } from '../clients/postgres.ts';
import type { Instant } from '../clock.ts';
import type { MemoryType } from '../model/memory.ts';
import type { JointRecall } from '../policy/co-access.ts';
import {
  HABIT_RECALLS_MIN,
  PARTNER_RECALLS_MIN,
  PARTNERS_MAX,
  predictionStart,
  restStart,
  TOGETHER_FADE_DAYS,
  togetherStart,
} from '../policy/prediction.ts';
import type { Recalls } from './port.ts';
import { recallStats } from './stats-postgres.ts';

const PRUNED_MAX = 5_000;

/** $1 tenant, $2 the pairs. The key share lock keeps a memory from ending in between. Sorted, so that no two writers lock crosswise. */
const COUNT = `with given as (
  select * from jsonb_to_recordset($2::jsonb) as p (id text, other_id text, count int, last_at timestamptz)
), pair as (
  select id, other_id, count, last_at from given union all select other_id, id, count, last_at from given
), living as (
  select m.id from memories m where m.tenant_id = $1 and m.id in (select id from pair) order by m.id for key share
)
insert into co_access as c (tenant_id, id, other_id, count, last_at)
select $1, p.id, p.other_id, p.count, p.last_at from pair p join living a on a.id = p.id join living b on b.id = p.other_id
order by p.id, p.other_id
on conflict (tenant_id, id, other_id) do update
  set count = c.count + excluded.count, last_at = greatest(c.last_at, excluded.last_at)`;

/**
 * $2 memories, $3 now: the best partners of each stay. A newcomer passes an old partner whose joint recalls have faded. Rows that the end
 * of a memory is taking away are skipped: waiting for them could lock crosswise.
 */
const KEEP_BEST = `with ranked as materialized (
  select id, other_id, row_number() over (partition by id order by
      count * exp(-extract(epoch from $3::timestamptz - last_at) / (${TOGETHER_FADE_DAYS} * 86400.0)) desc, other_id) as place
  from co_access where tenant_id = $1 and id = any($2::text[])
), surplus as (
  select c.id, c.other_id from co_access c join ranked r on r.id = c.id and r.other_id = c.other_id
  where c.tenant_id = $1 and r.place > ${PARTNERS_MAX} for update of c skip locked
)
delete from co_access c using surplus s where c.tenant_id = $1 and c.id = s.id and c.other_id = s.other_id`;

/** $2 now, $3 the last move at the latest, $4 warmed in vain since. */
const IS_CANDIDATE = `m.tier <> 'hot' and not m.pinned and m.hold is null and ${notExpired('$2')} and m.tier_since <= $3::timestamptz
  and not exists (select from predictions p where p.tenant_id = m.tenant_id and p.id = m.id and p.hit_at is null and p.at > $4::timestamptz)`;
const candidateParams = (tenantId: string, now: Instant) => [tenantId, now, restStart(now), predictionStart(now)];

const PARTNERS = `select ${catalogColumns('none')} from (
    select c.other_id, max(c.count) as count from co_access c
    where c.tenant_id = $1 and c.id = any($5::text[]) and c.other_id <> all($5::text[]) and c.count >= ${PARTNER_RECALLS_MIN}
      and c.last_at >= $6::timestamptz group by c.other_id) partner
  join (${CATALOG_FROM}) on m.tenant_id = $1 and m.id = partner.other_id
  where ${IS_CANDIDATE} order by partner.count desc, m.id limit $7`;

const RECALLED_AT = `select p.user_id, p.type, p.count::int as count, day.total::int as total from (
    select user_id, type, sum(count) as count from access_patterns
    where tenant_id = $1 and hour = $2 and user_id <> '' group by user_id, type
    having sum(count) >= ${HABIT_RECALLS_MIN} order by count desc, user_id, type limit $3) p
  cross join lateral (select sum(count) as total from access_patterns a
    where a.tenant_id = $1 and a.user_id = p.user_id and a.type = p.type) day
  order by p.count desc, p.user_id, p.type`;

const OF_HABITS = `select ${catalogColumns('none')} from jsonb_to_recordset($5::jsonb) as h (user_id text, type text)
  cross join lateral (select m.id from ${CATALOG_FROM}
    where m.tenant_id = $1 and m.user_id = h.user_id and m.type = h.type and ${IS_CANDIDATE}
    order by coalesce(u.access_count, 0) desc, m.priority desc, m.id limit $6) best
  join (${CATALOG_FROM}) on m.tenant_id = $1 and m.id = best.id`;

const prune = (table: string, age: string) => `delete from ${table} where ctid = any(array(
  select ctid from ${table} where tenant_id = $1 and ${age} < $2::timestamptz limit ${PRUNED_MAX} for update skip locked))`;

const toJson = (joint: readonly JointRecall[]): string =>
  JSON.stringify(joint.map(({ id, otherId, count, lastAt }) => ({ id, other_id: otherId, count, last_at: lastAt })));

export function createPostgresRecalls(postgres: Postgres): Recalls {
  const query = async (tenantId: string, text: string, params: unknown[]): Promise<Row[]> => {
    const [rows = []] = await postgres.run(tenantId, [{ text, params }], { readOnly: true });
    return rows;
  };

  return {
    stats: (caller, filter, now) => recallStats(postgres, caller, filter, now),

    async countTogether(tenantId, joint, now) {
      if (joint.length === 0) return;
      const ids = [...new Set(joint.flatMap(({ id, otherId }) => [id, otherId]))];
      const statements = [
        { text: COUNT, params: [tenantId, toJson(joint)] },
        { text: KEEP_BEST, params: [tenantId, ids, now] },
      ];
      await postgres.run(tenantId, statements, { role: 'auren_worker' });
    },

    async partners(tenantId, ids, limit, now) {
      if (ids.length === 0) return [];
      const params = [...candidateParams(tenantId, now), ids, togetherStart(now), limit];
      return (await query(tenantId, PARTNERS, params)).map(catalogFromRow);
    },

    async recalledAt(tenantId, hour, limit) {
      return (await query(tenantId, RECALLED_AT, [tenantId, hour, limit])).map((row) => ({
        userId: row.user_id as string,
        type: row.type as MemoryType,
        count: row.count as number,
        total: row.total as number,
      }));
    },

    async ofHabits(tenantId, habits, limit, now) {
      if (habits.length === 0) return [];
      const wanted = JSON.stringify(habits.map(({ userId, type }) => ({ user_id: userId, type })));
      return (await query(tenantId, OF_HABITS, [...candidateParams(tenantId, now), wanted, limit])).map(catalogFromRow);
    },

    async prune(tenantId, now) {
      const statements = [
        { text: prune('co_access', 'last_at'), params: [tenantId, togetherStart(now)] },
        { text: prune('predictions', 'at'), params: [tenantId, predictionStart(now)] },
      ];
      await postgres.run(tenantId, statements, { role: 'auren_worker' });
    },
  };
}
