/** Erasures in PostgreSQL: one row each, which says how far it is; what it erased is counted from the log. */
import type { Postgres, Row } from '../clients/postgres.ts';
import { instant } from '../clock.ts';
import type { Certificate } from './certificate.ts';
import type { ErasedCounts, ErasureRecord, Erasures } from './port.ts';
import { LONG_MS, REMOVE_TRACES } from './traces-sql.ts';

const STREAMS = 'select count(*)::int from events where tenant_id = $1 and user_id = $2 and seq = 1';

/** Makes none where one is open, or where the last one stands for all that there ever was. */
const BEGIN = `insert into erasures (tenant_id, id, user_id, requested_at)
  select $1, $3, $2, $4::timestamptz
  where exists (select from memories m where m.tenant_id = $1 and m.user_id = $2)
     or exists (select from query_log q where q.tenant_id = $1 and q.user_id = $2)
     or not exists (select from erasures e where e.tenant_id = $1 and e.user_id = $2 and e.streams = (${STREAMS}))
  on conflict do nothing`;
const LATEST = `select id, requested_at, cleared, chain_verified, certificate from erasures where tenant_id = $1 and user_id = $2
  order by completed_at desc nulls first, requested_at desc, id desc limit 1`;

/** The inner order makes the planner go by the primary key, whatever it knows of the table. */
const TALLY = `select count(*) filter (where x.tier = 'hot')::int as hot, count(*) filter (where x.tier = 'warm')::int as warm,
    count(*) filter (where x.tier = 'cold')::int as cold,
    count(*) filter (where x.tier is not null and s.stream_id <= e.cleared)::int as index,
    coalesce(sum(x.payloads) filter (where x.tier is not null), 0)::int as events,
    coalesce((e.removed ->> 'queries')::int, 0) as queries, coalesce((e.removed ->> 'patterns')::int, 0) as patterns,
    coalesce((e.removed ->> 'idempotency')::int, 0) as idempotency, count(s.stream_id)::int as streams
  from erasures e
  left join events s on s.tenant_id = $1 and s.user_id = $2 and s.seq = 1
  left join lateral (
    select max(p.tier) filter (where p.type = 'memory.erased' and p.data ->> 'erasure_id' = $3) as tier,
      count(*) filter (where p.payload_hash <> '') as payloads
    from (select tier, type, data, payload_hash from events where tenant_id = $1 and stream_id = s.stream_id order by seq) p) x on true
  where e.tenant_id = $1 and e.id = $3 group by e.cleared, e.removed`;

/** Removed and counted at once. $1 tenant, $2 person, $3 erasure. */
const counted = ([name, remove]: [string, string]): string => `with gone as (${remove} returning 1)
  update erasures set removed = removed
    || jsonb_build_object('${name}', coalesce((removed ->> '${name}')::int, 0) + (select count(*) from gone)::int)
  where tenant_id = $1 and id = $3`;
const REMOVE = Object.entries(REMOVE_TRACES).map(counted);

const recordFromRow = (row: Row): ErasureRecord => ({
  id: row.id as string,
  requestedAt: instant(row.requested_at as Date),
  cleared: row.cleared as string | null,
  chainVerified: row.chain_verified as boolean,
  certificate: row.certificate as Certificate | null,
});

export function createPostgresErasures(postgres: Postgres): Erasures {
  return {
    async begin(tenantId, userId, { id, requestedAt }) {
      const [, [row] = []] = await postgres.run(tenantId, [
        { text: BEGIN, params: [tenantId, userId, id, requestedAt] },
        { text: LATEST, params: [tenantId, userId] },
      ]);
      if (row === undefined) throw new Error('an erasure was begun, but there is none');
      return recordFromRow(row);
    },

    async removeTraces(tenantId, userId, id) {
      const params = [tenantId, userId, id];
      await postgres.run(
        tenantId,
        REMOVE.map((text) => ({ text, params })),
        { timeoutMs: LONG_MS },
      );
    },

    async advance(tenantId, id, { cleared, chainVerified }) {
      const text = `update erasures set cleared = $3, chain_verified = chain_verified and $4::boolean
        where tenant_id = $1 and id = $2 and certificate is null`;
      await postgres.run(tenantId, [{ text, params: [tenantId, id, cleared, chainVerified] }]);
    },

    async tally(tenantId, userId, id) {
      const options = { readOnly: true, timeoutMs: LONG_MS };
      const [[row = {}] = []] = await postgres.run(
        tenantId,
        [{ text: TALLY, params: [tenantId, userId, id] }],
        options,
      );
      const { streams, ...counts } = row;
      return { counts: counts as unknown as ErasedCounts, streams: streams as number };
    },

    async complete(tenantId, id, certificate, streams) {
      const set = `update erasures set certificate = $3::json, completed_at = $4, streams = $5
        where tenant_id = $1 and id = $2 and certificate is null`;
      const params = [tenantId, id, JSON.stringify(certificate), certificate.completed_at, streams];
      const get = 'select certificate from erasures where tenant_id = $1 and id = $2';
      const [, [row] = []] = await postgres.run(tenantId, [
        { text: set, params },
        { text: get, params: [tenantId, id] },
      ]);
      return row?.certificate as Certificate;
    },
  };
}
