/** Events of a space's stream: made, members set and removed, deleted. */
import { type ChangeContext, plainEvent } from '../log/change.ts';
import type { EventType, LogEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Space, SpaceMember } from '../model/space.ts';
import type { StoredSpace } from '../spaces/port.ts';

/** Members see it: a space's events are as visible as its memories. */
export function spaceEvent(
  context: ChangeContext,
  id: string,
  head: { seq: number; hash: string } | null,
  event: { type: EventType; agentId: string | null; data: JsonObject },
): LogEvent {
  return plainEvent(context, `space:${id}`, head, {
    ...event,
    data: { space_id: id, ...event.data },
    spaceId: id,
    visibility: 'space',
  });
}

export const headOf = ({ seq, headHash }: StoredSpace) => ({ seq, hash: headHash });

export const memberSet = (
  context: ChangeContext,
  id: string,
  head: { seq: number; hash: string },
  { agentId, role }: SpaceMember,
) => spaceEvent(context, id, head, { type: 'space.member_set', agentId, data: { agent_id: agentId, role } });

/** One event for the space, and one for each member that it begins with. */
export function creation(context: ChangeContext, agentId: string | null, { id, name, members }: Space): LogEvent[] {
  let head = spaceEvent(context, id, null, { type: 'space.created', agentId, data: { name } });
  const events = [head];
  for (const member of members) {
    head = memberSet(context, id, head, member);
    events.push(head);
  }
  return events;
}
