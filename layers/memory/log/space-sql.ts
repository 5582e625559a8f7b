/** What a commit does to a space, as statements; they run after the events are in, in the same transaction. */
import type { Statement } from '../clients/postgres.ts';
import type { LogEvent } from '../model/event.ts';
import type { SpaceWrite } from './port.ts';

const KEEP = `insert into spaces (tenant_id, id, name, created_at, seq, head_hash)
  select $1, $2, $3, $4::timestamptz, $5::int, $6
  where exists (select from events e where e.tenant_id = $1 and e.stream_id = $7 and e.seq = $5 and e.id = $8)`;
/** Nothing where the space was not made: the claim of a repeated request was taken. */
const JOIN_FIRST = `insert into space_members (tenant_id, space_id, agent_id, role)
  select $1, s.id, m.agent_id, m.role from spaces s, jsonb_to_recordset($3::jsonb) as m (agent_id text, role text)
  where s.tenant_id = $1 and s.id = $2`;
const ADVANCE = 'update spaces set seq = $3, head_hash = $4 where tenant_id = $1 and id = $2';
const SET_MEMBER = `insert into space_members (tenant_id, space_id, agent_id, role) values ($1, $2, $3, $4)
  on conflict (tenant_id, space_id, agent_id) do update set role = excluded.role`;
const REMOVE_MEMBER = 'delete from space_members where tenant_id = $1 and space_id = $2 and agent_id = $3';
/** Members go along; the foreign key of memories refuses it while one lies in the space. */
const DELETE = 'delete from spaces where tenant_id = $1 and id = $2';

export function spaceStatements(tenantId: string, change: SpaceWrite, head: LogEvent): Statement[] {
  if (change.write === 'create') {
    const { id, name, createdAt, members } = change.space;
    const rows = members.map(({ agentId, role }) => ({ agent_id: agentId, role }));
    return [
      { text: KEEP, params: [tenantId, id, name, createdAt, head.seq, head.hash, head.streamId, head.id] },
      { text: JOIN_FIRST, params: [tenantId, id, JSON.stringify(rows)] },
    ];
  }
  const { id } = change;
  if (change.write === 'delete') return [{ text: DELETE, params: [tenantId, id] }];
  const advance = { text: ADVANCE, params: [tenantId, id, head.seq, head.hash] };
  if (change.write === 'remove-member') {
    return [advance, { text: REMOVE_MEMBER, params: [tenantId, id, change.agentId] }];
  }
  const { agentId, role } = change.member;
  return [advance, { text: SET_MEMBER, params: [tenantId, id, agentId, role] }];
}
