/** What is about a person, read from PostgreSQL: the log has all content until it is erased, whatever tier holds a copy. */
import { CATALOG_FROM, catalogColumns, catalogFromRow } from '../catalog/rows.ts';
import type { Postgres, Row } from '../clients/postgres.ts';
import { EVENT_COLUMNS, eventFromRow } from '../log/event-rows.ts';
import type { JsonObject } from '../model/json.ts';
import type { Persons } from './port.ts';
import { READ_TRACES } from './traces-sql.ts';

const OF_EVENT = EVENT_COLUMNS.replaceAll(/\w+/g, 'e.$&');

export function createPostgresPersons(postgres: Postgres): Persons {
  const query = async (tenantId: string, text: string, params: unknown[]): Promise<Row[]> => {
    const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, ...params] }], { readOnly: true });
    return rows;
  };

  return {
    async memories(tenantId, userId, { afterId, limit }, content) {
      const text = `select ${catalogColumns(content)} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.user_id = $2 and m.id > $3 order by m.id limit $4`;
      return (await query(tenantId, text, [userId, afterId ?? '', limit])).map(catalogFromRow);
    },

    async streams(tenantId, userId, { afterId, limit }) {
      const text = `select stream_id from events
        where tenant_id = $1 and user_id = $2 and seq = 1 and stream_id > $3 order by stream_id limit $4`;
      return (await query(tenantId, text, [userId, afterId ?? '', limit])).map((row) => row.stream_id as string);
    },

    async events(tenantId, userId, { after, limit }) {
      const text = `select ${OF_EVENT} from events s join events e on e.tenant_id = s.tenant_id and e.stream_id = s.stream_id
        where s.tenant_id = $1 and s.user_id = $2 and s.seq = 1 and s.stream_id >= $3 and (e.stream_id, e.seq) > ($3, $4::int)
        order by s.stream_id, e.seq limit $5`;
      const rows = await query(tenantId, text, [userId, after?.streamId ?? '', after?.seq ?? 0, limit]);
      return rows.map((row) => eventFromRow(tenantId, row));
    },

    async traces(tenantId, userId, kind, { after, limit }) {
      const rows = await query(tenantId, READ_TRACES[kind], [userId, after ?? '', limit]);
      return rows.map((row) => ({ key: row.key as string, data: row.data as JsonObject }));
    },
  };
}
