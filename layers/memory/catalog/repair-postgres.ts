/** Repair of the catalog in PostgreSQL: a batch is one short transaction, and one with nothing to do writes nothing. */
import type { Postgres, Row, Statement } from '../clients/postgres.ts';
import { rowToJson } from '../log/commit-postgres.ts';
import type { MemoryRecord } from '../model/memory.ts';
import type { StoredSpace } from '../spaces/port.ts';
import type { CatalogRepair } from './repair.ts';
import * as sql from './repair-sql.ts';
import { CATALOG_FROM, catalogColumns, catalogFromRow } from './rows.ts';

const WARM_COPY_ALONE = `${catalogColumns('none').replace('null::jsonb as content', 'm.content')}`;

const asJson = ({ content, ...record }: MemoryRecord) => rowToJson({ record, content, isNew: true });

const spaceAsJson = ({ id, name, createdAt, seq, headHash, members }: StoredSpace) => ({
  id,
  name,
  created_at: createdAt,
  seq,
  head_hash: headHash,
  members: members.map(({ agentId, role }) => ({ agent_id: agentId, role })),
});

export function createPostgresRepair(postgres: Postgres): CatalogRepair {
  async function read(tenantId: string, text: string, params: unknown[]): Promise<Row[]> {
    const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, ...params] }], { readOnly: true });
    return rows;
  }

  /** Answers the sum of the counts that the statements answer. */
  async function change(tenantId: string, statements: Statement[]): Promise<number> {
    const answers = await postgres.run(tenantId, statements, { role: 'auren_worker' });
    return answers.reduce((sum, [row]) => sum + ((row?.n as number | undefined) ?? 0), 0);
  }

  return {
    async rows(tenantId, ids) {
      const text = `select ${WARM_COPY_ALONE} from ${CATALOG_FROM} where m.tenant_id = $1 and m.id = any($2::text[])`;
      return (await read(tenantId, text, [ids])).map(catalogFromRow);
    },

    async ids(tenantId, afterId, limit) {
      const text = 'select id from memories where tenant_id = $1 and id > $2 order by id limit $3';
      return (await read(tenantId, text, [afterId ?? '', limit])).map((row) => row.id as string);
    },

    async count(tenantId) {
      const [row] = await read(tenantId, 'select count(*)::int as n from memories where tenant_id = $1', []);
      return row?.n as number;
    },

    async restore(tenantId, records) {
      if (records.length === 0) return 0;
      const ids = records.map(({ id }) => id);
      const rows = JSON.stringify(records.map(asJson));
      return await change(tenantId, [
        { text: sql.LOCK_ROWS, params: [tenantId, ids] },
        { text: sql.RELEASE_KEYS, params: [tenantId, rows] },
        { text: sql.RESTORE_ROWS, params: [tenantId, rows] },
      ]);
    },

    ended: async (tenantId, ids) => (await read(tenantId, sql.ENDED, [ids])).map((row) => row.id as string),

    removeEnded: (tenantId, ids) =>
      change(tenantId, [
        { text: sql.LOCK_ROWS, params: [tenantId, ids] },
        { text: sql.REMOVE_ENDED, params: [tenantId, ids] },
      ]),

    restoreSpaces(tenantId, spaces) {
      const params = [tenantId, JSON.stringify(spaces.map(spaceAsJson))];
      return change(
        tenantId,
        sql.RESTORE_SPACES.map((text) => ({ text, params })),
      );
    },

    removeSpaces: (tenantId, keep) => change(tenantId, [{ text: sql.REMOVE_SPACES, params: [tenantId, keep] }]),

    restorePolicies(tenantId, policies) {
      const rows = policies.map(({ agentId, seq, policy }) => ({ agent_id: agentId, seq, policy }));
      return change(tenantId, [{ text: sql.RESTORE_POLICIES, params: [tenantId, JSON.stringify(rows)] }]);
    },
  };
}
