/** Spaces and their members in PostgreSQL. */
import { decodePageCursor, encodePageCursor } from '../catalog/page-cursor.ts';
import { CATALOG_FROM, catalogColumns, catalogFromRow } from '../catalog/rows.ts';
import type { Postgres, Row } from '../clients/postgres.ts';
import { instant } from '../clock.ts';
import type { Space, SpaceMember } from '../model/space.ts';
import type { Spaces } from './port.ts';

const MEMBERS = `coalesce((select jsonb_agg(jsonb_build_object('agentId', m.agent_id, 'role', m.role) order by m.agent_id collate "C")
  from space_members m where m.tenant_id = s.tenant_id and m.space_id = s.id), '[]')`;
const COLUMNS = `s.id, s.name, s.created_at, s.seq, s.head_hash, ${MEMBERS} as members`;
const IS_MEMBER = `exists (select from space_members o where o.tenant_id = s.tenant_id and o.space_id = s.id and o.agent_id = $4)`;

const spaceFromRow = (row: Row): Space => ({
  id: row.id as string,
  name: row.name as string,
  createdAt: instant(row.created_at as Date),
  members: row.members as SpaceMember[],
});

export function createPostgresSpaces(postgres: Postgres): Spaces {
  const query = async (tenantId: string, text: string, params: unknown[]): Promise<Row[]> => {
    const [rows = []] = await postgres.run(tenantId, [{ text, params }], { readOnly: true });
    return rows;
  };

  return {
    async find(tenantId, id) {
      const text = `select ${COLUMNS} from spaces s where s.tenant_id = $1 and s.id = $2`;
      const [row] = await query(tenantId, text, [tenantId, id]);
      if (row === undefined) return null;
      return { ...spaceFromRow(row), seq: row.seq as number, headHash: row.head_hash as string };
    },

    async list(tenantId, { agentId, limit, cursor }) {
      const [after] = cursor === undefined ? [''] : decodePageCursor(cursor, ['string']);
      const text = `select ${COLUMNS} from spaces s where s.tenant_id = $1 and s.id > $2 ${agentId === null ? '' : `and ${IS_MEMBER}`}
        order by s.id limit $3`;
      const params = [tenantId, after, limit + 1, ...(agentId === null ? [] : [agentId])];
      const rows = await query(tenantId, text, params);
      const items = rows.slice(0, limit).map(spaceFromRow);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? encodePageCursor([last.id]) : null };
    },

    async countsOf(tenantId, agentIds) {
      const text = `select agent_id, count(*)::int as n from space_members
        where tenant_id = $1 and agent_id = any($2::text[]) group by agent_id`;
      const rows = await query(tenantId, text, [tenantId, agentIds]);
      return new Map(rows.map((row) => [row.agent_id as string, row.n as number]));
    },

    async expiredIn(tenantId, id, now, limit) {
      const text = `select ${catalogColumns('none')} from ${CATALOG_FROM}
        where m.tenant_id = $1 and m.space_id = $2 and m.expires_at <= $3::timestamptz order by m.id limit $4`;
      return (await query(tenantId, text, [tenantId, id, now, limit])).map(catalogFromRow);
    },
  };
}
