/** What is about a person, found by the first events of their memories and read from PostgreSQL: the log has all content until it is erased, whatever tier holds a copy. */
import type { CatalogRow } from '../catalog/port.ts';
import { CATALOG_FROM, catalogColumns, catalogFromRow } from '../catalog/rows.ts';
import type { Postgres, Row } from '../clients/postgres.ts';
import { EVENT_COLUMNS, eventFromRow } from '../log/event-rows.ts';
import type { JsonObject } from '../model/json.ts';
import type { Persons } from './port.ts';
import { LONG_MS, READ_TRACES, TELLS_OF_ERASED } from './traces-sql.ts';

/** As one join, a planner without statistics of tables that have just grown would compare everything with everything. */
const STREAMS_AT_ONCE = 1_000;
const OF_EVENT = EVENT_COLUMNS.replaceAll(/\w+/g, 'e.$&');

export function createPostgresPersons(postgres: Postgres): Persons {
  const query = async (tenantId: string, text: string, params: unknown[], timeout = {}): Promise<Row[]> => {
    const options = { readOnly: true, ...timeout };
    const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, ...params] }], options);
    return rows;
  };

  const streams: Persons['streams'] = async (tenantId, userId, { afterId, limit }) => {
    const text = `select stream_id from events
      where tenant_id = $1 and user_id = $2 and seq = 1 and stream_id > $3 order by stream_id limit $4`;
    return (await query(tenantId, text, [userId, afterId ?? '', limit])).map((row) => row.stream_id as string);
  };

  return {
    streams,

    async lastStream(tenantId, userId) {
      const text = `select stream_id from events
        where tenant_id = $1 and user_id = $2 and seq = 1 order by stream_id desc limit 1`;
      return ((await query(tenantId, text, [userId]))[0]?.stream_id ?? null) as string | null;
    },

    async memories(tenantId, userId, { afterId, limit }, content) {
      const text = `select ${catalogColumns(content)} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.id = any($2::text[]) order by m.id limit $3`;
      const found: CatalogRow[] = [];
      let after = afterId;
      while (found.length < limit) {
        const ids = await streams(tenantId, userId, { afterId: after, limit: STREAMS_AT_ONCE });
        const rows = ids.length > 0 ? await query(tenantId, text, [ids, limit - found.length]) : [];
        found.push(...rows.map(catalogFromRow));
        if (ids.length < STREAMS_AT_ONCE) break;
        after = ids.at(-1) ?? null;
      }
      return found;
    },

    async events(tenantId, userId, { after, limit }) {
      // One stream more than events: the first may have been told to its end.
      const text = `select ${OF_EVENT} from (
          select stream_id from events where tenant_id = $1 and user_id = $2 and seq = 1 and stream_id >= $3
          order by stream_id limit $5 + 1) s
        cross join lateral (
          select * from events x where x.tenant_id = $1 and x.stream_id = s.stream_id and (x.stream_id > $3 or x.seq > $4::int)
          order by x.seq limit $5) e
        order by e.stream_id, e.seq limit $5`;
      const rows = await query(tenantId, text, [userId, after?.streamId ?? '', after?.seq ?? 0, limit]);
      return rows.map((row) => eventFromRow(tenantId, row));
    },

    async traces(tenantId, userId, kind, { after, limit }) {
      const rows = await query(tenantId, READ_TRACES[kind], [userId, after ?? '', limit]);
      return rows.map((row) => ({ key: row.key as string, data: row.data as JsonObject }));
    },

    async insights(tenantId, userId, { afterId, limit }) {
      const text = `select ${catalogColumns('none')} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.user_id is distinct from $2 and m.id > $3 and ${TELLS_OF_ERASED} order by m.id limit $4`;
      const rows = await query(tenantId, text, [userId, afterId ?? '', limit], { timeoutMs: LONG_MS });
      return rows.map(catalogFromRow);
    },

    async endedBeside(tenantId, userId, erasureId, { afterId, limit }) {
      const text = `select stream_id from events where tenant_id = $1 and type = 'memory.erased' and data ->> 'erasure_id' = $3
        and user_id is distinct from $2 and stream_id > $4 order by stream_id limit $5`;
      const rows = await query(tenantId, text, [userId, erasureId, afterId ?? '', limit]);
      return rows.map((row) => row.stream_id as string);
    },
  };
}
