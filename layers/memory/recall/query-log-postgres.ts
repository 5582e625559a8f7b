/** The log of queries in PostgreSQL. */
import type { Postgres } from '../clients/postgres.ts';
import type { SearchQuery } from '../search/port.ts';
import type { QueryLog } from './port.ts';

const PRUNED_MAX = 5_000;
/** The newest entries that are looked through for different ones: an agent may ask the same again and again. */
const RECENT_SAMPLE = 1_000;

/** A sweep may still hold queries about a person who has been erased since it read them. */
const ADD = `insert into query_log (tenant_id, id, agent_id, user_id, at, query)
  select $1, q.id, q.agent_id, q.user_id, q.at, q.query
  from jsonb_to_recordset($2::jsonb) as q (id text, agent_id text, user_id text, at timestamptz, query jsonb)
  where not exists (select from erasures e
    where e.tenant_id = $1 and e.user_id = q.user_id and (e.completed_at is null or e.completed_at >= q.at))
  on conflict (tenant_id, id) do nothing`;

const RECENT = `select query from (
    select query, at from query_log where tenant_id = $1 and agent_id = $2 order by at desc limit ${RECENT_SAMPLE}) asked
  group by query order by max(at) desc, query limit $3`;

const PRUNE = `delete from query_log where ctid = any(array(
  select ctid from query_log where tenant_id = $1 and at < $2::timestamptz limit ${PRUNED_MAX}))`;

export function createPostgresQueryLog(postgres: Postgres): QueryLog {
  return {
    async add(tenantId, queries) {
      if (queries.length === 0) return;
      const rows = queries.map(({ id, agentId, at, query }) => {
        return { id, agent_id: agentId, user_id: query.userId, at, query };
      });
      const params = [tenantId, JSON.stringify(rows)];
      await postgres.run(tenantId, [{ text: ADD, params }], { role: 'auren_worker' });
    },

    async recent(tenantId, agentId, limit) {
      const params = [tenantId, agentId, limit];
      const [rows = []] = await postgres.run(tenantId, [{ text: RECENT, params }], { readOnly: true });
      return rows.map(({ query }) => query as SearchQuery);
    },

    async prune(tenantId, before) {
      await postgres.run(tenantId, [{ text: PRUNE, params: [tenantId, before] }], { role: 'auren_worker' });
    },
  };
}
