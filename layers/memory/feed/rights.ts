/** Which events change what a connection may see: it is closed, and comes back with the rights that it has then. Pure. */
import type { Caller } from '../model/caller.ts';
import type { PlacedEvent } from '../model/event.ts';
import type { Member } from './port.ts';

/** Only what came after the connection: it may well be read later, by one who begins in history. */
export function rightsChanged({ caller, since }: Pick<Member, 'caller' | 'since'>, event: PlacedEvent): boolean {
  const { type, data, spaceId, at } = event;
  if (at < since) return false;
  switch (type) {
    case 'key.revoked':
      return data.key_id === caller.keyId;
    case 'space.member_set':
      return isOther(caller, data.agent_id, spaceId, data.role);
    case 'space.member_removed':
      return isOther(caller, data.agent_id, spaceId, undefined);
    case 'space.deleted':
      return caller.agentId !== null && spaceId !== null && Object.hasOwn(caller.spaceRoles, spaceId);
    default:
      return false;
  }
}

/** The role of the caller's own agent, and another than it came with. */
const isOther = (caller: Caller, agentId: unknown, spaceId: string | null, role: unknown): boolean =>
  caller.agentId !== null && agentId === caller.agentId && spaceId !== null && caller.spaceRoles[spaceId] !== role;
