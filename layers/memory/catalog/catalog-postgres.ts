/** The catalog in PostgreSQL: reads by id, by key, by agent. Lists and counts have files of their own. */
import type { Postgres, Row } from '../clients/postgres.ts';
import { placeholders, visibleTo } from '../log/filter-sql.ts';
import type { JsonObject } from '../model/json.ts';
import type { RetentionPolicy } from '../policy/retention-policy.ts';
import { listAgents, listMemories } from './list-postgres.ts';
import { findMemoriesAsOf, listMemoriesAsOf } from './past-postgres.ts';
import type { Catalog, CatalogRow } from './port.ts';
import { CATALOG_FROM, catalogColumns, catalogFromRow, notExpired } from './rows.ts';
import { catalogStats } from './stats-postgres.ts';
import { sweepReads } from './sweep-postgres.ts';
import { useCounts } from './uses-postgres.ts';

const OF_AGENT_MAX = 100_000;
/** The newest memories that are looked at to find the most recent partitions. */
const RECENT_SAMPLE = 2_000;

export function createPostgresCatalog(postgres: Postgres): Catalog {
  const query = async (tenantId: string, text: string, params: unknown[]): Promise<Row[]> => {
    const [rows = []] = await postgres.run(tenantId, [{ text, params }], { readOnly: true });
    return rows;
  };

  return {
    ...sweepReads(postgres),
    ...useCounts(postgres),

    async find(tenantId, ids, content, now) {
      if (ids.length === 0) return [];
      const text = `select ${catalogColumns(content)} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.id = any($2::text[]) and ${notExpired('$3')}`;
      return (await query(tenantId, text, [tenantId, ids, now])).map(catalogFromRow);
    },

    async findByKey(tenantId, keys) {
      if (keys.length === 0) return [];
      const text = `select ${catalogColumns('any')} from ${CATALOG_FROM}
        join jsonb_to_recordset($2::jsonb) as k (agent_id text, user_id text, space_id text, key text)
          on m.agent_id = k.agent_id and coalesce(m.user_id, '') = coalesce(k.user_id, '')
          and coalesce(m.space_id, '') = coalesce(k.space_id, '') and m.key = k.key
        where m.tenant_id = $1 and m.key is not null`;
      const wanted = keys.map(({ agentId, userId, spaceId, key }) => ({
        agent_id: agentId,
        user_id: userId,
        space_id: spaceId,
        key,
      }));
      return (await query(tenantId, text, [tenantId, JSON.stringify(wanted)])).map(catalogFromRow);
    },

    async list(caller, listQuery, now) {
      if (listQuery.asOf !== undefined) return await listMemoriesAsOf(postgres, caller, listQuery, listQuery.asOf);
      const page = await listMemories(postgres, caller, listQuery, now);
      return { ...page, items: page.items.map(withContent) };
    },

    findAsOf: (caller, ids, asOf) => findMemoriesAsOf(postgres, caller, ids, asOf),

    async ofAgent(tenantId, agentId, now) {
      const text = `select ${catalogColumns('none')} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.agent_id = $2 and ${notExpired('$3')} order by m.id limit ${OF_AGENT_MAX}`;
      return (await query(tenantId, text, [tenantId, agentId, now])).map(catalogFromRow);
    },

    async hotPage(tenantId, afterId, limit, now) {
      const text = `select ${catalogColumns('any')} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.tier = 'hot' and m.id > $2 and ${notExpired('$3')} order by m.id limit $4`;
      return (await query(tenantId, text, [tenantId, afterId ?? '', now, limit])).map(catalogFromRow);
    },

    stats: (caller, filter, now) => catalogStats(postgres, caller, filter, now),
    agents: (caller, page, now) => listAgents(postgres, caller, page, now),

    async policy(tenantId, agentId) {
      const text = 'select policy from agent_policies where tenant_id = $1 and agent_id = $2';
      const [row] = await query(tenantId, text, [tenantId, agentId]);
      return row === undefined ? null : (row.policy as RetentionPolicy);
    },

    async dropWarmCopies(tenantId, marks) {
      const text = `update memories m set content = null from jsonb_to_recordset($2::jsonb) as k (id text, seq int)
        where m.tenant_id = $1 and m.id = k.id and m.seq = k.seq and m.tier = 'cold'`;
      await postgres.run(tenantId, [{ text, params: [tenantId, JSON.stringify(marks)] }], { role: 'auren_worker' });
    },

    async recentPartitions(caller, limit, now) {
      const params: unknown[] = [caller.tenantId];
      const place = placeholders(params);
      const text = `select partition from (
          select m.partition, m.created_at from memories m
          where m.tenant_id = $1 and ${notExpired(place(now))} and ${visibleTo(caller, place, 'm.')}
          order by m.created_at desc limit ${RECENT_SAMPLE}) newest
        group by partition order by max(created_at) desc limit ${place(limit)}`;
      return (await query(caller.tenantId, text, params)).map((row) => row.partition as string);
    },
  };
}

function withContent(row: CatalogRow): CatalogRow & { content: JsonObject } {
  if (row.content === null) throw new Error(`memory ${row.id} has no content in the log`);
  return { ...row, content: row.content };
}
