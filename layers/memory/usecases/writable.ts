/** Where a caller may put a memory: its own name, and spaces in which it writes. */
import { AurenError, invalidField } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryFields } from '../model/memory.ts';

/** Throws `agent_mismatch`, `not_owner` or `invalid_field` with the field's path. */
export function assertMayWriteTo(
  caller: Caller,
  fields: Pick<MemoryFields, 'agentId' | 'userId' | 'spaceId' | 'visibility'>,
  path: string,
): void {
  if (caller.agentId !== null && fields.agentId !== caller.agentId) {
    const message = `this key is bound to agent "${caller.agentId}"; leave it out or name that one.`;
    throw new AurenError('agent_mismatch', `${path}agent_id: ${message}`, {
      errors: [{ path: `${path}agent_id`, message }],
    });
  }
  if (fields.visibility === 'space' && fields.spaceId === null) {
    throw invalidField(`${path}visibility`, '"space" needs a space_id.');
  }
  if (fields.visibility === 'user' && fields.userId === null) {
    throw invalidField(`${path}visibility`, '"user" needs a user_id.');
  }
  if (caller.agentId === null || fields.spaceId === null) return;
  const role = caller.spaceRoles[fields.spaceId];
  // A stranger learns nothing of a space, not even that it exists.
  if (role === undefined) throw invalidField(`${path}space_id`, 'there is no such space.');
  if (role === 'reader') throw new AurenError('not_owner', `${path}space_id: this agent may only read in this space.`);
}
