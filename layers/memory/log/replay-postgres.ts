/** The whole log in PostgreSQL, in the order of its primary key. */
import type { Postgres } from '../clients/postgres.ts';
import { EVENT_COLUMNS, eventFromRow } from './event-rows.ts';
import type { LogReplay } from './replay.ts';

/** A page may hold 15 MB, and an index that is not in memory is slow. */
const TIMEOUT_MS = 60_000;
const NEW_EPOCH = "update log_epoch set epoch = replace(gen_random_uuid()::text, '-', '')";

/**
 * The first transaction that PostgreSQL gives to anybody: everything comes after it, and in it position alone decides. All or none of a
 * tenant's events, or those that were ahead would come before those that were not.
 */
const ADMIT = `update events set txid = '3' where tenant_id = $1
  and exists (select from events ahead where ahead.tenant_id = $1 and ahead.txid >= pg_snapshot_xmin(pg_current_snapshot()))`;
const ADMIT_TIMEOUT_MS = 600_000;

export function createPostgresReplay(postgres: Postgres): LogReplay {
  const query = async (tenantId: string, text: string, params: unknown[]) => {
    const [rows = []] = await postgres.run(tenantId, [{ text, params }], { readOnly: true, timeoutMs: TIMEOUT_MS });
    return rows;
  };

  return {
    async page(tenantId, after, limit) {
      const text = `select ${EVENT_COLUMNS} from events where tenant_id = $1 and (stream_id, seq) > ($2::text, $3::int)
        order by stream_id, seq limit $4`;
      const rows = await query(tenantId, text, [tenantId, after?.streamId ?? '', after?.seq ?? 0, limit]);
      return rows.map((row) => eventFromRow(tenantId, row));
    },

    async count(tenantId) {
      const [row] = await query(tenantId, 'select count(*)::int as n from events where tenant_id = $1', [tenantId]);
      return row?.n as number;
    },

    async newEpoch() {
      await postgres.run('', [{ text: NEW_EPOCH }], { role: 'owner' });
    },

    async admit(tenantId) {
      const options = { role: 'auren_worker', timeoutMs: ADMIT_TIMEOUT_MS } as const;
      await postgres.run(tenantId, [{ text: ADMIT, params: [tenantId] }], options);
    },
  };
}
