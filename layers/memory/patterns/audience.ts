/** Who may learn of a pattern from its event: nobody who could not read every memory of it. Pure; see log/filter-sql.ts for the rule. */
import type { EventHeader } from '../model/event.ts';
import type { SeenMember } from '../model/pattern.ts';

type Audience = Pick<EventHeader, 'agentId' | 'spaceId' | 'visibility'>;

/** `reader` is the agent whose key found it: what that key may read is all that it looked at. Unbound keys see every event. */
export function audienceOf(members: readonly SeenMember[], reader: string | null): Audience {
  const closed = members.filter(({ visibility }) => visibility !== 'user');
  const owners = new Set(closed.map(({ agentId }) => agentId));
  const [owner = null] = owners.size === 1 ? owners : [];
  const agentId = reader ?? owner;
  if (closed.length === 0) return { agentId, spaceId: null, visibility: 'user' };
  const spaces = new Set(closed.map(({ visibility, spaceId }) => (visibility === 'space' ? spaceId : null)));
  const [spaceId = null] = spaces.size === 1 ? spaces : [];
  return { agentId, spaceId, visibility: spaceId === null ? null : 'space' };
}
