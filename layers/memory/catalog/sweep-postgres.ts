/** What the sweep looks for, in PostgreSQL: each read has an index of its own and reads no row that is not due. */
import type { Postgres, Row } from '../clients/postgres.ts';
import { type Instant, instant } from '../clock.ts';
import type { RetentionPolicy } from '../policy/retention-policy.ts';
import type { SweepCatalog, UsedRow } from './port.ts';
import { CATALOG_FROM, catalogColumns, catalogFromRow, notExpired } from './rows.ts';

const usedFromRow = (row: Row): UsedRow => ({
  ...catalogFromRow(row),
  recentUses: ((row.recent_uses ?? []) as string[]).map((at) => instant(at)),
});

/** An array of timestamps comes as text of PostgreSQL's own: JSON says it plainly. */
const USED_COLUMNS = `${catalogColumns('none')}, to_jsonb(u.recent_uses) as recent_uses`;

/** $2 and $3: made up to then. */
const AGED = `not m.pinned and ((m.tier = 'hot' and m.created_at <= $2::timestamptz) or (m.tier = 'warm' and m.created_at <= $3::timestamptz))`;
const muchUsedSince = (place: string) =>
  `not m.pinned and m.tier <> 'hot' and u.recent_uses[3] > ${place}::timestamptz and u.recent_uses[3] > m.tier_since`;
/** Inner join: whoever has no uses is not much used. */
const USED_FROM = 'memory_usage u join memories m on m.tenant_id = u.tenant_id and m.id = u.id';

export function sweepReads(postgres: Postgres): Omit<SweepCatalog, 'lastFlush' | 'countUses'> {
  const query = async (tenantId: string, text: string, params: unknown[]): Promise<Row[]> => {
    const [rows = []] = await postgres.run(tenantId, [{ text, params }], { readOnly: true });
    return rows;
  };

  return {
    async expired(tenantId, limit, now) {
      const text = `select ${catalogColumns('any')} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.expires_at <= $2::timestamptz order by m.expires_at, m.id limit $3`;
      return (await query(tenantId, text, [tenantId, now, limit])).map(catalogFromRow);
    },

    async aged(tenantId, before, { afterId, limit }, now) {
      const text = `select ${USED_COLUMNS} from ${CATALOG_FROM}
        where m.tenant_id = $1 and ${AGED} and m.id > $4 and ${notExpired('$5')} order by m.id limit $6`;
      return (await query(tenantId, text, [tenantId, before.hot, before.warm, afterId ?? '', now, limit])).map(
        usedFromRow,
      );
    },

    async muchUsed(tenantId, since, { afterId, limit }, now) {
      const text = `select ${USED_COLUMNS} from ${USED_FROM}
        where u.tenant_id = $1 and ${muchUsedSince('$2')} and m.id > $3 and ${notExpired('$4')} order by m.id limit $5`;
      return (await query(tenantId, text, [tenantId, since, afterId ?? '', now, limit])).map(usedFromRow);
    },

    async hotRows(tenantId, { afterId, limit }, now) {
      const text = `select ${catalogColumns('none')} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.tier = 'hot' and m.id > $2 and ${notExpired('$3')} order by m.id limit $4`;
      return (await query(tenantId, text, [tenantId, afterId ?? '', now, limit])).map(catalogFromRow);
    },

    async countDue(tenantId, before: { hot: Instant; warm: Instant }, since, now) {
      const text = `select (select count(*) from memories m where m.tenant_id = $1 and m.expires_at <= $4::timestamptz)::int
        + (select count(*) from memories m where m.tenant_id = $1 and ${AGED} and ${notExpired('$4')})::int
        + (select count(*) from ${USED_FROM} where u.tenant_id = $1 and ${muchUsedSince('$5')} and ${notExpired('$4')})::int as due`;
      const [row] = await query(tenantId, text, [tenantId, before.hot, before.warm, now, since]);
      return row?.due as number;
    },

    async leftMarked(tenantId, limit, now) {
      const text = `select m.id from memories m
        where m.tenant_id = $1 and m.retained_by is not null and ${notExpired('$2')}
          and not exists (select from agent_policies p where p.tenant_id = m.tenant_id and p.agent_id = m.agent_id) limit $3`;
      return (await query(tenantId, text, [tenantId, now, limit])).map((row) => row.id as string);
    },

    async policies(tenantId) {
      const text = 'select agent_id, policy from agent_policies where tenant_id = $1 order by agent_id';
      return (await query(tenantId, text, [tenantId])).map((row) => ({
        agentId: row.agent_id as string,
        policy: row.policy as RetentionPolicy,
      }));
    },
  };
}
