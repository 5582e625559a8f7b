/** Spaces and their members, both ways. */
import type { Space, SpaceMember } from '@auren/memory/model/space.ts';

export const toMember = ({ agentId, role }: SpaceMember) => ({ agent_id: agentId, role });

export const fromMember = ({ agent_id: agentId, role }: ReturnType<typeof toMember>): SpaceMember => ({
  agentId,
  role,
});

export const toSpace = ({ id, name, createdAt, members }: Space) => ({
  id,
  name,
  created_at: createdAt,
  members: members.map(toMember),
});
