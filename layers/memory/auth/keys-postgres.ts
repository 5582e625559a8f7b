/** API keys in PostgreSQL. A key is resolved by its hash through a definer function: its tenant is not known yet. */
import { decodePageCursor, encodePageCursor } from '../catalog/page-cursor.ts';
import type { Postgres, Row } from '../clients/postgres.ts';
import { instant } from '../clock.ts';
import type { Scope, SpaceRole } from '../model/caller.ts';
import type { ApiKeyStore, StoredApiKey } from './key-store.ts';
import type { ApiKeyRecord } from './port.ts';

const COLUMNS = 'id, hash, scopes, agent_id, name, created_at, expires_at, revoked_at, seq, head_hash';

const optionalInstant = (value: unknown) => (value === null ? null : instant(value as Date));

const keyFromRow = (row: Row): StoredApiKey => ({
  id: row.id as string,
  hash: row.hash as string,
  scopes: row.scopes as Scope[],
  agentId: row.agent_id as string | null,
  name: row.name as string | null,
  createdAt: instant(row.created_at as Date),
  expiresAt: optionalInstant(row.expires_at),
  revokedAt: optionalInstant(row.revoked_at),
  seq: row.seq as number,
  headHash: row.head_hash as string,
});

const recordFromRow = (row: Row): ApiKeyRecord => ({
  tenantId: row.tenant_id as string,
  id: row.id as string,
  scopes: row.scopes as Scope[],
  agentId: row.agent_id as string | null,
  spaceRoles: row.space_roles as Record<string, SpaceRole>,
  expiresAt: optionalInstant(row.expires_at),
  revokedAt: optionalInstant(row.revoked_at),
});

export function createPostgresApiKeys(postgres: Postgres): ApiKeyStore {
  return {
    async resolve(hash) {
      const text = 'select * from resolve_api_key($1)';
      const [[row] = []] = await postgres.run('', [{ text, params: [hash] }], { readOnly: true });
      return row === undefined ? null : recordFromRow(row);
    },
    async current(tenantId, ids) {
      const text = `select k.tenant_id, k.id, k.scopes, k.agent_id, k.expires_at, k.revoked_at,
          coalesce((select jsonb_object_agg(s.space_id, s.role) from space_members s
                     where s.tenant_id = k.tenant_id and s.agent_id = k.agent_id), '{}') as space_roles
        from api_keys k where k.tenant_id = $1 and k.id = any($2::text[])`;
      const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, ids] }], { readOnly: true });
      return rows.map(recordFromRow);
    },
    async find(tenantId, id) {
      const text = `select ${COLUMNS} from api_keys where tenant_id = $1 and id = $2`;
      const [[row] = []] = await postgres.run(tenantId, [{ text, params: [tenantId, id] }], { readOnly: true });
      return row === undefined ? null : keyFromRow(row);
    },
    async list(tenantId, { limit, cursor }) {
      const [after] = cursor === undefined ? [''] : decodePageCursor(cursor, ['string']);
      const text = `select ${COLUMNS} from api_keys where tenant_id = $1 and id > $2 order by id limit $3`;
      const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, after, limit + 1] }], {
        readOnly: true,
      });
      const items = rows.slice(0, limit).map(keyFromRow);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? encodePageCursor([last.id]) : null };
    },
    async hashesOf(tenantId, agentIds) {
      const text =
        'select hash from api_keys where tenant_id = $1 and agent_id = any($2::text[]) and revoked_at is null';
      const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId, agentIds] }], { readOnly: true });
      return rows.map((row) => row.hash as string);
    },
    async addTenant(tenantId) {
      const text = 'insert into tenants (tenant_id, created_at) values ($1, now()) on conflict do nothing returning 1';
      const [rows = []] = await postgres.run(tenantId, [{ text, params: [tenantId] }], { role: 'auren_worker' });
      return rows.length === 1;
    },
  };
}
