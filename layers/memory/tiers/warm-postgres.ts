/** The warm tier: content in the catalog's own row. A copy goes with its row's seq, so it can never be ahead or behind. */
import type { Postgres } from '../clients/postgres.ts';
import type { JsonObject } from '../model/json.ts';
import type { Tier } from './port.ts';

const MARKS = 'jsonb_to_recordset($2::jsonb) as k (id text, seq int, content jsonb)';

export function createWarmTier(postgres: Postgres): Tier {
  return {
    name: 'warm',
    async put(tenantId, records) {
      const text = `update memories m set content = k.content from ${MARKS}
        where m.tenant_id = $1 and m.id = k.id and m.seq = k.seq`;
      const copies = records.map(({ id, seq, content }) => ({ id, seq, content }));
      await postgres.run(tenantId, [{ text, params: [tenantId, JSON.stringify(copies)] }], { role: 'auren_worker' });
    },
    async get(tenantId, ids) {
      const text =
        'select id, seq, content from memories where tenant_id = $1 and id = any($2::text[]) and content is not null';
      const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, ids] }], { readOnly: true });
      return new Map(
        rows.map((row) => [
          row.id as string,
          { id: row.id as string, seq: row.seq as number, content: row.content as JsonObject },
        ]),
      );
    },
    async remove(tenantId, marks) {
      const text = `update memories m set content = null from ${MARKS} where m.tenant_id = $1 and m.id = k.id and m.seq <= k.seq`;
      await postgres.run(tenantId, [{ text, params: [tenantId, JSON.stringify(marks)] }], { role: 'auren_worker' });
    },
    async count(tenantId) {
      const text = 'select count(*)::int as n from memories where tenant_id = $1 and content is not null';
      const [rows] = await postgres.run(tenantId, [{ text, params: [tenantId] }], { readOnly: true });
      return rows?.[0]?.n as number;
    },
  };
}
