/** What a commit does to a scope's patterns, as statements; they run after the events are in, in the same transaction. */
import type { Statement } from '../clients/postgres.ts';
import type { StoredPattern } from '../model/pattern.ts';
import type { PatternWrite } from './port.ts';

const RECORDSET = `id text, reader text, user_id text, agent_id text, label text, terms text[], members jsonb, min_size int,
  discovered_at timestamptz, seq int, head_hash text`;
const COLUMNS = 'id, reader, user_id, agent_id, label, terms, members, min_size, discovered_at, seq, head_hash';

/** Nothing where the log does not have its head: the claim of a repeated request was taken. */
const KEEP = `insert into patterns as p (tenant_id, ${COLUMNS})
  select $1, ${COLUMNS.replaceAll(/\w+/g, 'k.$&')} from jsonb_to_recordset($2::jsonb) as k (${RECORDSET})
  where exists (select from events e where e.tenant_id = $1 and e.stream_id = 'pattern:' || k.id and e.seq = k.seq and e.hash = k.head_hash)
  on conflict (tenant_id, id) do update
    set label = excluded.label, terms = excluded.terms, members = excluded.members, min_size = excluded.min_size,
        discovered_at = excluded.discovered_at, seq = excluded.seq, head_hash = excluded.head_hash
    where p.seq <= excluded.seq`;
const DROP = `delete from patterns p using jsonb_to_recordset($2::jsonb) as k (id text, seq int)
  where p.tenant_id = $1 and p.id = k.id and p.seq = k.seq`;

const toRow = ({ scope, members, ...pattern }: StoredPattern) => ({
  id: pattern.id,
  reader: scope.reader,
  user_id: scope.userId,
  agent_id: scope.agentId,
  label: pattern.label,
  terms: pattern.terms,
  members: members.map(({ id, similarity, agentId, visibility, spaceId }) => ({
    id,
    similarity,
    agent_id: agentId,
    visibility,
    space_id: spaceId,
  })),
  min_size: pattern.minSize,
  discovered_at: pattern.discoveredAt,
  seq: pattern.seq,
  head_hash: pattern.headHash,
});

export function patternStatements(tenantId: string, { kept, dropped }: PatternWrite): Statement[] {
  const statements: Statement[] = [];
  if (kept.length > 0) statements.push({ text: KEEP, params: [tenantId, JSON.stringify(kept.map(toRow))] });
  if (dropped.length > 0) {
    const marks = dropped.map(({ id, seq }) => ({ id, seq }));
    statements.push({ text: DROP, params: [tenantId, JSON.stringify(marks)] });
  }
  return statements;
}
