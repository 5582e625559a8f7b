/** Patterns in PostgreSQL. */
import { decodePageCursor, encodePageCursor } from '../catalog/page-cursor.ts';
import { notExpired } from '../catalog/rows.ts';
import type { Postgres, Row } from '../clients/postgres.ts';
import { instant } from '../clock.ts';
import { placeholders, visibleTo } from '../log/filter-sql.ts';
import type { SeenMember, StoredPattern } from '../model/pattern.ts';
import type { Patterns } from './port.ts';

const COLUMNS =
  'p.id, p.reader, p.user_id, p.agent_id, p.label, p.terms, p.members, p.min_size, p.discovered_at, p.seq, p.head_hash';
/** As they were seen at discovery. */
const SEEN = 'jsonb_to_recordset(p.members) as k (id text, agent_id text, visibility text, space_id text)';

type SeenJson = Pick<SeenMember, 'id' | 'similarity' | 'visibility'> & { agent_id: string; space_id: string | null };

const patternFromRow = (row: Row): StoredPattern => ({
  id: row.id as string,
  scope: {
    reader: row.reader as string | null,
    userId: row.user_id as string | null,
    agentId: row.agent_id as string | null,
  },
  label: row.label as string,
  terms: row.terms as string[],
  members: (row.members as SeenJson[]).map(({ agent_id, space_id, ...member }) => ({
    ...member,
    agentId: agent_id,
    spaceId: space_id,
  })),
  minSize: row.min_size as number,
  discoveredAt: instant(row.discovered_at as Date),
  seq: row.seq as number,
  headHash: row.head_hash as string,
});

export function createPostgresPatterns(postgres: Postgres): Patterns {
  const query = async (tenantId: string, text: string, params: unknown[]): Promise<Row[]> => {
    const [rows = []] = await postgres.run(tenantId, [{ text, params }], { readOnly: true });
    return rows;
  };

  return {
    async ofScope(tenantId, { reader, userId, agentId }) {
      const text = `select ${COLUMNS} from patterns p where p.tenant_id = $1 and p.reader is not distinct from $2::text
        and p.user_id is not distinct from $3::text and p.agent_id is not distinct from $4::text order by p.id`;
      return (await query(tenantId, text, [tenantId, reader, userId, agentId])).map(patternFromRow);
    },

    async list(caller, { userId, agentId, ids, limit, cursor }, now) {
      const params: unknown[] = [caller.tenantId];
      const place = placeholders(params);
      const left = `select from ${SEEN} join memories m on m.tenant_id = $1 and m.id = k.id where ${notExpired(place(now))}`;
      const holds = (column: string, value: string | undefined) =>
        value === undefined ? 'true' : `exists (${left} and m.${column} = ${place(value)})`;
      const terms = [
        'p.tenant_id = $1',
        cursor === undefined ? 'true' : `p.id < ${place(decodePageCursor(cursor, ['string'])[0])}`,
        ids === undefined ? 'true' : `p.id = any(${place(ids)}::text[])`,
        holds('user_id', userId),
        holds('agent_id', agentId),
        `not exists (select from ${SEEN} where not ${visibleTo(caller, place, 'k.')})`,
        `not exists (${left} and not ${visibleTo(caller, place, 'm.')})`,
        `(select count(*) from (${left}) alive) >= p.min_size`,
      ];
      const text = `select ${COLUMNS} from patterns p where ${terms.join('\n and ')} order by p.id desc limit ${place(limit + 1)}`;
      const rows = await query(caller.tenantId, text, params);
      const items = rows.slice(0, limit).map(patternFromRow);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? encodePageCursor([last.id]) : null };
    },
  };
}
